"""Forms: structures that are alike but for some values, and writers made for them.

Dicts with members of the same names in the same order are a form, as a function makes them; filled templates of one
pattern are another. A form that is written again and again gets a writer of its own, generated as Python: it unpacks
the values and joins their texts with all the markup that stands between them, at once. The general writer looks at each
member by name; it does what is unusual (a value that is none or of a wrong type, texts to be escaped).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from skywalk.api.model import List, Scalar, ShapeError, Structure
from skywalk.api.scalars import scalar_writer
from skywalk.values.constant import Constant
from skywalk.values.template import Blank

if TYPE_CHECKING:
    from skywalk.api.model import Kind, Shape

Write = Callable[[Any, list[str] | None], str]
"""Gives markup and texts. The texts are as they are, and added to the list; without a list they are escaped."""

WriteValues = Callable[[Iterable[Any], list[str]], str]
"""Writes a form of these values. Raises TypeError where one is none or of a wrong type."""

USES_BEFORE_GENERATED = 16
"""Generating a writer costs as much as some hundred uses of the general one."""

_EXPRESSIONS: dict[Kind, str] = {
    "string": "{v}",
    "boolean": "('true' if {v} is True else 'false' if {v} is False else None)",
    "integer": "(str({v}) if type({v}) is int else None)",
    "long": "(str({v}) if type({v}) is int else None)",
}
"""A single value's text; what is none cannot be joined."""


class Compiler(Protocol):
    """What the general writers come from."""

    def shape(self, name: str) -> Shape: ...

    def writer(self, shape_name: str, tag: str) -> Write: ...


def generate_writer(
    compiler: Compiler, shape_name: str, tag: str, members: Mapping[str, Any], count: int
) -> WriteValues:
    """The writer of an element with such members, of which `count` are blanks, in the places of the values.

    Raises ShapeError for what does not fit the shape, and for a blank in a map.
    """
    form = _Form(compiler)
    form.add_structure(shape_name, tag, members)
    return form.generated(count)


class _Form:
    """Markup and expressions of texts, in the order of the answer."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self._scope: dict[str, Any] = {"Constant": Constant}
        self._pieces: list[str] = []
        self._markup = ""
        """What stands before the next piece."""
        self._free: dict[str, None] = {}
        """The values that are texts of any kind."""

    def add_structure(self, shape_name: str, tag: str, members: Mapping[str, Any]) -> None:
        shape = self._compiler.shape(shape_name)
        if not isinstance(shape, Structure):
            raise ShapeError(f"a form of {shape_name} cannot be written")
        self._markup += f"<{tag}>" if tag else ""
        for name, value in members.items():
            member = shape.members.get(name)
            if member is None:
                raise ShapeError(f"{shape_name} has no member {name!r}")
            if isinstance(value, Blank) or value is not None:
                self._add(member.shape, member.wire_name, value)
        self._markup += f"</{tag}>" if tag else ""

    def generated(self, count: int) -> WriteValues:
        self._add_piece("''")
        lines = (
            "def write_form(values, texts):",
            f"    {''.join(f'v{place}, ' for place in range(count))}= values" if count else "",
            f"    written = ''.join(({', '.join(self._pieces)},))",
            f"    texts += ({', '.join(self._free)},)" if self._free else "",
            "    return written",
        )
        exec(compile("\n".join(lines), "<form>", "exec"), self._scope)  # noqa: S102
        generated: WriteValues = self._scope["write_form"]
        return generated

    def _add(self, shape_name: str, tag: str, value: Any) -> None:
        if isinstance(value, Blank):
            self._add_blank(shape_name, tag, f"v{value.place}")
        elif not _has_blanks(value):
            self._markup += self._compiler.writer(shape_name, tag)(value, None)
        elif isinstance(value, list):
            self._add_list(shape_name, tag, value)
        else:
            self.add_structure(shape_name, tag, value)

    def _add_list(self, shape_name: str, tag: str, value: list[Any]) -> None:
        shape = self._compiler.shape(shape_name)
        if not isinstance(shape, List):
            raise ShapeError(f"a list of {shape_name} cannot be written")
        self._markup += f"<{tag}>" if shape.item else ""
        for item in value:
            self._add(shape.member, shape.item or tag, item)
        self._markup += f"</{tag}>" if shape.item else ""

    def _add_blank(self, shape_name: str, tag: str, name: str) -> None:
        shape = self._compiler.shape(shape_name)
        if isinstance(shape, Scalar):
            self._markup += f"<{tag}>"
            self._add_piece(self._single(shape.kind).format(v=name))
            self._markup += f"</{tag}>"
            if shape.kind == "string":
                self._free[name] = None
            return
        write = self._compiler.writer(shape_name, tag)
        call = f"{self._named(write)}({name}, texts)"
        if isinstance(shape, List):
            # Many lists are empty, and known then.
            self._add_piece(f"({call} if {name} else {write([], None)!r} if {name}.__class__ is list else None)")
        else:
            known = f"{name}.__class__ is Constant and {name}.written.get({self._named(write)})"
            self._add_piece(f"({known} or ({call} if {name} is not None else None))")

    def _single(self, kind: Kind) -> str:
        if kind in _EXPRESSIONS:
            return _EXPRESSIONS[kind]
        return f"{self._named(scalar_writer(kind))}({{v}})"

    def _named(self, function: Any) -> str:
        name = f"f{id(function)}"
        self._scope[name] = function
        return name

    def _add_piece(self, expression: str) -> None:
        if self._markup:
            self._pieces.append(repr(self._markup))
            self._markup = ""
        self._pieces.append(expression)


def _has_blanks(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_blanks, value.values()))
    return any(map(_has_blanks, value)) if isinstance(value, list) else isinstance(value, Blank)
