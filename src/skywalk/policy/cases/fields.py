"""The fields of a case as they are written, without reading again what an earlier case had.

Cases of one file mostly repeat long policies: a field that begins as one of the last texts of that name is that text,
as no object, list or string of JSON is the beginning of another.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NoReturn

from skywalk.policy.cases.errors import CaseError
from skywalk.policy.errors import shown

RECENT = 4
"""Texts remembered for each field."""

_SPACE = re.compile(r"[ \t\n\r]*")
_SELF_DELIMITING = ("{", "[", '"')


class FieldTexts:
    """Splits cases into the texts of their fields."""

    def __init__(self, remembered: tuple[str, ...]) -> None:
        """`remembered`: the fields whose texts are looked for again."""
        self._recent: dict[str, list[str]] = {name: [] for name in remembered}
        self._decoder = json.JSONDecoder(parse_constant=refuse_constant)

    def split(self, text: str) -> dict[str, str]:
        """The JSON text of each field. Raises CaseError."""
        try:
            found = self._split(text)
        except (ValueError, IndexError):
            found = None
        if found is None:
            # Whatever is wrong with it, or unusual, is found out by reading all of it.
            case = parse_json(text)
            if not isinstance(case, dict):
                raise CaseError("", "a case is a JSON object")
            found = {name: json.dumps(value) for name, value in case.items()}
        return found

    def _split(self, text: str) -> dict[str, str] | None:
        """None for what is not a JSON object with one value for each name."""
        found: dict[str, str] = {}
        at = _skip(text, 0)
        if text[at] != "{":
            return None
        at = _skip(text, at + 1)
        if text[at] == "}":
            return found if _skip(text, at + 1) == len(text) else None
        while True:
            if text[at] != '"':
                return None
            name, at = scanstring(text, at + 1, True)
            at = _skip(text, at)
            if name in found or text[at] != ":":
                return None
            found[name], at = self._value(name, text, _skip(text, at + 1))
            at = _skip(text, at)
            if text[at] == "}":
                return found if _skip(text, at + 1) == len(text) else None
            if text[at] != ",":
                return None
            at = _skip(text, at + 1)

    def _value(self, name: str, text: str, at: int) -> tuple[str, int]:
        """The text that begins there, and where it ends."""
        recent = self._recent.get(name, [])
        for known in recent:
            if text.startswith(known, at):
                return known, at + len(known)
        _, end = self._decoder.raw_decode(text, at)
        value = text[at:end]
        if name in self._recent and text[at] in _SELF_DELIMITING:
            recent.insert(0, value)
            del recent[RECENT:]
        return value, end


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return at if space is None else space.end()


def parse_json(text: str) -> Any:
    """Raises CaseError, also for a name that is twice in one object."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=refuse_constant)
    except ValueError as error:
        raise CaseError("", f"not JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise CaseError("", f"{shown(next(name for name in names if names.count(name) > 1))} is twice in one object")
    return members


def refuse_constant(name: str) -> NoReturn:
    raise CaseError("", f"not JSON: {name}")
