"""Operations that change whose a bucket is, or its policy.

The daemon is told when the backend has done it, and the client when every worker knows: a request that is sent
after the answer meets the change. Without a daemon nothing is changed. Where a former attempt got only half way
(the backend did it, the daemon never heard), the same request again does the rest.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from skywalk.edge.forwarded_headers import forwarded_headers
from skywalk.edge.named_principals import UnknownPrincipal, named_principals
from skywalk.edge.services.s3 import errors
from skywalk.edge.services.s3.backend_calls import ask_backend
from skywalk.edge.services.s3.documents import read_document
from skywalk.edge.services.s3.request import bucket_arn
from skywalk.edge.services.s3.request_shapes import OPERATIONS
from skywalk.http1.upstream import UpstreamError
from skywalk.policy.acceptance import check_acceptable
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.keys.carried import InvalidKey
from skywalk.policy.match import has_wildcard
from skywalk.values.errors import AwsError, SkywalkError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.backend_directory import OpenBackend
    from skywalk.edge.services.s3.call import S3Call
    from skywalk.http1.response import ResponseHead
    from skywalk.policy.document import Policy

log = logging.getLogger(__name__)

CONFIGURATION_LIMIT_BYTES = 64 << 10
POLICY_CHARACTERS = 20_480
"""Source: S3 User Guide, "Bucket policies": 20 KB."""
POLICY_LIMIT_BYTES = 4 * POLICY_CHARACTERS
NO_CONSTRAINT_REGION = "us-east-1"
OLD_NAMES = {"EU": "eu-west-1"}
_REGION = re.compile(r"EU|[a-z]{2}(?:-[a-z]+)+-[0-9]", re.ASCII)
_NO_PRINCIPAL = "Invalid principal in policy"
_XML = ("content-type", "application/xml")


async def create_bucket(call: S3Call, backend: OpenBackend) -> None:
    """Raises AwsError, UpstreamError."""
    _check_daemon(call)
    account_id = call.caller.principal.account_id
    region = _location(await call.read_body(CONFIGURATION_LIMIT_BYTES)) or call.region
    known = call.bucket
    if known is not None and known.row.account_id != account_id:
        raise errors.bucket_already_exists()
    if known is not None and (known.row.region, region) != (NO_CONSTRAINT_REGION, NO_CONSTRAINT_REGION):
        raise errors.bucket_already_owned_by_you()
    head, content = await _forward_whole(call, backend, _create_body(region, call.region), account_id)
    half_done = known is None and b"<Code>BucketAlreadyOwnedByYou</Code>" in content
    if head.status != 200 and not half_done:
        _pass_on(call, head, content)
        return
    if known is None:
        try:
            await _report(call, "put_resource", account_id=account_id, region=region, policy=None)
        except AwsError:
            if not half_done:
                await _take_back(call, backend, account_id)
            raise
    call.answers.respond(call.exchange, 200, [("location", f"/{call.request.bucket}")])


async def _take_back(call: S3Call, backend: OpenBackend, account_id: str) -> None:
    """A bucket that nobody was told of is not to be listed. The daemon forgets it first: it may have kept it after all.
    In a remote store it may have been there before: it stays, and the next CreateBucket finds it."""
    if not backend.backend.is_embedded:
        return
    try:
        await _report(call, "delete_resource")
        head, _ = await ask_backend(call, backend, "DELETE", call.request.target, account_id=account_id)
    except (AwsError, UpstreamError) as error:
        log.error("the bucket %s stays in the backend until it is asked for again: %s", call.request.bucket, error)
    else:
        if head.status not in (200, 204):
            log.error("the bucket %s stays in the backend: it refuses with %d", call.request.bucket, head.status)


async def delete_bucket(call: S3Call, backend: OpenBackend) -> None:
    """Raises AwsError, UpstreamError."""
    _check_daemon(call)
    head, content = await _forward_whole(call, backend, b"")
    half_done = call.bucket is not None and head.status == 404
    if head.status not in (200, 204) and not half_done:
        _pass_on(call, head, content)
        return
    await _report(call, "delete_resource")
    call.answers.respond(call.exchange, 204, [])


async def get_bucket_policy(call: S3Call, _: OpenBackend) -> None:
    """From the row that decides. Raises AwsError."""
    policy = None if call.bucket is None else call.bucket.row.policy
    if policy is None:
        raise errors.no_such_bucket_policy()
    call.answers.respond(call.exchange, 200, [("content-type", "application/json")], policy.encode())


async def put_bucket_policy(call: S3Call, backend: OpenBackend) -> None:
    """Raises AwsError, UpstreamError."""
    _check_daemon(call)
    body = await call.read_body(POLICY_LIMIT_BYTES)
    text, policy = _parsed(call.request.bucket, body)
    try:
        principals = named_principals(policy, call.around.state)
    except UnknownPrincipal:
        raise errors.malformed_policy(_NO_PRINCIPAL) from None
    await _put_policy(call, backend, "PUT", text, principals)


async def delete_bucket_policy(call: S3Call, backend: OpenBackend) -> None:
    """Raises AwsError, UpstreamError."""
    _check_daemon(call)
    await _put_policy(call, backend, "DELETE", None, {})


async def _put_policy(
    call: S3Call, backend: OpenBackend, method: str, text: str | None, principals: Mapping[str, str]
) -> None:
    if backend.backend.is_embedded:
        # moto tells from it whether a bucket is public. A remote has callers of its own, whom the policy does not mean.
        body = b"" if text is None else text.encode()
        head, content = await ask_backend(call, backend, method, call.request.target, body=body)
        if head.status not in (200, 204):
            _pass_on(call, head, content)
            return
    row = None if call.bucket is None else call.bucket.row
    region = call.region if row is None else row.region
    named = {"principals": principals} if principals else {}
    await _report(call, "put_resource", account_id=call.owner_account_id, region=region, policy=text, **named)
    call.answers.respond(call.exchange, 204, [])


def _check_daemon(call: S3Call) -> None:
    if not call.around.reporter.connected:
        raise errors.service_unavailable()


async def _report(call: S3Call, subject: str, **data: Any) -> None:
    arn = bucket_arn(call.request.bucket)
    try:
        await call.around.reporter.report(subject, {"arn": arn, **data})
    except SkywalkError as error:
        log.error("%s of %s is done, but the daemon does not know: %s", call.request.operation, arn, error)
        raise errors.service_unavailable(str(error)) from None


async def _forward_whole(
    call: S3Call, backend: OpenBackend, body: bytes, account_id: str | None = None
) -> tuple[ResponseHead, bytes]:
    request = call.request
    headers = forwarded_headers(call.headers, request.header_changes)
    if body:
        headers = [(name, value) for name, value in headers if name != "content-md5"]
    return await ask_backend(call, backend, request.method, request.target, headers, body, account_id=account_id)


def _pass_on(call: S3Call, head: ResponseHead, content: bytes) -> None:
    """The backend's refusal, as it is."""
    content_type = head.get("content-type")
    headers = [_XML] if content_type is None else [("content-type", content_type)]
    call.answers.respond(call.exchange, head.status, headers, content)


