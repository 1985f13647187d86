"""DeleteObjects: one decision for each key; the backend sees only the keys that may be deleted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from skywalk.edge.forwarded_headers import forwarded_headers, without_digests
from skywalk.edge.services.s3 import errors
from skywalk.edge.services.s3.backend_calls import ask_backend
from skywalk.edge.services.s3.delete_objects import (
    MAXIMUM_BODY_BYTES,
    checks_of,
    merge_refusals,
    parse_delete,
    render_delete,
)
from skywalk.edge.services.s3.headers import bypasses_governance

if TYPE_CHECKING:
    from skywalk.edge.backend_directory import OpenBackend
    from skywalk.edge.services.s3.call import S3Call
    from skywalk.edge.services.s3.delete_objects import ObjectToDelete
    from skywalk.values.errors import AwsError

log = logging.getLogger(__name__)

_XML = ("content-type", "application/xml")


async def delete_objects(call: S3Call, backend: OpenBackend) -> None:
    """Raises AwsError, UpstreamError."""
    body = parse_delete(await call.read_body(MAXIMUM_BODY_BYTES))
    bypass = bypasses_governance(call.merged_headers)
    allowed: list[ObjectToDelete] = []
    refused: list[tuple[ObjectToDelete, AwsError]] = []
    for one in body.objects:
        refusal = call.authorization.refusal(checks_of(call.request.bucket, one, bypass_governance=bypass))
        if refusal is None:
            allowed.append(one)
        else:
            refused.append((one, refusal))
    result = None
    if allowed:
        headers = without_digests(forwarded_headers(call.headers, call.request.header_changes))
        head, result = await ask_backend(
            call, backend, "POST", call.request.target, headers, render_delete(allowed, quiet=body.quiet)
        )
        if head.status != 200:
            call.answers.respond(call.exchange, head.status, [_XML], result)
            return
    try:
        merged = merge_refusals(result, refused)
    except ValueError as error:
        log.error("%s: %s", call.request.bucket, error)
        raise errors.internal_error() from None
    call.answers.respond(call.exchange, 200, [_XML], merged)
