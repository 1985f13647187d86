"""Requests that the edge itself sends to a backend, whose answers are small enough to be held whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skywalk.backends.backend import BackendRequest
from skywalk.edge import refusals
from skywalk.edge.s3_call import SERVICE
from skywalk.http1.upstream import ConnectFailed

if TYPE_CHECKING:
    from skywalk.edge.backend_directory import OpenBackend
    from skywalk.edge.s3_call import S3Call
    from skywalk.http1.response import ResponseHead

ANSWER_LIMIT_BYTES = 8 << 20


async def ask_backend(
    call: S3Call,
    backend: OpenBackend,
    method: str,
    target: str,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    *,
    account_id: str | None = None,
    limit_bytes: int = ANSWER_LIMIT_BYTES,
) -> tuple[ResponseHead, bytes]:
    """Head and body of the answer to one request in the owner's name. Raises UpstreamError, AwsError."""
    request = BackendRequest(
        method,
        target,
        headers,
        account_id or call.owner_account_id,
        call.region if call.bucket is None else call.bucket.row.region,
        len(body) if body or method in ("PUT", "POST") else None,
    )
    head = backend.backend.serialize(request)
    try:
        return await backend.upstream.fetch_serialized(head + body, method, limit=limit_bytes)
    except ConnectFailed:
        call.around.backends.lost(SERVICE, backend)
        raise refusals.service_unavailable() from None
