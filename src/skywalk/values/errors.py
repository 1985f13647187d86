"""Errors in AWS's words: a code, a message, an HTTP status.

Where AWS answers, raise `AwsError` with AWS's code and text; the wire packages give it each protocol's form.
The constructors here are those that more than one package needs.
Source: EC2 API Reference, "Error codes for the Amazon EC2 API".
"""

from __future__ import annotations


class SkywalkError(Exception):
    """Anything skywalk itself refuses or fails at; the text is for the operator."""


class AwsError(SkywalkError):
    """A refusal that a client sees, as AWS words it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def invalid_parameter_value(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


def invalid_parameter(message: str) -> AwsError:
    return AwsError("InvalidParameter", message)


def missing_parameter(name: str) -> AwsError:
    return AwsError("MissingParameter", f"The request must contain the parameter {name}")


def unsupported_operation(message: str) -> AwsError:
    return AwsError("UnsupportedOperation", message)


def unauthorized_operation(message: str = "") -> AwsError:
    text = f"You are not authorized to perform this operation. {message}".rstrip()
    return AwsError("UnauthorizedOperation", text, 403)


def dependency_violation(message: str) -> AwsError:
    return AwsError("DependencyViolation", message)


def service_unavailable(reason: str) -> AwsError:
    """For what the machine lacks at the moment. Source: EC2 and IAM API References, common errors."""
    message = f"The request has failed due to a temporary failure of the server: {reason}"
    return AwsError("ServiceUnavailable", message, 503)


def dry_run_operation() -> AwsError:
    return AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)


def internal_error() -> AwsError:
    return AwsError("InternalError", "An internal error has occurred", 500)
