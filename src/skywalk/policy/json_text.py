"""Strict JSON for policies: no duplicate keys, no NaN, no lone surrogates, bounded nesting, numbers kept as text."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from skywalk.policy.errors import PolicyError, shown


class NumberText(str):
    """A JSON number as it was written; condition values may be numbers and are compared as text."""

    __slots__ = ()


def parse_json(text: str) -> Any:
    """The JSON value of `text`; objects are dicts, numbers NumberText. Raises PolicyError."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=NumberText,
            parse_float=NumberText,
            parse_constant=_refuse_constant,
        )
        _refuse_surrogates(text, value)
    except RecursionError:
        raise PolicyError("", "the document is nested too deeply") from None
    except ValueError as error:
        raise PolicyError("", f"the document is not valid JSON: {error}") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise PolicyError("", f"the document has the key {shown(twice)} twice in one object")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise PolicyError("", f"the document is not valid JSON: {name}")


def _refuse_surrogates(text: str, value: Any) -> None:
    # Half a surrogate pair can be written as an escape; no ARN, key or value that comes later could be encoded.
    if not text.isascii() or "\\u" in text:
        try:
            text.encode()
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise PolicyError("", "the document holds text that is not valid Unicode") from None
