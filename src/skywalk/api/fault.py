"""Bodies of error answers, in each protocol's form.

Source: EC2 API Reference, "Response structure" of errors; IAM API Reference, "Common errors"; Smithy, "AWS query
protocol", section on errors.
"""

from __future__ import annotations

from skywalk.api.model import load_service
from skywalk.api.xml import DECLARATION, escape
from skywalk.values.errors import AwsError

_CODES_BEFORE_THE_HEAD = {408: "RequestTimeout", 413: "RequestEntityTooLarge", 414: "RequestURITooLong"}


def render_head_refusal(status: int, reason: str) -> tuple[list[tuple[str, str]], bytes]:
    """For a request whose head could not be read: nobody knows its service, so it gets EC2's form."""
    error = AwsError(_CODES_BEFORE_THE_HEAD.get(status, "InvalidRequest"), reason, status)
    return [("Content-Type", "text/xml;charset=UTF-8")], fault_body("ec2", error, "")


def fault_body(service: str, error: AwsError, request_id: str) -> bytes:
    """The XML that a client of this service gets with `error.status`. Raises ShapeError for an unknown service."""
    model = load_service(service)
    code_and_message = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    if model.protocol == "ec2":
        text = (
            f"<Response><Errors><Error>{code_and_message}</Error></Errors>"
            f"<RequestID>{escape(request_id)}</RequestID></Response>"
        )
    else:
        blame = "Receiver" if error.status >= 500 else "Sender"
        text = (
            f'<ErrorResponse xmlns="{model.namespace}"><Error><Type>{blame}</Type>{code_and_message}</Error>'
            f"<RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
        )
    return (DECLARATION + text).encode()
