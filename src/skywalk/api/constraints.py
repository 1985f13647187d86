"""What a request's members must satisfy by the tables: presence, lengths, ranges, patterns, choices.

Only the plain query protocol's tables carry bounds; EC2's requests are checked for presence alone, since EC2's
actions refuse ranges and choices in words of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from skywalk.api.model import List, Map, Structure

if TYPE_CHECKING:
    from skywalk.api.model import Bounds, ServiceModel

# Java's \p{Z}, and \p{L}\p{N}_ in Python's words. The models use these classes only side by side, as here.
_JAVA_TEXT_CLASS = r"\p{L}\p{Z}\p{N}_"
_PYTHON_TEXT_CLASS = "\\w \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_JAVA_BEYOND_BMP = r"\u10000-\u10FFFF"
_PYTHON_BEYOND_BMP = r"\U00010000-\U0010FFFF"


@dataclass(frozen=True, slots=True)
class Violation:
    """A member that breaks a constraint.

    `key` is its name on the wire (`Tag.1.Key`), `path` the one that AWS prints (`tags.1.member.key`), `value` its
    text, None where it is missing. `pattern` is set where the pattern is what it breaks.
    """

    key: str
    path: str
    value: str | None
    constraint: str
    pattern: str | None = None


def find_violations(model: ServiceModel, shape_name: str, request: dict[str, Any]) -> list[Violation]:
    """All violations in a request that has been read, in the order of its members."""
    return list(_in_value(model, shape_name, request, "", ""))


def _in_value(model: ServiceModel, shape_name: str, value: Any, key: str, path: str) -> Iterator[Violation]:
    shape = model.input_shape(shape_name)
    if isinstance(shape, Structure):
        yield from _in_structure(model, shape, value, key, path)
    elif isinstance(shape, List):
        for text in _broken(shape.bounds, len(value), "length"):
            yield Violation(key, path, f"[{', '.join(map(str, value))}]", text)
        for number, element in enumerate(value, 1):
            item_key = f"{key}.{number}" if shape.item is None else f"{key}.{shape.item}.{number}"
            yield from _in_value(model, shape.member, element, item_key, f"{path}.{number}.member")
    elif isinstance(shape, Map):
        for name, element in value.items():
            yield from _in_value(model, shape.value.shape, element, f"{key}.{name}", f"{path}.{name}.member")
    elif isinstance(value, str):
        yield from _in_text(shape.bounds, value, key, path)
    elif isinstance(value, int):
        for text in _broken(shape.bounds, value, "value"):
            yield Violation(key, path, str(value), text)


def _in_structure(
    model: ServiceModel, shape: Structure, value: dict[str, Any], key: str, path: str
) -> Iterator[Violation]:
    for name in shape.required:
        # EC2 answers an empty text like an absent one; IAM and STS have minimum lengths for that.
        if name not in value or (model.protocol == "ec2" and value[name] == ""):
            wire_name = shape.members[name].wire_name
            yield Violation(_join(key, wire_name), _join(path, _printed(name)), None, "Member must not be null")
    for name, element in value.items():
        member = shape.members[name]
        yield from _in_value(model, member.shape, element, _join(key, member.wire_name), _join(path, _printed(name)))


def _in_text(bounds: Bounds, value: str, key: str, path: str) -> Iterator[Violation]:
    wrong_length = [Violation(key, path, value, text) for text in _broken(bounds, len(value), "length")]
    yield from wrong_length
    # A pattern is never tried on a text of forbidden length: matching must stay cheap.
    if bounds.pattern is not None and not wrong_length and not _compiled(bounds.pattern).fullmatch(value):
        text = f"Member must satisfy regular expression pattern: {bounds.pattern}"
        yield Violation(key, path, value, text, bounds.pattern)
    if bounds.choices and value not in bounds.choices:
        text = f"Member must satisfy enum value set: [{', '.join(bounds.choices)}]"
        yield Violation(key, path, value, text)


def _broken(bounds: Bounds, size: int, what: Literal["length", "value"]) -> Iterator[str]:
    if bounds.minimum is not None and size < bounds.minimum:
        yield f"Member must have {what} greater than or equal to {bounds.minimum}"
    if bounds.maximum is not None and size > bounds.maximum:
        yield f"Member must have {what} less than or equal to {bounds.maximum}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _printed(name: str) -> str:
    """A member's name as these services print it: `RoleName` → `roleName`."""
    return name[0].lower() + name[1:]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A model's pattern (Java's syntax) for Python. Java's `\\w` is ASCII, its `\\p{…}` classes are not."""
    text = pattern.replace(_JAVA_BEYOND_BMP, _PYTHON_BEYOND_BMP)
    if _JAVA_TEXT_CLASS in text:
        return re.compile(text.replace(_JAVA_TEXT_CLASS, _PYTHON_TEXT_CLASS))
    return re.compile(text, re.ASCII)
