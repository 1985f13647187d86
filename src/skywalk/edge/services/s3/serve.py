"""The last step: an allowed request is forwarded, or served by the edge where it changes what the edge knows."""

from __future__ import annotations

import hashlib
import logging
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from skywalk.backends.backend import BackendRequest
from skywalk.edge.forward import Forwarding
from skywalk.edge.forwarded_headers import Headers, forwarded_headers, without_digests
from skywalk.edge.services.s3 import bucket_operations, errors
from skywalk.edge.services.s3.call import SERVICE
from skywalk.edge.services.s3.decision import checks_with_keys, decide_late, with_existing_tags
from skywalk.edge.services.s3.deletion import delete_objects
from skywalk.edge.services.s3.document_body import read_body_document
from skywalk.edge.services.s3.embedded import check_served
from skywalk.edge.services.s3.late_keys import existing_tags, has_to_wait
from skywalk.edge.services.s3.request_shapes import OPERATIONS
from skywalk.edge.services.s3.validation import check_head
from skywalk.http1.upstream import UpstreamError
from skywalk.values.errors import AwsError, SkywalkError

if TYPE_CHECKING:
    from skywalk.edge.backend_directory import OpenBackend
    from skywalk.edge.services.s3.call import S3Call
    from skywalk.http1.response import ResponseHead

log = logging.getLogger(__name__)

_WITH_BODY = frozenset({"PUT", "POST"})

Serve = Callable[["S3Call", "OpenBackend"], Awaitable[None]]

SERVED_HERE: dict[str, Serve] = {
    "CreateBucket": bucket_operations.create_bucket,
    "DeleteBucket": bucket_operations.delete_bucket,
    "GetBucketPolicy": bucket_operations.get_bucket_policy,
    "PutBucketPolicy": bucket_operations.put_bucket_policy,
    "DeleteBucketPolicy": bucket_operations.delete_bucket_policy,
    "DeleteObjects": delete_objects,
}
"""Operations that change buckets or decide on more than their address says. Their answers are made here."""

WAITED_FOR = frozenset(SERVED_HERE) | {name for name, shape in OPERATIONS.items() if shape.body is not None}
"""Operations whose bodies are read before anything is forwarded."""


def serve(call: S3Call) -> Awaitable[None] | None:
    """Forwards at once where nothing has to be waited for. Raises AwsError."""
    request = call.request
    if request.key_in_form:
        raise errors.not_served("The browser's form upload")
    backend = call.around.backends.find(SERVICE)
    waits = call.decides_late or request.operation in WAITED_FOR
    if backend is None or waits or _asks_for_source_tags(call):
        return _serve_later(call, backend)
    _forward(call, backend)
    return None


async def _serve_later(call: S3Call, backend: OpenBackend | None) -> None:
    try:
        if backend is None:
            backend = await _start_backend(call)
        if call.decides_late:
            await decide_late(call, backend)
        special = SERVED_HERE.get(call.request.operation)
        if special is not None:
            _check_forwardable(call, backend)
            await special(call, backend)
            return
        if _asks_for_source_tags(call):
            await _check_source_tags(call, backend)
        is_read = call.whole_body is not None
        if is_read or (call.request.operation in WAITED_FOR and backend.backend.is_embedded):
            await _forward_document(call, backend)
        else:
            _forward(call, backend)
    except AwsError as error:
        call.refuse(error)
    except UpstreamError as error:
        log.warning("the backend did not answer: %s", error)
        call.refuse(errors.internal_error())


async def _start_backend(call: S3Call) -> OpenBackend:
    try:
        return await call.around.backends.get(SERVICE)
    except SkywalkError as error:
        log.warning("the backend of %s cannot be had: %s", SERVICE, error)
        raise errors.service_unavailable() from None


def _forward(call: S3Call, backend: OpenBackend) -> None:
    _check_forwardable(call, backend)
    request = call.request
    has_body = request.method in _WITH_BODY
    headers = forwarded_headers(call.headers, request.header_changes)
    head = _head(call, backend, headers, call.length_bytes if has_body else None)
    _S3Forwarding(call, backend).start(backend.upstream, head, call.body if has_body else None)


async def _forward_document(call: S3Call, backend: OpenBackend) -> None:
    """The document as it was read; the embedded backend believes whatever it is sent."""
    _check_forwardable(call, backend)
    content = await read_body_document(call)
    headers = forwarded_headers(call.headers, call.request.header_changes)
    if call.request.operation != "CompleteMultipartUpload":
        # moto wants a digest of what concerns a lock; the object's own stay with a completion.
        md5 = hashlib.md5(content, usedforsecurity=False).digest()
        headers = [*without_digests(headers), ("content-md5", b64encode(md5).decode())]
    head = _head(call, backend, headers, len(content))
    _S3Forwarding(call, backend).start(backend.upstream, head + content, None)


def _head(call: S3Call, backend: OpenBackend, headers: Headers, length_bytes: int | None) -> bytes:
    request = call.request
    region = call.region if call.bucket is None else call.bucket.row.region
    return backend.backend.serialize(
        BackendRequest(request.method, request.target, headers, call.owner_account_id, region, length_bytes)
    )


def _check_forwardable(call: S3Call, backend: OpenBackend) -> None:
    """Raises AwsError for what this backend cannot be asked."""
    if not backend.backend.is_embedded:
        return
    check_served(call.request)
    check_head(call.request, call.merged_headers)
    if call.bucket is None and call.request.bucket and call.request.operation != "CreateBucket":
        # The rows know every bucket of the embedded backend, and whose it is.
        raise errors.no_such_bucket()


class _S3Forwarding(Forwarding):
    def __init__(self, call: S3Call, backend: OpenBackend) -> None:
        super().__init__(call.exchange, call.answers, call.payload)
        self._call = call
        self._backend = backend

    def replacement(self, head: ResponseHead) -> AwsError | None:
        """Who may not list the bucket is not told which keys it lacks."""
        if head.status != 404:
            return None
        check = self._call.request.absent_key_check
        if check is None or self._call.authorization.allows((check,)):
            return None
        return errors.access_denied()

    def unreachable(self) -> None:
        self._call.around.backends.lost(SERVICE, self._backend)


def _asks_for_source_tags(call: S3Call) -> bool:
    """The tags of a copied object need permissions only if it has any."""
    checks = call.request.source_tag_checks
    if not checks:
        return False
    if has_to_wait(call.authorization, call.request.operation, checks):
        return True
    return not call.authorization.allows(checks_with_keys(call, checks))


async def _check_source_tags(call: S3Call, backend: OpenBackend) -> None:
    """Raises AwsError, UpstreamError."""
    checks = checks_with_keys(call, call.request.source_tag_checks)
    if await existing_tags(call, backend, checks[0]):
        refusal = call.authorization.refusal(await with_existing_tags(call, backend, checks))
        if refusal is not None:
            raise refusal
