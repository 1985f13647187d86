"""Example values for every served operation, made from botocore's own models, and botocore's two ends of the wire.

What botocore's serializer writes and its parser reads is what stock clients write and read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

AWKWARD_TEXT = "Grüße <&> \"quoted\" 'text' ]]> +%20 日本 😀\tand\nlines\r\nend"
POLICY_TEXT = '{"Version": "2012-10-17", "Statement": [{"Sid": "A+B %26 <C>"}]}'
MOMENT = datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=UTC)
_ARN = "arn:aws:iam::aws:policy/日本-😀"
# Texts that satisfy the constraints of IAM's and STS's models, by pattern.
_BY_PATTERN = {
    r"[\w+=,.@-]+": "app.role_1+=,@-",
    r"[\w+=,.@-]*": "app.role_1+=,@-",
    r"[\w+=,.@:\/-]*": "external:id/1",
    r"[\w+=/:,.@-]*": "arn:aws:iam::123456789012:mfa/ann",
    r"[\w+=/:,.@-]+": "arn:aws:iam::123456789012:mfa/ann",
    r"[\d]*": "123456",
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": "/team/a/",
    r"\u002F[\u0021-\u007F]*": "/team/",
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+": "Schlüssel 日本 1_.:/=+-@",
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*": "Wert ünd ²",
    r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*": "Beschreibung für alle\n",
    r"[\u0009\u000A\u000D\u0020-\u00FF]+": POLICY_TEXT,
    r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+": _ARN,
    r"[\u0020-\u00FF]+": "page-2",
    r"[\w]+": "AROAQWERTYUIOPASDFGH",
    r"((/[A-Za-z0-9\.,\+@=_-]+)*)/": "/team/a/",
    r"[\w+=,.@:-]*": "app:1",
    r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$": "bank-1",
    r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?": "v12",
    r"[\w]*": "ASIAQWERTYUIOPASDFGH",
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}": "59dbff89-35bd-4eac-99ed-be5871234567",
    r"[0-9A-Za-z_\-\*]+": "place_1",
    r"[-+]?[0-9]{1,2}(\.[0-9]{0,2})?": "-52.1",
    r"[-+]?[0-9]{1,3}(\.[0-9]{0,2})?": "+13.4",
    r"(?!^[0-9]+$)([a-zA-Z0-9\-_' ']+)": "an endpoint",
    r"^arn:aws([a-z-]+)?:outposts:[a-z\d-]+:\d{12}:outpost/op-[a-f0-9]{17}$": (
        "arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0"
    ),
}


@cache
def service_model(service: str) -> ServiceModel:
    version = served()[service]["version"]
    return ServiceModel(Loader().load_service_model(service, "service-2", version), service)


@cache
def served() -> dict[str, dict[str, Any]]:
    """The content of operations.json."""
    path = Path(__file__).resolve().parents[2] / "tools" / "operations.json"
    listed: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return listed


def served_operations(*protocols: str) -> list[tuple[str, str]]:
    """Services and operations of some protocols, of the query protocols if none is named."""
    wanted = protocols or ("ec2", "query")
    return [
        (service, operation)
        for service, listed in served().items()
        for operation in listed["operations"]
        if service_model(service).metadata["protocol"] in wanted
    ]


def operation_model(service: str, operation: str) -> OperationModel:
    return service_model(service).operation_model(operation)


def example(shape: Shape | None) -> Any:
    """A value with every member set, lists of two, that botocore's parameter validation accepts."""
    return {} if shape is None else _example(shape, 0)


def _example(shape: Any, number: int) -> Any:
    if shape.type_name == "structure":
        return {name: _example(member, number) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [_example(shape.member, number), _example(shape.member, number + 1)]
    if shape.type_name == "map":
        return {"one": _example(shape.value, number), "two": _example(shape.value, number + 1)}
    if shape.type_name == "string":
        return _text(shape, number)
    if shape.type_name in ("integer", "long"):
        return int(shape.metadata.get("min", -7)) + number
    scalars = {"boolean": number % 2 == 0, "timestamp": MOMENT, "blob": b"\x00\xff" + bytes([number]), "double": -0.5}
    return scalars[shape.type_name]


def _text(shape: Any, number: int) -> str:
    if shape.enum:
        return str(shape.enum[number % len(shape.enum)])
    pattern = shape.metadata.get("pattern")
    text = f"{AWKWARD_TEXT} {number}" if pattern is None else _BY_PATTERN[pattern]
    minimum, maximum = shape.metadata.get("min", 0), shape.metadata.get("max", 1 << 20)
    return text[:maximum].ljust(minimum, "0")


def request_of_botocore(service: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    """The parts of the HTTP request that boto3 would send: `method`, `url_path`, `query_string`, `headers`, `body`."""
    serializer = create_serializer(service_model(service).metadata["protocol"])
    sent: dict[str, Any] = serializer.serialize_to_request(request, operation_model(service, operation))
    return sent


def written_by_botocore(service: str, operation: str, request: dict[str, Any]) -> list[tuple[str, str]]:
    """The parameters that boto3 would send."""
    body = request_of_botocore(service, operation, request)["body"]
    return [(name, str(value)) for name, value in body.items()]


def read_by_botocore(
    service: str, operation: str, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What boto3 would return for an answer, `ResponseMetadata` included."""
    shape = operation_model(service, operation).output_shape
    response = {"body": body, "headers": headers or {}, "status_code": status}
    parsed: dict[str, Any] = create_parser(service_model(service).metadata["protocol"]).parse(response, shape)
    return parsed
