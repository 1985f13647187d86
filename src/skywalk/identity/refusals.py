"""How each family of services words the refusal of a signature: code, message, HTTP status, in one table.

Sources: S3 API Reference, "Error responses"; EC2 API Reference, "Error codes"; IAM User Guide, "Troubleshoot
signed requests for AWS APIs" and STS and IAM "Common Errors"; DynamoDB Developer Guide, "Error handling"; the wording
beyond them as AWS's services answer.
"""

from __future__ import annotations

from enum import Enum

from skywalk.values.errors import AwsError


class Family(Enum):
    """Services that word these refusals alike."""

    EC2 = "ec2"
    QUERY = "query"
    """IAM, STS, ELB and whatever else has no wording of its own here."""
    JSON = "json"
    """DynamoDB: codes that end in `Exception`, all with status 400."""
    S3 = "s3"


_FAMILIES = {"dynamodb": Family.JSON, "route53resolver": Family.JSON, "ec2": Family.EC2, "s3": Family.S3}


def family_of(service: str) -> Family:
    """The family of a service's signing name (`s3`, `ec2`, `iam`)."""
    return _FAMILIES.get(service, Family.QUERY)


class Refusal(Enum):
    """What is wrong with a signature."""

    MISSING = "missing"
    UNSUPPORTED = "unsupported"
    TWO_MECHANISMS = "two-mechanisms"
    INCOMPLETE = "incomplete"
    INCOMPLETE_QUERY = "incomplete-query"
    EXPIRES_TOO_LATE = "expires-too-late"
    UNKNOWN_KEY = "unknown-key"
    INVALID_TOKEN = "invalid-token"  # noqa: S105 (no password)
    EXPIRED_TOKEN = "expired-token"  # noqa: S105
    EXPIRED = "expired"
    NOT_YET_CURRENT = "not-yet-current"
    PRESIGNED_EXPIRED = "presigned-expired"
    PRESIGNED_NOT_YET = "presigned-not-yet"
    WRONG_DATE = "wrong-date"
    WRONG_REGION = "wrong-region"
    WRONG_SERVICE = "wrong-service"
    HOST_UNSIGNED = "host-unsigned"
    HEADERS_UNSIGNED = "headers-unsigned"
    MISMATCH = "mismatch"
    BODY_HASH_MISSING = "body-hash-missing"
    BODY_HASH_INVALID = "body-hash-invalid"
    DECODED_LENGTH_MISSING = "decoded-length-missing"


