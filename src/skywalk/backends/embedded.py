"""The embedded backend from the edge's side: a unix socket, told the owner's account."""

from __future__ import annotations

from pathlib import Path

from skywalk.backends.backend import BackendRequest
from skywalk.http1.client import Origin
from skywalk.http1.fields import serialize_head

ACCOUNT_HEADER = "x-moto-account-id"
"""The account in whose name moto acts. Clients' headers that begin like it are never forwarded."""


class EmbeddedBackend:
    """One of moto's services (`moto_server`)."""

    is_embedded = True

    def __init__(self, service: str, socket_path: Path) -> None:
        self._service = service
        self.origin = Origin(unix_path=str(socket_path))

    def serialize(self, request: BackendRequest) -> bytes:
        length = "" if request.content_length is None else f"Content-Length: {request.content_length}\r\n"
        # moto reads the region from the host. It gets a service's own name, so that a target is only ever a path.
        own = f"Host: {self._service}.{request.region}.amazonaws.com\r\n{ACCOUNT_HEADER}: {request.account_id}\r\n"
        return serialize_head(f"{request.method} {request.target} HTTP/1.1", request.headers, own + length)
