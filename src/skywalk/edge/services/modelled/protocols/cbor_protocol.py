"""RPC v2 CBOR: `POST /service/NAME/operation/NAME` with `smithy-protocol: rpc-v2-cbor`, parameters in a body of CBOR.

The service's name in the path is for the client's convenience: whatever it is, the endpoint is the service's.
Source: Smithy, "Smithy RPC v2 CBOR protocol".
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.protocols.cbor import CborMalformed, Moment, decode, encode
from skywalk.edge.services.modelled.protocols.errors import cannot_be, serialization, unknown_operation
from skywalk.edge.services.modelled.protocols.understood import Understood, Written
from skywalk.edge.services.modelled.service_models import CBOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.service_models import Operation, ServiceModel, Shape

PROTOCOL_HEADER, PROTOCOL_VALUE = "smithy-protocol", "rpc-v2-cbor"
CONTENT_TYPE = "application/cbor"
_PATH = re.compile(r"(?:/[^?]*)?/service/([A-Za-z0-9_.]+)/operation/([A-Za-z0-9_]+)")


def find(model: ServiceModel, path: str) -> Operation:
    """Raises AwsError UnknownOperationException."""
    matched = _PATH.fullmatch(path)
    operation = model.operation(matched[2]) if matched and matched[1] == model.target_prefix else None
    if operation is None:
        raise unknown_operation()
    return operation


def parse(model: ServiceModel, operation: Operation, content: bytes) -> Understood:
    """Raises AwsError SerializationException."""
    try:
        body = decode(content) if content else {}
    except CborMalformed:
        raise serialization("The body of the request is no CBOR, or has a member twice.") from None
    if not isinstance(body, dict):
        raise serialization("The body of the request is no map.")
    parameters = {} if operation.input is None else from_cbor(operation.input, body)
    return Understood(model, CBOR, operation, parameters)


def write(understood: Understood) -> Written:
    model, operation = understood.model, understood.operation
    content = encode({} if operation.input is None else to_cbor(operation.input, understood.parameters))
    headers = [("content-type", CONTENT_TYPE), ("accept", CONTENT_TYPE), (PROTOCOL_HEADER, PROTOCOL_VALUE)]
    return Written("POST", f"/service/{model.target_prefix}/operation/{operation.name}", headers, content)


def from_cbor(shape: Shape, value: Any) -> Any:
    """As JSON has it, with the members that the model knows."""
    if isinstance(value, Moment):
        if shape.kind != "timestamp":
            raise cannot_be(0, shape.kind)
        return value.seconds
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, bytes):
        if shape.kind != "blob":
            raise cannot_be("", shape.kind)
        return base64.b64encode(value).decode()
    if shape.kind == "blob" and isinstance(value, str):
        raise cannot_be(value, shape.kind)
    if isinstance(value, dict) and shape.kind == "structure":
        members = shape.members
        return {
            name: from_cbor(members[name].shape, one)
            for name, one in value.items()
            if name in members and one is not None
        }
    return _held(shape, value, from_cbor)


def to_cbor(shape: Shape, value: Any) -> Any:
    """Of what JSON has."""
    if shape.kind == "timestamp":
        return Moment(_seconds(value))
    if shape.kind == "blob" and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error:
            raise cannot_be(value, shape.kind) from None
    if shape.kind in ("double", "float") and not isinstance(value, bool) and value is not None:
        return float(value)
    if isinstance(value, dict) and shape.kind == "structure":
        members = shape.members
        return {
            name: to_cbor(members[name].shape, one)
            for name, one in value.items()
            if name in members and one is not None
        }
    return _held(shape, value, to_cbor)


def _held(shape: Shape, value: Any, convert: Any) -> Any:
    if shape.of is None:
        return value
    if isinstance(value, dict):
        return {key: convert(shape.of.shape, one) for key, one in value.items()}
    if isinstance(value, list):
        return [convert(shape.of.shape, one) for one in value]
    return value


def _seconds(value: object) -> float:
    if isinstance(value, str):
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return value if isinstance(value, int | float) else 0.0


def error_body(type_name: str, message: str, members: Mapping[str, Any] | None = None) -> bytes:
    return encode({"__type": type_name, "message": message, **(members or {})})
