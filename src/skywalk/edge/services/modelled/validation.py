"""Parameters against the model: types, members that must be there, ranges, lengths, enumerations.

Wrong types come first, one at a time; then all that breaks a constraint, together. Patterns are not looked at.
Unconfirmed: the codes and words of each service beside those of AWS's framework.
Source: Smithy, "Constraint traits"; the wording is that of AWS's services.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.protocols.errors import cannot_be
from skywalk.edge.services.modelled.protocols.text_values import NOT_FINITE
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.service_models import Shape

MAXIMUM_REPORTED = 10
"""So many violations does AWS name at most."""
_SHOWN_CHARACTERS = 1024
_BITS = {"byte": 7, "short": 15, "integer": 31, "long": 63}

Findings = list[str]


def check_parameters(shape: Shape | None, parameters: Mapping[str, Any], code: str) -> None:
    """`code`: the service's for a constraint that is not met. Raises AwsError, SerializationException among them."""
    findings: Findings = []
    if shape is not None:
        _check_structure(shape, parameters, "", findings)
    found = findings[:MAXIMUM_REPORTED]
    if found:
        noun = "error" if len(found) == 1 else "errors"
        raise AwsError(code, f"{len(found)} validation {noun} detected: " + "; ".join(found), 400)


def _check(shape: Shape, value: Any, path: str, findings: Findings) -> None:
    if not shape.is_document:
        _CHECKS[shape.kind](shape, value, path, findings)


def _check_structure(shape: Shape, value: Any, path: str, findings: Findings) -> None:
    if not isinstance(value, dict):
        raise cannot_be(value, "structure")
    for name in shape.required:
        if value.get(name) is None and name != shape.payload:
            _violated(None, _member(path, name), "not be null", findings)
    for name, inner in value.items():
        _check(shape.members[name].shape, inner, _member(path, name), findings)


def _check_list(shape: Shape, value: Any, path: str, findings: Findings) -> None:
    if not isinstance(value, list):
        raise cannot_be(value, "list")
    _check_range(shape, len(value), value, path, findings, "length")
    assert shape.of is not None
    for number, inner in enumerate(value, 1):
        _check_held(shape.of.shape, inner, f"{path}.{number}.member", findings)


def _check_map(shape: Shape, value: Any, path: str, findings: Findings) -> None:
    if not isinstance(value, dict):
        raise cannot_be(value, "map")
    _check_range(shape, len(value), value, path, findings, "length")
    assert shape.of is not None
    assert shape.key is not None
    for key, inner in value.items():
        _check(shape.key.shape, key, f"{path}.{key}", findings)
        _check_held(shape.of.shape, inner, f"{path}.{key}.member", findings)


def _check_held(shape: Shape, value: Any, path: str, findings: Findings) -> None:
    if value is None:
        _violated(None, path, "not be null", findings)
    else:
        _check(shape, value, path, findings)


def _check_string(shape: Shape, value: Any, path: str, findings: Findings) -> None:
    if not isinstance(value, str):
        raise cannot_be(value, "String")
    if shape.enum and value not in shape.enum:
        _violated(value, path, f"satisfy enum value set: [{', '.join(shape.enum)}]", findings)
    _check_range(shape, len(value), value, path, findings, "length")


def _check_integer(shape: Shape, value: Any, path: str, findings: Findings) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    bits = _BITS[shape.kind]
    if not is_number or value != value // 1 or not -1 << bits <= value < 1 << bits:
        raise cannot_be(value, shape.kind.capitalize())
    _check_range(shape, value, value, path, findings, "value")


def _check_number(shape: Shape, value: Any, path: str, findings: Findings) -> None:
    if value in NOT_FINITE:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise cannot_be(value, shape.kind.capitalize())
    _check_range(shape, value, value, path, findings, "value")


def _check_boolean(_shape: Shape, value: Any, _path: str, _findings: Findings) -> None:
    if not isinstance(value, bool):
        raise cannot_be(value, "Boolean")


def _check_timestamp(_shape: Shape, value: Any, _path: str, _findings: Findings) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise cannot_be(value, "Timestamp")


def _check_blob(shape: Shape, value: Any, path: str, findings: Findings) -> None:
    if not isinstance(value, str):
        raise cannot_be(value, "Blob")
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise cannot_be(value, "Blob") from None
    _check_range(shape, len(content), None, path, findings, "length")


_CHECKS: Mapping[str, Callable[[Shape, Any, str, Findings], None]] = {
    "blob": _check_blob,
    "boolean": _check_boolean,
    "byte": _check_integer,
    "double": _check_number,
    "float": _check_number,
    "integer": _check_integer,
    "list": _check_list,
    "long": _check_integer,
    "map": _check_map,
    "short": _check_integer,
    "string": _check_string,
    "structure": _check_structure,
    "timestamp": _check_timestamp,
}


def _check_range(shape: Shape, size: float, value: Any, path: str, findings: Findings, what: str) -> None:
    if shape.least is not None and size < shape.least:
        _violated(value, path, f"have {what} greater than or equal to {shape.least}", findings)
    elif shape.most is not None and size > shape.most:
        _violated(value, path, f"have {what} less than or equal to {shape.most}", findings)


def _violated(value: Any, path: str, constraint: str, findings: Findings) -> None:
    findings.append(f"Value{_shown(value)} at '{path}' failed to satisfy constraint: Member must {constraint}")


def _shown(value: Any) -> str:
    """As AWS quotes it; lists and maps only where they are empty."""
    if value is None:
        return " null"
    if isinstance(value, Sequence | Mapping) and not isinstance(value, str):
        return "" if value else f" '{value}'"
    text = str(value)
    return f" '{text}'" if len(text) <= _SHOWN_CHARACTERS else ""


def _member(path: str, name: str) -> str:
    own = name[:1].lower() + name[1:]
    return f"{path}.{own}" if path else own
