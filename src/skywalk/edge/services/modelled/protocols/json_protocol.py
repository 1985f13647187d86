"""JSON 1.0 and 1.1: the operation in `X-Amz-Target`, the parameters in the body. And JSON bodies of any protocol.

Read in one way only: no member twice, no numbers that JSON does not have, no half characters (`\\ud800` alone); and
not deeper than what is read can be looked through.
Source: Smithy, "AWS JSON 1.0 protocol", "AWS JSON 1.1 protocol".
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

from skywalk.edge.services.modelled.protocols.errors import serialization, unknown_operation
from skywalk.edge.services.modelled.protocols.understood import Understood, Written
from skywalk.edge.services.modelled.service_models import JSON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.service_models import Operation, ServiceModel, Shape

_DEEPEST = 100
_MAY_BE_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


def find(model: ServiceModel, target: str) -> Operation:
    """Raises AwsError UnknownOperationException."""
    prefix, _, name = target.rpartition(".")
    operation = model.operation(name)
    if operation is None or prefix != model.target_prefix:
        raise unknown_operation()
    return operation


def parse(model: ServiceModel, operation: Operation, content: bytes) -> Understood:
    """Raises AwsError SerializationException."""
    body = parse_object(content) if content.strip() else {}
    return Understood(model, JSON, operation, known(operation.input, body))


def write(understood: Understood) -> Written:
    model = understood.model
    headers = [
        ("content-type", f"application/x-amz-json-{model.json_version}"),
        ("x-amz-target", f"{model.target_prefix}.{understood.operation.name}"),
    ]
    return Written("POST", "/", headers, render(on_wire(understood.operation.input, understood.parameters)))


def parse_object(content: bytes) -> dict[str, Any]:
    """Raises AwsError SerializationException."""
    try:
        parsed = json.loads(content.decode(), object_pairs_hook=_object, parse_constant=_no_constant)
        if _MAY_BE_HALF.search(content):
            json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise serialization("The body of the request is no JSON object, or has a member twice.") from None
    if not isinstance(parsed, dict):
        raise serialization("The body of the request is no JSON object.")
    if content.count(b"[") + content.count(b"{") > _DEEPEST and is_deeper_than(_DEEPEST, parsed):
        raise serialization("The body of the request is nested too deeply.")
    return parsed


def is_deeper_than(levels: int, value: Any) -> bool:
    """Whether more lists and objects than that are in each other."""
    held = [value]
    for _ in range(levels + 1):
        within = (one.values() if isinstance(one, dict) else one for one in held if isinstance(one, dict | list))
        held = [inner for each in within for inner in each]
        if not held:
            return False
    return True


def render(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def known(shape: Shape | None, value: Mapping[str, Any]) -> dict[str, Any]:
    """The members that the model knows, by its names; what is null is as good as absent. Types are looked at later."""
    return {} if shape is None else _named(shape, value, from_wire=True)


def on_wire(shape: Shape | None, value: Mapping[str, Any]) -> dict[str, Any]:
    """By the names that go over the wire."""
    return {} if shape is None else _named(shape, value, from_wire=False)


def _named(shape: Shape, value: Any, *, from_wire: bool) -> Any:
    if isinstance(value, dict) and shape.kind == "structure" and not shape.is_document:
        made = {}
        for name, member in shape.members.items():
            wire = name if member.location else member.wire_name or name
            given, taken = (wire, name) if from_wire else (name, wire)
            if value.get(given) is not None:
                made[taken] = _named(member.shape, value[given], from_wire=from_wire)
        return made
    if shape.of is not None and isinstance(value, dict) and shape.kind == "map":
        return {key: _named(shape.of.shape, one, from_wire=from_wire) for key, one in value.items()}
    if shape.of is not None and isinstance(value, list) and shape.kind == "list":
        return [_named(shape.of.shape, one, from_wire=from_wire) for one in value]
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a member is given twice")
    return made


def _no_constant(constant: str) -> NoReturn:
    raise ValueError(constant)
