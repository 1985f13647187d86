"""The errors S3 answers a request with that cannot be mapped. Source: S3 API Reference, "Error responses"."""

from __future__ import annotations

from skywalk.values.errors import AwsError


def invalid_uri() -> AwsError:
    return AwsError("InvalidURI", "Couldn't parse the specified URI.", 400)


def invalid_argument(message: str) -> AwsError:
    return AwsError("InvalidArgument", message, 400)


def invalid_bucket_name() -> AwsError:
    return AwsError("InvalidBucketName", "The specified bucket is not valid.", 400)


def key_too_long() -> AwsError:
    return AwsError("KeyTooLongError", "Your key is too long", 400)


def malformed_xml() -> AwsError:
    message = "The XML you provided was not well-formed or did not validate against our published schema"
    return AwsError("MalformedXML", message, 400)


def method_not_allowed() -> AwsError:
    return AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)


def not_implemented(what: str) -> AwsError:
    return AwsError("NotImplemented", f"{what} implies functionality that is not implemented", 501)
