"""A request against DynamoDB's model: types of JSON, members that must be there, ranges, lengths, enumerations.

Wrong types come first, one at a time; then all that breaks a constraint, together; then the attribute values.
What the model has no constraint for is not looked at. Unconfirmed: the words for a number that is no integer or too
large for one; that a value too long to be shown is left out.
Source: DynamoDB API Reference (botocore's model).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from skywalk.edge.services.dynamodb import errors
from skywalk.edge.services.dynamodb.attribute_values import cannot_be, check_attribute_value, check_blob, check_json
from skywalk.edge.services.dynamodb.json_body import validation_name
from skywalk.edge.services.dynamodb.request_shapes import INPUTS, Shape
from skywalk.values.errors import AwsError

MAXIMUM_REPORTED = 10
"""So many violations does AWS name at most."""
_OF_NEW_TABLES = ("AttributeDefinitions", "KeySchema")
"""Not required in the model since a table may be a replica of another account's, which brings its own."""
_SHOWN_CHARACTERS = 1024
_BITS = {"integer": 31, "long": 63}


class _Findings:
    """What is wrong so far."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self.attribute: AwsError | None = None

    def violated(self, value: Any, path: str, constraint: str) -> None:
        self.violations.append(
            f"Value{_shown(value)} at '{path}' failed to satisfy constraint: Member must {constraint}"
        )


def check_model(operation: str, body: Mapping[str, Any]) -> None:
    """Raises AwsError SerializationException, ValidationException."""
    findings = _Findings()
    _check_structure(INPUTS[operation], body, "", findings)
    if operation == "CreateTable" and body.get("GlobalTableSourceArn") is None:
        _check_required(_OF_NEW_TABLES, body, "", findings)
    found = findings.violations[:MAXIMUM_REPORTED]
    if found:
        noun = "error" if len(found) == 1 else "errors"
        raise errors.validation(f"{len(found)} validation {noun} detected: " + "; ".join(found))
    if findings.attribute is not None:
        raise findings.attribute


def without_nulls(value: Any) -> Any:
    """A body that was checked, without members that are null: they are as good as absent."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def _check_structure(shape: Shape, value: Any, path: str, findings: _Findings) -> None:
    check_json(value, dict, "structure")
    _check_required(shape.required, value, path, findings)
    for name, inner in value.items():
        target = shape.members.get(name)
        if target is not None and inner is not None:
            _check(target, inner, _member(path, name), findings)


def _check_required(names: Sequence[str], value: Mapping[str, Any], path: str, findings: _Findings) -> None:
    for name in names:
        if value.get(name) is None:
            findings.violated(None, _member(path, name), "not be null")


def _check_list(shape: Shape, value: Any, path: str, findings: _Findings) -> None:
    check_json(value, list, "list")
    _check_range(shape, len(value), value, path, findings, "length")
    assert shape.of is not None
    for number, inner in enumerate(value, 1):
        _check_held(shape.of, inner, f"{path}.{number}.member", findings)


def _check_map(shape: Shape, value: Any, path: str, findings: _Findings) -> None:
    check_json(value, dict, "structure")
    _check_range(shape, len(value), value, path, findings, "length")
    assert shape.of is not None
    for name, inner in value.items():
        _check_held(shape.of, inner, f"{path}.{name}.member", findings)


def _check_held(shape: Shape, value: Any, path: str, findings: _Findings) -> None:
    """What a list or a map holds cannot be absent; of an attribute value, AWS says that it is empty."""
    if shape.kind == "attribute":
        _check_attribute(shape, {} if value is None else value, path, findings)
    elif value is None:
        findings.violated(None, path, "not be null")
    else:
        _check(shape, value, path, findings)


def _check_attribute(_shape: Shape, value: Any, _path: str, findings: _Findings) -> None:
    problem = check_attribute_value(value)
    findings.attribute = findings.attribute or problem


def _check_string(shape: Shape, value: Any, path: str, findings: _Findings) -> None:
    check_json(value, str, "String")
    if shape.enum and value not in shape.enum:
        findings.violated(value, path, f"satisfy enum value set: [{', '.join(shape.enum)}]")
    _check_range(shape, len(value), value, path, findings, "length")


def _check_integer(shape: Shape, value: Any, path: str, findings: _Findings) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or value != value // 1 or not -1 << _BITS[shape.kind] <= value < 1 << _BITS[shape.kind]:
        raise cannot_be(value, shape.kind.capitalize())
    _check_range(shape, value, value, path, findings, "value")


def _check_number(shape: Shape, value: Any, _path: str, _findings: _Findings) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise cannot_be(value, shape.kind.capitalize())


def _check_boolean(_shape: Shape, value: Any, _path: str, _findings: _Findings) -> None:
    check_json(value, bool, "Boolean")


def _check_blob(_shape: Shape, value: Any, _path: str, _findings: _Findings) -> None:
    check_blob(value)


_CHECKS: Mapping[str, Callable[[Shape, Any, str, _Findings], None]] = {
    "attribute": _check_attribute,
    "blob": _check_blob,
    "boolean": _check_boolean,
    "double": _check_number,
    "integer": _check_integer,
    "list": _check_list,
    "long": _check_integer,
    "map": _check_map,
    "string": _check_string,
    "structure": _check_structure,
    "timestamp": _check_number,
}


def _check(shape: Shape, value: Any, path: str, findings: _Findings) -> None:
    _CHECKS[shape.kind](shape, value, path, findings)


def _check_range(shape: Shape, size: float, value: Any, path: str, findings: _Findings, what: str) -> None:
    if shape.least is not None and size < shape.least:
        findings.violated(value, path, f"have {what} greater than or equal to {shape.least}")
    elif shape.most is not None and size > shape.most:
        findings.violated(value, path, f"have {what} less than or equal to {shape.most}")


def _shown(value: Any) -> str:
    """As AWS quotes it; lists and maps only where they are empty."""
    if value is None:
        return " null"
    if isinstance(value, list | dict):
        return "" if value else f" '{value}'"
    text = str(value)
    return f" '{text}'" if len(text) <= _SHOWN_CHARACTERS else ""


def _member(path: str, name: str) -> str:
    own = validation_name(name)
    return f"{path}.{own}" if path else own