_MISMATCH_TEXT = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
    "Key and signing method. Consult the service documentation for details."
)
_HOST_UNSIGNED_TEXT = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
_UNSIGNED_TEXT = "There were headers present in the request which were not signed: {names}"
_DATE_TEXT = (
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
    "'{scope_date}' != '{date}', from '{timestamp}'."
)
_QUERY_INVALID_TOKEN = ("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
_EC2_AUTH_FAILURE = ("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
_EC2_EXPIRED = ("RequestExpired", "Request has expired.", 400)
_S3_SKEWED = (
    "RequestTimeTooSkewed",
    "The difference between the request time and the current time is too large.",
    403,
)
_S3_QUERY_PARAMETERS = (
    "AuthorizationQueryParametersError",
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
    "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    400,
)

_QUERY: dict[Refusal, tuple[str, str, int]] = {
    Refusal.MISSING: ("MissingAuthenticationToken", "Request is missing Authentication Token", 403),
    Refusal.UNSUPPORTED: ("IncompleteSignature", "Unsupported AWS 'algorithm': '{algorithm}'.", 400),
    Refusal.TWO_MECHANISMS: ("IncompleteSignature", "Only one authentication mechanism is allowed.", 400),
    Refusal.INCOMPLETE: ("IncompleteSignature", "{reason}", 400),
    Refusal.INCOMPLETE_QUERY: ("IncompleteSignature", "{reason}", 400),
    Refusal.EXPIRES_TOO_LATE: ("IncompleteSignature", "X-Amz-Expires must be less than 604800 seconds.", 400),
    Refusal.UNKNOWN_KEY: _QUERY_INVALID_TOKEN,
    Refusal.INVALID_TOKEN: _QUERY_INVALID_TOKEN,
    Refusal.EXPIRED_TOKEN: ("ExpiredToken", "The security token included in the request is expired", 403),
    Refusal.EXPIRED: (
        "SignatureDoesNotMatch",
        "Signature expired: {timestamp} is now earlier than {limit} ({now} - 15 min.)",
        403,
    ),
    Refusal.NOT_YET_CURRENT: (
        "SignatureDoesNotMatch",
        "Signature not yet current: {timestamp} is still later than {limit} ({now} + 15 min.)",
        403,
    ),
    Refusal.PRESIGNED_EXPIRED: (
        "SignatureDoesNotMatch",
        "Signature expired: {timestamp} is now earlier than {limit} ({now} - {expires} sec.)",
        403,
    ),
    Refusal.PRESIGNED_NOT_YET: (
        "SignatureDoesNotMatch",
        "Signature not yet current: {timestamp} is still later than {limit} ({now} + 15 min.)",
        403,
    ),
    Refusal.WRONG_DATE: ("SignatureDoesNotMatch", _DATE_TEXT, 403),
    Refusal.WRONG_REGION: (
        "SignatureDoesNotMatch",
        "Credential should be scoped to a valid region, not '{region}'.",
        403,
    ),
    Refusal.WRONG_SERVICE: (
        "SignatureDoesNotMatch",
        "Credential should be scoped to correct service: '{expected}'.",
        403,
    ),
    Refusal.HOST_UNSIGNED: ("SignatureDoesNotMatch", _HOST_UNSIGNED_TEXT, 403),
    Refusal.HEADERS_UNSIGNED: ("SignatureDoesNotMatch", _UNSIGNED_TEXT, 403),
    Refusal.MISMATCH: ("SignatureDoesNotMatch", _MISMATCH_TEXT, 403),
}

_EC2 = _QUERY | {
    Refusal.UNKNOWN_KEY: _EC2_AUTH_FAILURE,
    Refusal.INVALID_TOKEN: _EC2_AUTH_FAILURE,
    Refusal.EXPIRED_TOKEN: _EC2_EXPIRED,
    Refusal.EXPIRED: _EC2_EXPIRED,
    Refusal.NOT_YET_CURRENT: _EC2_EXPIRED,
    Refusal.PRESIGNED_EXPIRED: _EC2_EXPIRED,
    Refusal.PRESIGNED_NOT_YET: _EC2_EXPIRED,
    Refusal.WRONG_REGION: _EC2_AUTH_FAILURE,
    Refusal.WRONG_SERVICE: _EC2_AUTH_FAILURE,
}

_S3: dict[Refusal, tuple[str, str, int]] = {
    Refusal.MISSING: ("AccessDenied", "Access Denied", 403),
    Refusal.UNSUPPORTED: (
        "InvalidRequest",
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        400,
    ),
    Refusal.TWO_MECHANISMS: (
        "InvalidArgument",
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
        "parameter or the Authorization header should be specified",
        400,
    ),
    Refusal.INCOMPLETE: (
        "AuthorizationHeaderMalformed",
        "The authorization header that you provided is not valid. {reason}",
        400,
    ),
    Refusal.INCOMPLETE_QUERY: _S3_QUERY_PARAMETERS,
    Refusal.EXPIRES_TOO_LATE: (
        "AuthorizationQueryParametersError",
        "X-Amz-Expires must be less than a week (in seconds) that is 604800",
        400,
    ),
    Refusal.UNKNOWN_KEY: (
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
        403,
    ),
    Refusal.INVALID_TOKEN: (
        "InvalidToken",
        "The provided token is malformed or otherwise invalid.",
        400,
    ),
    Refusal.EXPIRED_TOKEN: ("ExpiredToken", "The provided token has expired.", 400),
    Refusal.EXPIRED: _S3_SKEWED,
    Refusal.NOT_YET_CURRENT: _S3_SKEWED,
    Refusal.PRESIGNED_EXPIRED: ("AccessDenied", "Request has expired", 403),
    Refusal.PRESIGNED_NOT_YET: ("AccessDenied", "Request is not yet valid", 403),
    Refusal.WRONG_DATE: (
        "AuthorizationHeaderMalformed",
        'The authorization header is malformed; Invalid credential date "{scope_date}". This date is not the same '
        'as X-Amz-Date: "{date}".',
        400,
    ),
    Refusal.WRONG_REGION: (
        "AuthorizationHeaderMalformed",
        "The authorization header is malformed; the region '{region}' is wrong; expecting '{expected}'",
        400,
    ),
    Refusal.WRONG_SERVICE: (
        "AuthorizationHeaderMalformed",
        'The authorization header is malformed; incorrect service "{service}". This endpoint belongs to "s3".',
        400,
    ),
    Refusal.HOST_UNSIGNED: ("AccessDenied", "There were headers present in the request which were not signed", 403),
    Refusal.HEADERS_UNSIGNED: (
        "AccessDenied",
        "There were headers present in the request which were not signed",
        403,
    ),
    Refusal.MISMATCH: (
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing "
        "method.",
        403,
    ),
    Refusal.BODY_HASH_MISSING: (
        "InvalidRequest",
        "Missing required header for this request: x-amz-content-sha256",
        400,
    ),
    Refusal.BODY_HASH_INVALID: (
        "InvalidArgument",
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
        400,
    ),
    Refusal.DECODED_LENGTH_MISSING: (
        "MissingContentLength",
        "You must provide the Content-Length HTTP header.",
        411,
    ),
}

_JSON_CODES = {
    "ExpiredToken": "ExpiredTokenException",
    "IncompleteSignature": "IncompleteSignatureException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
}
_JSON = {refusal: (_JSON_CODES[code], message, 400) for refusal, (code, message, _) in _QUERY.items()}

_BY_FAMILY = {Family.EC2: _EC2, Family.JSON: _JSON, Family.QUERY: _QUERY, Family.S3: _S3}


def refuse(family: Family, refusal: Refusal, **values: str) -> AwsError:
    """The error to raise, with `values` filled into its message."""
    code, message, status = _BY_FAMILY[family][refusal]
    return AwsError(code, message.format(**values), status)


# Bodies are S3's only: no other family sends hashes and chunks that are checked while they stream.


def body_hash_mismatch() -> AwsError:
    return AwsError(
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        400,
    )


def chunk_signature_mismatch() -> AwsError:
    return refuse(Family.S3, Refusal.MISMATCH)


def incomplete_body() -> AwsError:
    message = "You did not provide the number of bytes specified by the Content-Length HTTP header"
    return AwsError("IncompleteBody", message, 400)


def malformed_chunks() -> AwsError:
    message = "The chunk-encoded body is malformed: a chunk header, a trailer or their order is not as required."
    return AwsError("InvalidChunkEncoding", message, 400)


def malformed_trailer() -> AwsError:
    return AwsError("MalformedTrailerError", "The request contained trailing data that was not well-formed.", 400)


def checksum_mismatch(algorithm: str) -> AwsError:
    """`algorithm` as in the header's name: `crc32`."""
    message = f"The {algorithm.upper()} you specified did not match the calculated checksum."
    return AwsError("BadDigest", message, 400)
