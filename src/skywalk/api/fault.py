"""Bodies of error answers, in each protocol's form.

Source: EC2 API Reference, "Response structure" of errors; IAM API Reference, "Common errors"; Smithy, "AWS query
protocol", section on errors.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from skywalk.api.model import load_service
from skywalk.api.route import S3, service_of
from skywalk.api.xml import DECLARATION, escape
from skywalk.values.errors import AwsError, service_unavailable

if TYPE_CHECKING:
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead

_CODES_BEFORE_THE_HEAD = {408: "RequestTimeout", 413: "RequestEntityTooLarge", 414: "RequestURITooLong"}
_XML = "text/xml;charset=UTF-8"
_NO_DESCRIPTORS = "it has no descriptors left for another connection"


def render_head_refusal(status: int, reason: str) -> tuple[list[tuple[str, str]], bytes]:
    """For a request whose head could not be read: nobody knows its service, so it gets EC2's form."""
    error = AwsError(_CODES_BEFORE_THE_HEAD.get(status, "InvalidRequest"), reason, status)
    return [("Content-Type", _XML)], _ec2_body(error, "")


def refuse_for_want_of_descriptors(head: RequestHead, _body: Body, exchange: Exchange) -> None:
    """In the form of the request's service. Needs nothing that has yet to be opened: no codec table, for one."""
    service, error = service_of(head), service_unavailable(_NO_DESCRIPTORS)
    if head.get("x-amz-target") is not None or "json" in (head.get("content-type") or ""):
        told = json.dumps({"__type": error.code, "message": error.message})
        exchange.respond(error.status, [("Content-Type", "application/x-amz-json-1.0")], told.encode())
    elif service == "ec2":
        exchange.respond(error.status, [("Content-Type", _XML)], _ec2_body(error, ""))
    elif service == S3:
        text = f"{DECLARATION}<Error>{_code_and_message(error)}</Error>"
        exchange.respond(error.status, [("Content-Type", "application/xml")], text.encode())
    else:
        text = f"{DECLARATION}<ErrorResponse><Error>{_code_and_message(error)}</Error></ErrorResponse>"
        exchange.respond(error.status, [("Content-Type", _XML)], text.encode())


def fault_body(service: str, error: AwsError, request_id: str) -> bytes:
    """The XML that a client of this service gets with `error.status`. Raises ShapeError for an unknown service."""
    model = load_service(service)
    if model.protocol == "ec2":
        return _ec2_body(error, request_id)
    blame = "Receiver" if error.status >= 500 else "Sender"
    text = (
        f'<ErrorResponse xmlns="{model.namespace}"><Error><Type>{blame}</Type>{_code_and_message(error)}</Error>'
        f"<RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
    )
    return (DECLARATION + text).encode()


def _ec2_body(error: AwsError, request_id: str) -> bytes:
    text = (
        f"<Response><Errors><Error>{_code_and_message(error)}</Error></Errors>"
        f"<RequestID>{escape(request_id)}</RequestID></Response>"
    )
    return (DECLARATION + text).encode()


def _code_and_message(error: AwsError) -> str:
    return f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
