"""The errors of S3 that the edge itself answers with. Source: S3 API Reference, "Error responses"."""

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


def access_denied() -> AwsError:
    return AwsError("AccessDenied", "Access Denied", 403)


def no_such_bucket() -> AwsError:
    return AwsError("NoSuchBucket", "The specified bucket does not exist", 404)


def no_such_bucket_policy() -> AwsError:
    return AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404)


def bucket_already_exists() -> AwsError:
    message = (
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
        "Please select a different name and try again."
    )
    return AwsError("BucketAlreadyExists", message, 409)


def bucket_already_owned_by_you() -> AwsError:
    message = "Your previous request to create the named bucket succeeded and you already own it."
    return AwsError("BucketAlreadyOwnedByYou", message, 409)


class RedirectedError(AwsError):
    """An error that names the region to ask instead, and the bucket's own host where it is about a bucket."""

    def __init__(self, code: str, message: str, status: int, region: str, bucket: str = "") -> None:
        super().__init__(code, message, status)
        self.region = region
        self.bucket = bucket

    @property
    def endpoint(self) -> str:
        return f"{self.bucket}.s3.{self.region}.amazonaws.com" if self.bucket else ""


def permanent_redirect(bucket: str, region: str) -> RedirectedError:
    message = (
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint."
    )
    return RedirectedError("PermanentRedirect", message, 301, region, bucket)


def malformed_policy(message: str) -> AwsError:
    return AwsError("MalformedPolicy", message, 400)


def copy_between_regions() -> AwsError:
    message = "Copying between regions is not supported through an interface VPC endpoint."
    return AwsError("InvalidRequest", message, 400)


def missing_content_length() -> AwsError:
    return AwsError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411)


def transfer_encoding_not_implemented() -> AwsError:
    message = "A header you provided implies functionality that is not implemented"
    return AwsError("NotImplemented", message, 501)


def entity_too_large() -> AwsError:
    return AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.", 400)


def incomplete_body() -> AwsError:
    message = "You did not provide the number of bytes specified by the Content-Length HTTP header"
    return AwsError("IncompleteBody", message, 400)


def request_timeout() -> AwsError:
    message = (
        "Your socket connection to the server was not read from or written to within the timeout period. "
        "Idle connections will be closed."
    )
    return AwsError("RequestTimeout", message, 400)


def internal_error() -> AwsError:
    return AwsError("InternalError", "We encountered an internal error. Please try again.", 500)


def service_unavailable(reason: str = "") -> AwsError:
    message = f"Service is unable to handle request: {reason}" if reason else "Service is unable to handle request."
    return AwsError("ServiceUnavailable", message, 503)


def not_served(what: str) -> AwsError:
    return AwsError("NotImplemented", f"{what} is not served yet", 501)


def invalid_location_constraint() -> AwsError:
    return AwsError("InvalidLocationConstraint", "The specified location-constraint is not valid", 400)


def wrong_region(region: str, expected: str, *, is_presigned: bool) -> RedirectedError:
    if is_presigned:
        code, start = "AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter"
    else:
        code, start = "AuthorizationHeaderMalformed", "The authorization header is malformed"
    return RedirectedError(code, f"{start}; the region '{region}' is wrong; expecting '{expected}'", 400, expected)


def bad_digest() -> AwsError:
    return AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.", 400)


def invalid_digest() -> AwsError:
    return AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.", 400)


def invalid_checksum(header: str) -> AwsError:
    return AwsError("InvalidRequest", f"Value for {header} header is invalid.", 400)


def malformed_acl() -> AwsError:
    message = "The XML you provided was not well-formed or did not validate against our published schema"
    return AwsError("MalformedACLError", message, 400)


def missing_request_body() -> AwsError:
    return AwsError("MissingRequestBodyError", "Request Body is empty", 400)


def missing_security_header() -> AwsError:
    return AwsError("MissingSecurityHeader", "Your request was missing a required header", 400)


def unexpected_content() -> AwsError:
    return AwsError("UnexpectedContent", "This request does not support content", 400)


def message_too_long() -> AwsError:
    return AwsError("MaxMessageLengthExceeded", "Your request was too big.", 400)


def invalid_request(message: str) -> AwsError:
    return AwsError("InvalidRequest", message, 400)


def invalid_tag(message: str) -> AwsError:
    return AwsError("InvalidTag", message, 400)


def too_many_tags(most: int) -> AwsError:
    """Of an object; of a bucket."""
    what = "Object" if most == 10 else "Bucket"
    return AwsError("BadRequest", f"{what} tags cannot be greater than {most}", 400)


def illegal_versioning() -> AwsError:
    message = "The Versioning element must be specified"
    return AwsError("IllegalVersioningConfigurationException", message, 400)


def invalid_storage_class() -> AwsError:
    return AwsError("InvalidStorageClass", "The storage class you specified is not valid", 400)
