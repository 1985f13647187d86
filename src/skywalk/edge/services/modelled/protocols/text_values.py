"""Numbers, truths and texts where a protocol has nothing but text: forms, paths, query strings, headers."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.protocols.errors import serialization

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.service_models import Shape

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_TRUTHS = {"true": True, "false": False}
NOT_FINITE = ("NaN", "Infinity", "-Infinity")


def from_text(shape: Shape, text: str) -> Any:
    """Raises AwsError SerializationException."""
    if shape.kind in ("integer", "long", "short", "byte"):
        if _INTEGER.fullmatch(text) is None:
            raise _unreadable(text, shape)
        return int(text)
    if shape.kind in ("double", "float"):
        return _number(shape, text)
    if shape.kind == "boolean":
        if text.lower() not in _TRUTHS:
            raise _unreadable(text, shape)
        return _TRUTHS[text.lower()]
    return text


def to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _number(shape: Shape, text: str) -> float | str:
    if text in NOT_FINITE:
        return text
    try:
        number = float(text)
    except ValueError:
        raise _unreadable(text, shape) from None
    if not math.isfinite(number):
        raise _unreadable(text, shape)
    return number


def _unreadable(text: str, shape: Shape) -> Exception:
    return serialization(f"{text!r} can not be read as {shape.kind}")
