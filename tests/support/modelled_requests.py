"""Requests as botocore writes them, for any operation of any service and protocol, with every parameter it has."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.serialize import create_serializer

from skywalk.http1.request import RequestHead

SERVICES = ("sqs", "sns", "kms", "secretsmanager", "ssm", "logs", "ecr", "lambda", "cloudformation", "cloudwatch")
MOMENT = datetime(2026, 11, 22, 21, 30, 0, tzinfo=UTC)
_DEEPEST = 9


@cache
def botocore_model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


@dataclass(frozen=True, slots=True)
class Example:
    """`parameters` as botocore takes them, `expected` as JSON has them."""

    service: str
    operation: str
    protocol: str
    parameters: dict[str, Any]
    expected: dict[str, Any]
    head: RequestHead
    content: bytes


def examples(service: str, protocol: str) -> Iterator[Example]:
    model = botocore_model(service)
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        yield example(service, name, protocol, {} if shape is None else value_of(shape, 0))


def example(service: str, operation: str, protocol: str, parameters: dict[str, Any]) -> Example:
    model = botocore_model(service)
    shape = model.operation_model(operation).input_shape
    serializer = create_serializer(protocol, include_validation=False)
    written = serializer.serialize_to_request(parameters, model.operation_model(operation))
    head, content = as_received(written)
    expected = {} if shape is None else as_json(shape, parameters)
    return Example(service, operation, protocol, parameters, expected, head, content)


def as_received(written: dict[str, Any]) -> tuple[RequestHead, bytes]:
    """What botocore's serializer gives, as it arrives."""
    body = written["body"]
    content = urlencode(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
    query = written["query_string"]
    target = written["url_path"]
    if query:
        pairs = query if isinstance(query, str) else urlencode(query, doseq=True, quote_via=quote)
        target += ("&" if "?" in target else "?") + pairs
    headers = [(name.lower(), str(value)) for name, value in written["headers"].items()]
    return RequestHead(written["method"], target, "1.1", headers), content


def value_of(shape: Any, depth: int) -> Any:
    """A value with all its members, down to a depth that recursion does not pass."""
    if shape.type_name == "structure":
        return {
            name: value_of(member, depth + 1)
            for name, member in shape.members.items()
            if (depth < _DEEPEST or name in shape.required_members) and not _is_empty(member)
        }
    if shape.type_name == "list":
        return [value_of(shape.member, depth + 1), value_of(shape.member, depth + 1)] if depth < _DEEPEST else []
    if shape.type_name == "map":
        return {"a key/x": value_of(shape.value, depth + 1)} if depth < _DEEPEST else {}
    if shape.type_name == "string":
        return shape.enum[0] if getattr(shape, "enum", None) else f"text {shape.name} é&=?"
    return _SIMPLE[shape.type_name]


def _is_empty(shape: Any) -> bool:
    """A form cannot say of a structure without members that it is there."""
    return shape.type_name == "structure" and not shape.members


_SIMPLE = {
    "integer": 7,
    "long": 1 << 40,
    "double": 2.5,
    "float": 2.5,
    "boolean": True,
    "timestamp": MOMENT,
    "blob": b"\x00bytes\xff",
}


def as_json(shape: Any, value: Any) -> Any:
    """With moments left as they are: protocols write them in several ways."""
    if isinstance(value, dict) and shape.type_name == "structure":
        return {name: as_json(shape.members[name], one) for name, one in value.items()}
    if isinstance(value, dict):
        return {key: as_json(shape.value, one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_json(shape.member, one) for one in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def with_moments(expected: Any, found: Any) -> Any:
    """`found`, with what means the moment of the expected in its place."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return {key: with_moments(expected.get(key), one) for key, one in found.items()}
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [with_moments(one, other) for one, other in zip(expected, found, strict=True)]
    if isinstance(expected, datetime) and found in _WRITTEN_MOMENTS:
        return expected
    return found


_WRITTEN_MOMENTS = (
    MOMENT.timestamp(),
    "2026-11-22T21:30:00Z",
    "Sun, 22 Nov 2026 21:30:00 GMT",
    str(int(MOMENT.timestamp())),
)
