"""Whether an S3 request is allowed: at once, or, where a policy asks for it, when more than its head is known.

What only the backend knows (the tags of an object) and what is in a document is looked up where one of the policies
that apply names such a key for the action, and not otherwise. What cannot be looked up is not allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.edge.authorize import Check, endpoint_policy_of
from skywalk.edge.services.s3 import errors
from skywalk.edge.services.s3.authorize import S3Authorization
from skywalk.edge.services.s3.condition_keys import EXISTING_TAG, Asked, has_keys, with_keys
from skywalk.edge.services.s3.late_keys import (
    existing_tags,
    has_to_wait,
    headers_of_upload,
    names_existing_tags,
    read_for_keys,
)
from skywalk.edge.services.s3.request import bucket_arn
from skywalk.edge.services.s3.signature_keys import TLS_VERSION, signature_keys, tls_version
from skywalk.policy.context import tag_keys
from skywalk.policy.principal import PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.backend_directory import OpenBackend
    from skywalk.edge.services.s3.call import S3Call
    from skywalk.edge.services.s3.xml_document import Element
    from skywalk.values.errors import AwsError

RESOURCE_ACCOUNT = "s3:resourceaccount"
_POLICY_OPERATIONS = frozenset({"GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"})


def decide(call: S3Call) -> None:
    """Every check against every policy; those of DeleteObjects follow, key by key, when its body is known. Raises
    AwsError, unless the decision has to wait for `decide_late` (`call.decides_late`)."""
    checks = call.request.checks
    call.authorization = _authorization(call)
    call.decides_late = has_to_wait(call.authorization, call.request.operation, checks)
    if not call.decides_late:
        _settle(call, checks_with_keys(call, checks) if has_keys(checks) else checks)


async def decide_late(call: S3Call, backend: OpenBackend) -> None:
    """As `decide`, with what had to be looked up. Raises AwsError, UpstreamError."""
    document = await read_for_keys(call)
    headers = await headers_of_upload(call, backend)
    checks = checks_with_keys(call, call.request.checks, document, headers)
    _settle(call, await with_existing_tags(call, backend, checks))


def checks_with_keys(
    call: S3Call,
    checks: tuple[Check, ...],
    document: Element | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[Check, ...]:
    """`headers`: others than the request's own. Raises AwsError for a date that is none."""
    request = call.request
    query = dict(request.query)
    said = call.merged_headers if headers is None else headers
    asked = Asked(request.operation, said, query, call.around.clock, request.copy_source, document)
    made = with_keys(checks, asked)
    return made if request.copy_source is None else tuple(_with_owner(call, check) for check in made)


async def with_existing_tags(call: S3Call, backend: OpenBackend, checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checks, those that depend on the tags of an object with them. Raises AwsError, UpstreamError."""
    made = []
    for check in checks:
        if names_existing_tags(call.authorization, check):
            tags = tag_keys(await existing_tags(call, backend, check), EXISTING_TAG)
            made.append(Check(check.action, check.resource, {**check.keys, **tags}))
        else:
            made.append(check)
    return tuple(made)


def _with_owner(call: S3Call, check: Check) -> Check:
    """A copy is about buckets of two owners."""
    owner, _ = call.authorization.owner_and_policy(check.resource)
    return Check(check.action, check.resource, {**check.keys, RESOURCE_ACCOUNT: owner})


def _settle(call: S3Call, checks: tuple[Check, ...]) -> None:
    refusal = call.authorization.refusal(checks)
    if refusal is not None:
        raise _absence(call) or refusal
    if call.request.operation in _POLICY_OPERATIONS and call.caller.principal.account_id != call.owner_account_id:
        # Source: S3 API Reference, PutBucketPolicy: "If you have the correct permissions, but you're not using an
        # identity that belongs to the bucket owner's account, Amazon S3 returns a 405".
        raise errors.method_not_allowed()


def _absence(call: S3Call) -> AwsError | None:
    """What S3 tells even a stranger: that there is no bucket of this name. Only one who came through an endpoint may
    hear of its policy first (unconfirmed)."""
    is_stranger = call.caller.principal.kind is PrincipalKind.ANONYMOUS and call.arrival.vpc_endpoint_id is None
    if is_stranger and call.bucket is None and call.request.bucket and call.request.operation != "CreateBucket":
        return errors.no_such_bucket()
    return None


def _authorization(call: S3Call) -> S3Authorization:
    state = call.around.state
    ignored = bucket_arn(call.request.bucket) if _ignores_bucket_policy(call) else None
    context = {
        **call.arrival.context(call.caller, call.exchange, call.region, call.around.times),
        **signature_keys(call.signed, call.around.clock),
        RESOURCE_ACCOUNT: call.owner_account_id if ignored is None else call.caller.principal.account_id,
    }
    if call.arrival.is_secure and (version := tls_version(call.exchange)) is not None:
        context[TLS_VERSION] = version
    policy = endpoint_policy_of(state, call.arrival)
    return S3Authorization(state, call.caller, context, policy, ignored, entry=call.exchange.noted)


def _ignores_bucket_policy(call: S3Call) -> bool:
    operation = call.request.operation
    if operation not in _POLICY_OPERATIONS and operation != "CreateBucket":
        return False
    if operation == "CreateBucket":
        # The bucket is not there yet, or somebody else's, whose policy does not say who may ask for the name.
        return True
    # Nobody can lock themselves out. Source: S3 API Reference, DeleteBucketPolicy: "the root principal in a bucket
    # owner's Amazon Web Services account can perform [these] even if their bucket policy explicitly denies".
    principal = call.caller.principal
    return principal.kind is PrincipalKind.ROOT and principal.account_id == call.owner_account_id
