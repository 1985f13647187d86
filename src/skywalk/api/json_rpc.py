"""Requests and answers of the JSON protocols: the operation by the header X-Amz-Target, one JSON document each way.

A member that the operation does not have is refused, as in the other protocols. Source: Smithy, "AWS JSON 1.1
protocol".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from skywalk.api.constraints import find_violations
from skywalk.api.model import List, Map, ShapeError, Structure, load_service
from skywalk.api.refusals import refusals_of

if TYPE_CHECKING:
    from skywalk.api.model import Kind, ServiceModel
    from skywalk.api.refusals import Refusals

_TYPES: Mapping[Kind, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "float": (int, float),
}
"""What a value of a kind is in JSON: no served operation has others."""


def parse_json_request(service: str, target: str, body: bytes) -> tuple[str, dict[str, Any]]:
    """The operation's name and its request; `target` is `<prefix>.<operation>`. Raises AwsError."""
    model = load_service(service)
    refusals = refusals_of(model)
    prefix, _, action = target.partition(".")
    if not action:
        raise refusals.missing_action()
    operation = model.operations.get(action)
    if operation is None or prefix != model.target:
        raise refusals.unknown_action(target)
    try:
        document = json.loads(body or b"{}")
        json.dumps(document, ensure_ascii=False).encode()  # a half of a character could be stored but never be answered
    except (ValueError, RecursionError) as error:
        raise refusals.malformed(str(error)) from None
    if not isinstance(document, dict):
        raise refusals.malformed("the request is no object")
    request: dict[str, Any] = _Reader(model, refusals).read(operation.input or "", document, "")
    violations = find_violations(model, operation.input or "", request)
    if violations:
        raise refusals.violations(violations)
    return action, request


def write_json_answer(service: str, action: str, result: Mapping[str, Any]) -> bytes:
    """The body of a successful answer. Raises ShapeError where the result does not fit the operation's output."""
    model = load_service(service)
    output = model.operation(action).output
    if output is not None:
        _check(model, output, result)
    return json.dumps(result, separators=(",", ":"), ensure_ascii=False).encode()


class _Reader:
    def __init__(self, model: ServiceModel, refusals: Refusals) -> None:
        self._model = model
        self._refusals = refusals

    def read(self, shape_name: str, value: Any, key: str) -> Any:
        shape = self._model.input_shape(shape_name)
        if isinstance(shape, Structure):
            if not isinstance(value, dict):
                raise self._refusals.wrong_value(key, str(value), "an object")
            return self._members(shape, value, key)
        if isinstance(shape, List):
            if not isinstance(value, list):
                raise self._refusals.wrong_value(key, str(value), "a list")
            return [self.read(shape.member, one, f"{key}.{place}") for place, one in enumerate(value, 1)]
        if isinstance(shape, Map):
            raise self._refusals.unknown_parameter(key)
        if type(value) not in _TYPES[shape.kind]:
            raise self._refusals.wrong_value(key, str(value), f"a {shape.kind}")
        return value

    def _members(self, shape: Structure, value: dict[str, Any], key: str) -> dict[str, Any]:
        result = {}
        for name, one in value.items():
            inner = f"{key}.{name}" if key else name
            if name not in shape.members:
                raise self._refusals.unknown_parameter(inner)
            if one is not None:  # as if it were not there
                result[name] = self.read(shape.members[name].shape, one, inner)
        return result


def _check(model: ServiceModel, shape_name: str, value: Any) -> None:
    """An answer is never silently incomplete, or of another form than clients expect."""
    shape = model.output_shape(shape_name)
    if isinstance(shape, Structure):
        for name, one in value.items():
            if name not in shape.members:
                raise ShapeError(f"{shape_name} has no member {name!r}")
            _check(model, shape.members[name].shape, one)
    elif isinstance(shape, List):
        for one in value:
            _check(model, shape.member, one)
    elif isinstance(shape, Map) or type(value) not in _TYPES[shape.kind]:
        raise ShapeError(f"{value!r} is no {shape_name}")
