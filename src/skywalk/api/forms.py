"""Forms: structures that have members of the same names in the same order, as a function's dicts do.

A form that is written again and again gets a writer of its own, generated as Python: it unpacks the members and joins
their texts with the markup between them at once, where the general writer looks at each member by name. What is unusual
(a member that is none or of a wrong type, texts to be escaped) it leaves to the general writer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skywalk.api.scalars import scalar_writer
from skywalk.values.constant import Constant

if TYPE_CHECKING:
    from skywalk.api.model import Kind

Write = Callable[[Any, list[str] | None], str]
"""Gives markup and texts. The texts are as they are, and added to the list; without a list they are escaped."""

USES_BEFORE_GENERATED = 16
"""Generating a writer costs as much as some hundred uses of the general one."""

_EXPRESSIONS: dict[Kind, str] = {
    "string": "{v}",
    "boolean": "('true' if {v} is True else 'false' if {v} is False else None)",
    "integer": "(str({v}) if type({v}) is int else None)",
    "long": "(str({v}) if type({v}) is int else None)",
}
"""A single value's text; what is none cannot be joined."""


@dataclass(frozen=True, slots=True)
class FormMember:
    """The tags around a member, its kind if it is a single value, and its own writer."""

    opening: str
    closing: str
    kind: Kind | None
    write: Write


def generate_writer(before: str, members: Sequence[FormMember], after: str, write_generally: Write) -> Write:
    """The writer of dicts with just these members, between `before` and `after`."""
    scope: dict[str, Any] = {"Constant": Constant, "write_generally": write_generally}
    markup, pieces, free = before, [], []
    for place, member in enumerate(members):
        name = f"v{place}"
        if member.kind is None:
            scope[f"write{place}"] = member.write
            pieces += [repr(markup), _nested(name, f"write{place}")]
            markup = ""
            continue
        if member.kind not in _EXPRESSIONS:
            scope[f"write{place}"] = scalar_writer(member.kind)
        expression = _EXPRESSIONS.get(member.kind, f"write{place}({{v}})")
        pieces += [repr(markup + member.opening), expression.format(v=name)]
        markup = member.closing
        if member.kind == "string":
            free.append(name)
    pieces.append(repr(markup + after))
    lines = (
        "def write_form(value, texts):",
        "    if texts is None:",
        "        return write_generally(value, None)",
        f"    {''.join(f'v{place}, ' for place in range(len(members)))}= value.values()",
        "    try:",
        f"        written = ''.join(({', '.join(piece for piece in pieces if piece != repr(''))},))",
        "    except TypeError:",
        "        return write_generally(value, texts)",
        *([f"    texts += ({', '.join(free)},)"] if free else []),
        "    return written",
    )
    exec(compile("\n".join(lines), "<form>", "exec"), scope)  # noqa: S102
    generated: Write = scope["write_form"]
    return generated


def _nested(name: str, write: str) -> str:
    """A structure's or list's text; a Constant's is mostly known."""
    known = f"type({name}) is Constant and {name}.written.get({write})"
    return f"({known} or ({write}({name}, texts) if {name} is not None else ''))"
