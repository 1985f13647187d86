"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and the escapes `${*}`, `${?}` and `${$}`.

Version 2012-10-17 has them; in 2008-10-17 they are plain text. Keys have one value: of one with several, or none, only
the default is left. What a variable puts in is plain text, wildcards and all.
Unconfirmed: that a variable without value and default makes its whole statement match nothing, whatever else is listed
beside it and under negated operators too (the guide says "might"); that operators with IfExists do not ask for it where
their key is absent; and which texts AWS refuses as no variable (those that IAM Access Analyzer calls errors).
Source: IAM User Guide, "IAM policy elements: Variables and tags" and "IAM policy validation check reference".
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from skywalk.policy.errors import PolicyError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skywalk.policy.context import Context

VERSION = "2012-10-17"
"""The version of the policy language that has them."""
START = "${"
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[^\s:,'*?$\"]+:[^\s,'*?$\"]+")
_ESCAPES = ("*", "?", "$")
_QUOTE = "'"


class Wildcard(Enum):
    """A wildcard of the policy's own text, unlike the same character in what a variable puts in."""

    ANY = "*"
    ONE = "?"


class _Variable(NamedTuple):
    key: str
    default: str | None


Pattern = tuple[str | Wildcard, ...]
"""A text with all variables replaced: plain text and wildcards in turn."""


def has_variables(text: str, version: str) -> bool:
    return START in text and version == VERSION


def check_variables(text: str, place: str) -> None:
    """Raises PolicyError for what is no variable."""
    rest = _VARIABLE.sub("", text)
    if START in rest:
        raise PolicyError(place, f"policy variable without closing brace in {shown(text)}")
    for inner in _VARIABLE.findall(text):
        if inner in _ESCAPES:
            continue
        name, comma, default = inner.partition(",")
        if not inner.strip():
            raise PolicyError(place, f"empty policy variable in {shown(text)}")
        if not _NAME.fullmatch(name):
            raise PolicyError(place, f"no such policy variable: {shown('${' + inner + '}')}")
        if comma and _default(default) is None:
            raise PolicyError(place, f"the default of a policy variable stands in single quotes: {shown(inner)}")


def variable_keys(text: str) -> Iterator[str]:
    """The condition keys (lower-cased) that a text's variables (checked) ask for."""
    for inner in _VARIABLE.findall(text):
        if inner not in _ESCAPES:
            yield _variable(inner).key


def with_wildcards(text: str) -> str:
    """A pattern, without variables, of all that a text with variables (checked) can become, and of more."""
    return _VARIABLE.sub("*", text)


class Template:
    """A text with variables (checked), taken apart once."""

    __slots__ = ("_pieces",)

    def __init__(self, text: str) -> None:
        pieces: list[str | Wildcard | _Variable] = []
        # Every second part is what stood in a variable's braces.
        for index, part in enumerate(_VARIABLE.split(text)):
            if not index % 2:
                pieces.extend(_with_wildcards(part))
            else:
                pieces.append(part if part in _ESCAPES else _variable(part))
        self._pieces = tuple(pieces)

    def resolved(self, context: Context, longest: int) -> Pattern | None:
        """The pattern for one request, None where a variable has no value.

        `longest` is the length of the longest text it will be asked about: beyond it nothing is put together, since
        variables make long patterns of short ones.
        """
        resolved: list[str | Wildcard] = []
        plain: list[str] = []
        length = 0
        for piece in self._pieces:
            if isinstance(piece, Wildcard):
                if plain:
                    resolved.append("".join(plain))
                    plain.clear()
                resolved.append(piece)
                continue
            text = piece if isinstance(piece, str) else _value(piece, context)
            if text is None:
                return None
            length += len(text)
            if length <= longest:
                plain.append(text)
        if length > longest:
            return longer_than(longest)
        if plain:
            resolved.append("".join(plain))
        return tuple(resolved)


def longer_than(longest: int) -> Pattern:
    """What fits no text of at most that length, whatever characters it has."""
    return ("\0" * (longest + 1),)


def as_text(pattern: Pattern) -> str:
    """For operators without wildcards."""
    return "".join(piece if isinstance(piece, str) else piece.value for piece in pattern)


def fits_glob(pattern: Pattern, text: str) -> bool:
    """Whether a text, whole, is what the pattern says.

    Each part between two `*` is looked for once, leftmost: at most (length of text × length of pattern) steps.
    """
    parts: list[list[str | Wildcard]] = [[]]
    shortest = 0
    for piece in pattern:
        if piece is Wildcard.ANY:
            parts.append([])
        else:
            parts[-1].append(piece)
            shortest += 1 if isinstance(piece, Wildcard) else len(piece)
    if shortest > len(text):
        return False
    at = _end_of(parts[0], text, 0)
    if len(parts) == 1:
        return at == len(text)
    last = len(text) - sum(1 if isinstance(piece, Wildcard) else len(piece) for piece in parts[-1])
    for part in parts[1:-1]:
        if at < 0:
            return False
        at = _found(part, text, at)
    return 0 <= at <= last and _end_of(parts[-1], text, last) == len(text)


def fits_fields(pattern: Pattern, text: str) -> bool:
    """Whether an ARN is what the pattern says, each of six fields by itself; `*` alone is all of them."""
    if pattern == (Wildcard.ANY,):
        return True
    fields: list[list[str | Wildcard]] = [[]]
    for piece in pattern:
        if isinstance(piece, Wildcard):
            fields[-1].append(piece)
            continue
        first, *others = piece.split(":", 6 - len(fields))
        fields[-1].append(first)
        fields.extend([other] for other in others)
    values = text.split(":", 5)
    return len(values) == len(fields) == 6 and all(
        fits_glob(tuple(field), value) for field, value in zip(fields, values, strict=True)
    )


def _end_of(part: list[str | Wildcard], text: str, at: int) -> int:
    """Where a part that starts just there ends, -1 where it does not start there."""
    for piece in part:
        if isinstance(piece, str):
            if not text.startswith(piece, at):
                return -1
            at += len(piece)
        else:
            at += 1
    return at if at <= len(text) else -1


def _found(part: list[str | Wildcard], text: str, start: int) -> int:
    """The end of a part at its leftmost place from `start` on, -1 where it has none."""
    if len(part) == 1 and isinstance(part[0], str):
        place = text.find(part[0], start)
        return place if place < 0 else place + len(part[0])
    for place in range(start, len(text) + 1):
        end = _end_of(part, text, place)
        if end >= 0:
            return end
    return -1


def _variable(inner: str) -> _Variable:
    name, _, default = inner.partition(",")
    return _Variable(name.lower(), _default(default))


def _default(text: str) -> str | None:
    """What stands between single quotes, spaces around them aside; None where nothing does."""
    quoted = text.strip()
    if len(quoted) < 2 or quoted[0] != _QUOTE or quoted[-1] != _QUOTE or _QUOTE in quoted[1:-1]:
        return None
    return quoted[1:-1]


def _value(variable: _Variable, context: Context) -> str | None:
    value = context.get(variable.key)
    return value if isinstance(value, str) else variable.default


def _with_wildcards(text: str) -> Iterator[str | Wildcard]:
    for part in re.split(r"([*?])", text):
        if part in ("*", "?"):
            yield Wildcard(part)
        elif part:
            yield part
