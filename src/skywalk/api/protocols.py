"""Which form a service's requests, answers and refusals have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from skywalk.api.fault import fault_body
from skywalk.api.model import load_service
from skywalk.api.query import parse_form, parse_request
from skywalk.api.xml import serialize

if TYPE_CHECKING:
    from skywalk.http1.request import RequestHead
    from skywalk.values.errors import AwsError

_XML = "text/xml;charset=UTF-8"
_JSON = "application/x-amz-json-1.1"
Answered = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers, body."""


def read_request(service: str, head: RequestHead, body: bytes) -> tuple[str, dict[str, Any]]:
    """The operation's name and its request; `service` names a codec table. Raises AwsError in the service's words."""
    protocol = load_service(service).protocol
    if protocol == "rest-xml":
        from skywalk.api.rest_xml import parse_rest_request

        return parse_rest_request(service, head.method, head.path, head.query, body)
    if protocol == "json":
        from skywalk.api.json_rpc import parse_json_request

        return parse_json_request(service, head.get("x-amz-target") or "", body)
    return parse_request(service, parse_form(head.query.encode()) + parse_form(body))


def write_answer(service: str, action: str, result: Mapping[str, Any], request_id: str) -> Answered:
    """A successful answer. Raises ShapeError where the result does not fit the operation."""
    protocol = load_service(service).protocol
    if protocol == "rest-xml":
        from skywalk.api.rest_xml import write_rest_answer

        status, headers, content = write_rest_answer(service, action, result)
        return status, [("Content-Type", _XML), *headers], content
    if protocol == "json":
        from skywalk.api.json_rpc import write_json_answer

        return 200, [("Content-Type", _JSON)], write_json_answer(service, action, result)
    return 200, [("Content-Type", _XML)], serialize(service, action, result, request_id)


def write_refusal(service: str, error: AwsError, request_id: str) -> Answered:
    """What a client gets that is refused."""
    if load_service(service).protocol == "json":
        text = json.dumps({"__type": error.code, "message": error.message}).encode()
        return error.status, [("Content-Type", _JSON), ("x-amzn-ErrorType", error.code)], text
    return error.status, [("Content-Type", _XML)], fault_body(service, error, request_id)
