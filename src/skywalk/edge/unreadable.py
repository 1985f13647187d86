"""What a request is refused with whose head cannot be read, or whose client is too slow: no service has seen it yet.

Unconfirmed: the codes; AWS's front ends answer some of these without any document.
"""

from __future__ import annotations

from skywalk.values.errors import AwsError

_CODES = {
    408: "RequestTimeoutException",
    413: "RequestEntityTooLargeException",
    414: "RequestEntityTooLargeException",
    431: "RequestEntityTooLargeException",
    500: "InternalFailure",
    503: "ServiceUnavailableException",
}


def before_the_head(status: int, reason: str) -> AwsError:
    """In the codes of the JSON protocols; `forms` has them in the words of others."""
    return AwsError(_CODES.get(status, "SerializationException"), reason, status)
