"""Forms: structures that have members of the same names in the same order, as a function's dicts do.

A form that is written again and again gets a writer of its own, generated as Python: it unpacks the members, makes sure
that they are of the usual types, and appends all their texts at once, where the general writer looks at each member by
name. What is unusual (a member that is none, a subclass, a value of a wrong type) it leaves to the general writer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skywalk.values.constant import Constant

if TYPE_CHECKING:
    from skywalk.api.model import Kind

Write = Callable[[Any, list[str]], None]
"""Appends markup and texts in turn, markup first."""

USES_BEFORE_GENERATED = 16
"""Generating a writer costs as much as some hundred uses of the general one."""

_FAST_KINDS: dict[Kind, tuple[str, str]] = {
    "string": ("str", "{}"),
    "boolean": ("bool", "'true' if {} else 'false'"),
    "integer": ("int", "str({})"),
    "long": ("int", "str({})"),
}
"""The class that a value usually has, and its text."""


@dataclass(frozen=True, slots=True)
class FormMember:
    """The tags around a member, its kind if it is a single value, and its own writer."""

    opening: str
    closing: str
    kind: Kind | None
    write: Write


def generate_writer(before: str, members: Sequence[FormMember], after: str, write_generally: Write) -> Write:
    """The writer of dicts with just these members, between `before` and `after`."""
    maker = _Source(before)
    for place, member in enumerate(members):
        maker.add(place, member)
    names = {f"write{place}": member.write for place, member in enumerate(members)}
    scope: dict[str, Any] = {**names, "Constant": Constant, "write_generally": write_generally}
    exec(compile(maker.finish(len(members), after), "<form>", "exec"), scope)  # noqa: S102
    generated: Write = scope["write_form"]
    return generated


class _Source:
    """The lines of a generated writer. Neighbouring texts are appended in one statement."""

    def __init__(self, before: str) -> None:
        self._checks: list[str] = []
        self._lines: list[str] = []
        self._row: list[str] = []
        """The pieces of the statement that is being made, as expressions."""
        self._markup = before
        """What stands before the next text."""

    def add(self, place: int, member: FormMember) -> None:
        if member.kind in _FAST_KINDS:
            usual, text = _FAST_KINDS[member.kind]
            self._checks.append(f"v{place}.__class__ is {usual}")
            self._row += [repr(self._markup + member.opening), text.format(f"v{place}")]
            self._markup = member.closing
            return
        self._end_row()
        self._lines += [
            f"if v{place}.__class__ is Constant and (known := v{place}.written.get(write{place})) is not None:",
            "    out += (known, '')",
            f"elif v{place} is not None:",
            f"    write{place}(v{place}, out)",
        ]

    def finish(self, count: int, after: str) -> str:
        self._markup += after
        self._end_row()
        unpacked = "".join(f"v{place}, " for place in range(count))
        return "\n".join(
            (
                "def write_form(value, out):",
                f"    {unpacked}= value.values()",
                f"    if not ({' and '.join(self._checks) or True}):",
                "        return write_generally(value, out)",
                *(f"    {line}" for line in self._lines),
            )
        )

    def _end_row(self) -> None:
        if self._markup:
            self._row += [repr(self._markup), "''"]
        if self._row:
            self._lines.append(f"out += ({', '.join(self._row)})")
        self._row, self._markup = [], ""
