"""The errors of DynamoDB that the edge itself answers with.

Source: DynamoDB Developer Guide, "Error handling"; API Reference, "Common errors". The status of a request that is
too large is unconfirmed.
"""

from __future__ import annotations

from skywalk.values.errors import AwsError


def unknown_operation(message: str = "") -> AwsError:
    """AWS says nothing more than the code; here the message names what is not served."""
    return AwsError("UnknownOperationException", message, 400)


def not_served(operation: str) -> AwsError:
    return unknown_operation(f"The operation {operation} is not supported yet.")


def serialization(message: str) -> AwsError:
    return AwsError("SerializationException", message, 400)


def validation(message: str) -> AwsError:
    return AwsError("ValidationException", message, 400)


def limit_exceeded(message: str) -> AwsError:
    return AwsError("LimitExceededException", message, 400)


def missing(member: str) -> AwsError:
    """`member` as validation names it, from the body's root: `tableName`."""
    return validation(
        f"1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    )


def not_supported(what: str) -> AwsError:
    return validation(f"{what} is not supported yet.")


def access_denied(message: str) -> AwsError:
    return AwsError("AccessDeniedException", message, 400)


def request_too_large() -> AwsError:
    return AwsError("RequestEntityTooLargeException", "The request is larger than 16 MiB.", 413)


def body_broken() -> AwsError:
    return serialization("The body of the request cannot be read.")


def table_not_found() -> AwsError:
    return AwsError("ResourceNotFoundException", "Requested resource not found", 400)


def policy_not_found(arn: str) -> AwsError:
    message = f"Resource-based policy not found for the provided ResourceArn: {arn}"
    return AwsError("PolicyNotFoundException", message, 400)


def internal_server_error() -> AwsError:
    return AwsError("InternalServerError", "Internal server error", 500)


def service_unavailable(reason: str = "") -> AwsError:
    said = "The service is currently unavailable or busy"
    return AwsError("ServiceUnavailable", f"{said}: {reason}" if reason else f"{said}.", 503)
