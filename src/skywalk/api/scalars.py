"""Single values, from their text in requests and to their text in answers.

Numbers are decimal and within their type's range, booleans `true` or `false`, timestamps ISO 8601 (UTC where they
name no zone; answers have milliseconds and `Z`), blobs base64. `percent_encoded` texts occur in answers only.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from skywalk.values.clock import format_timestamp

if TYPE_CHECKING:
    from skywalk.api.model import Kind

EXPECTED: dict[Kind, str] = {
    "string": "a text",
    "percent_encoded": "a text",
    "integer": "an integer",
    "long": "an integer",
    "boolean": "true or false",
    "timestamp": "a timestamp in ISO 8601 format",
    "blob": "data in base64",
    "float": "a number",
}

# 19 digits hold every 64-bit number; longer texts are refused before Python computes with them.
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_FLOAT = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_BOOLEANS = {"true": True, "false": False}


def read_scalar(kind: Kind, text: str) -> Any:
    """The value of a parameter's text. Raises ValueError where the text is none of its kind."""
    return _READERS[kind](text)


def scalar_writer(kind: Kind) -> Callable[[Any], str]:
    """Gives the text of a value, not yet escaped. Raises TypeError where the value is none of its kind."""
    return _WRITERS[kind]


def _read_integer(bits: int) -> Callable[[str], int]:
    limit = 1 << (bits - 1)

    def read(text: str) -> int:
        if not _INTEGER.fullmatch(text):
            raise ValueError(text)
        number = int(text)
        if not -limit <= number < limit:
            raise ValueError(text)
        return number

    return read


def _read_boolean(text: str) -> bool:
    if text not in _BOOLEANS:
        raise ValueError(text)
    return _BOOLEANS[text]


def _read_float(text: str) -> float:
    if not _FLOAT.fullmatch(text) or not math.isfinite(float(text)):
        raise ValueError(text)
    return float(text)


def _read_timestamp(text: str) -> datetime:
    if not _TIMESTAMP.fullmatch(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:  # year 1 or 9999, moved past the end by its zone
        raise ValueError(text) from error


def _read_blob(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


_READERS: dict[Kind, Callable[[str], Any]] = {
    "string": str,
    "percent_encoded": str,
    "integer": _read_integer(32),
    "long": _read_integer(64),
    "boolean": _read_boolean,
    "timestamp": _read_timestamp,
    "blob": _read_blob,
    "float": _read_float,
}


def _write_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _write_percent_encoded(value: Any) -> str:
    return quote(_write_text(value), safe="", errors="replace")


def _write_integer(value: Any) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no integer")
    return str(value)


def _write_float(value: Any) -> str:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise TypeError(f"{value!r} is no finite number")
    return repr(value)


def _write_boolean(value: Any) -> str:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return "true" if value else "false"


@lru_cache(maxsize=4096)
def _write_timestamp(value: Any) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"{value!r} is no time with a zone")
    return format_timestamp(value)


def _write_blob(value: Any) -> str:
    if not isinstance(value, bytes):
        raise TypeError(f"{value!r} is no bytes")
    return base64.b64encode(value).decode("ascii")


_WRITERS: dict[Kind, Callable[[Any], str]] = {
    "string": _write_text,
    "percent_encoded": _write_percent_encoded,
    "integer": _write_integer,
    "long": _write_integer,
    "boolean": _write_boolean,
    "timestamp": _write_timestamp,
    "blob": _write_blob,
    "float": _write_float,
}
