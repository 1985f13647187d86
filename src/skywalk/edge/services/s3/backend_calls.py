"""Requests that the edge itself sends to a backend, whose answers are small enough to be held whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skywalk.backends.backend import BackendRequest
from skywalk.edge.services.s3 import errors
from skywalk.edge.services.s3.call import SERVICE
from skywalk.http1.upstream import ConnectFailed

if TYPE_CHECKING:
    from skywalk.edge.backend_directory import OpenBackend
    from skywalk.edge.services.s3.call import S3Call
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
    try:
        return await call.around.backends.ask(SERVICE, backend, request, body, limit_bytes=limit_bytes)
    except ConnectFailed:
        raise errors.service_unavailable() from None
