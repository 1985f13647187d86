"""An S3 request's signature, and what its body must be: from the wire to a caller and a payload to check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from skywalk.edge.services.s3 import errors
from skywalk.edge.services.s3.digests import with_digests
from skywalk.identity.body_check import UNCHECKED, BodyCheck, body_check_of
from skywalk.identity.body_verifier import BodyVerifier, body_verifier_for
from skywalk.identity.caller import ANONYMOUS
from skywalk.identity.sigv2 import is_version_2
from skywalk.identity.sigv4 import SignedRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.callers import VerifiedCaller
    from skywalk.edge.verification import CallerVerifier
    from skywalk.http1.request import RequestHead
    from skywalk.identity.sigv4 import Verified

SERVICE = "s3"


@dataclass(slots=True)
class VerifiedRequest:
    """`region` is the one that was signed for, empty for anonymous requests; `decoded_length` is given for bodies
    in aws-chunked coding, which are shorter once decoded."""

    caller: VerifiedCaller
    region: str
    payload: BodyVerifier
    decoded_length: int | None
    signed: Verified


def verify_request(
    verifier: CallerVerifier,
    head: RequestHead,
    headers: Mapping[str, str],
    region: str | None,
    *,
    host_bucket: str,
    digests_of_body: bool,
) -> VerifiedRequest:
    """`headers` are those of `head`, joined; `region` the one to sign for, None where any will do; `host_bucket`
    the bucket that the host names.

    `digests_of_body`: the digests among the headers are those of this request's body. Raises AwsError.
    """
    request = SignedRequest(head.method, head.path, head.query, head.headers, host_bucket)
    # Signatures of version 2 name no region: they are good in the one that is asked, if it takes them at all.
    verified = verifier.verify(request, SERVICE, region if is_version_2(head.query) else None)
    check = verified.body_check
    if verified.caller is ANONYMOUS:
        check = _unsigned_check(headers)
    elif region is not None and verified.region != region:
        raise errors.wrong_region(verified.region, region, is_presigned=verified.is_presigned)
    payload = body_verifier_for(check)
    if digests_of_body:
        payload = with_digests(payload, headers)
    caller = verifier.find(verified.caller, SERVICE)
    return VerifiedRequest(caller, verified.region, payload, check.decoded_length, verified)


def _unsigned_check(headers: Mapping[str, str]) -> BodyCheck:
    """What an anonymous request says of its body: it may be in aws-chunked coding, but no chunk can be signed."""
    content = headers.get("x-amz-content-sha256")
    return UNCHECKED if content is None else body_check_of(content, headers, _no_signing)


def _no_signing() -> NoReturn:
    raise errors.access_denied()
