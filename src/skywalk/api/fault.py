"""Bodies of error answers, in each protocol's form.

Source: EC2 API Reference, "Response structure" of errors; IAM API Reference, "Common errors"; Smithy, "AWS query
protocol", section on errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.api.model import load_service
from skywalk.api.xml import DECLARATION, escape

if TYPE_CHECKING:
    from skywalk.values.errors import AwsError


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