def _location(body: bytes) -> str | None:
    """The LocationConstraint of a CreateBucketConfiguration. Raises AwsError."""
    if not body.strip():
        return None
    document = OPERATIONS["CreateBucket"].body
    assert document is not None
    root = read_document("CreateBucket", document, body)
    for one in root.children:
        if one.name != "LocationConstraint":
            raise errors.not_implemented(f"The element {one.name} of a bucket's configuration")
    constraint = (root.text_of("LocationConstraint") or "").strip()
    if constraint and not _REGION.fullmatch(constraint):
        raise errors.invalid_location_constraint()
    return OLD_NAMES.get(constraint, constraint) or None


def _create_body(region: str, sent_to: str) -> bytes:
    """What the backend is asked, in one reading only."""
    if region == sent_to == NO_CONSTRAINT_REGION:
        return b""
    return (
        '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
    ).encode()


def _parsed(bucket: str, body: bytes) -> tuple[str, Policy]:
    """A policy that can be evaluated and speaks of this bucket, with its text. Raises AwsError."""
    try:
        text = body.decode()
        policy = parse_policy(text, PolicyKind.RESOURCE)
        check_acceptable(policy)
    except UnicodeDecodeError:
        raise errors.malformed_policy("Policies must be valid JSON and the first byte must be '{'") from None
    except InvalidKey:
        raise errors.malformed_policy("Policy has an invalid condition key") from None
    except PolicyError as error:
        # What is no principal at all S3 words as one that is not there.
        is_principal = ": invalid principal " in str(error)
        raise errors.malformed_policy(_NO_PRINCIPAL if is_principal else str(error)) from None
    if len(text) > POLICY_CHARACTERS:
        raise errors.malformed_policy(
            f"the document has {len(text)} characters; at most {POLICY_CHARACTERS} are allowed"
        )
    _check_resources(bucket, policy)
    return text, policy


def _check_resources(bucket: str, policy: Policy) -> None:
    """AWS takes no statement on another bucket. Source: S3 User Guide, "Policies and permissions in Amazon S3"."""
    own = bucket_arn(bucket)
    for statement in policy.statements:
        for resource in statement.resources:
            named = resource.partition("/")[0]
            if not has_wildcard(named) and named != own:
                raise errors.malformed_policy("Policy has invalid resource")
