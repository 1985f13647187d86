"""A service at a configured URL: MinIO, Garage, LocalStack, a file server, the real thing.

With keys, requests are signed anew for it; the client's own signature was for skywalk and ends at the edge.
Source: S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".
"""

from __future__ import annotations

import hashlib
import hmac
import ssl
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from skywalk.backends.backend import BackendRequest
from skywalk.http1.client import Origin
from skywalk.http1.fields import serialize_head
from skywalk.values.clock import Clock
from skywalk.values.errors import SkywalkError

UNSIGNED = "UNSIGNED-PAYLOAD"
"""For bodies that stream through; what they must be has been checked against the client's own signature."""

_UNRESERVED = "/-_.~"
"""All services but S3 sign a path that is encoded once more."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


class RemoteNotUsable(SkywalkError):
    """A URL that cannot be a backend."""


@dataclass(frozen=True, slots=True)
class RemoteKeys:
    access_key_id: str
    secret_access_key: str


class RemoteBackend:
    """One service at one URL, whose path, if any, goes before every target."""

    is_embedded = False

    def __init__(self, service: str, url: str, keys: RemoteKeys | None, clock: Clock, door: str | None = None) -> None:
        """`service` is the name to sign for; `door` is the relay's unix socket, where the URL's host is out of reach.

        Raises RemoteNotUsable."""
        self._service = service
        self._keys = keys
        self._clock = clock
        parts = urlsplit(url)
        try:
            port = parts.port or _DEFAULT_PORTS[parts.scheme]
        except (KeyError, ValueError):
            raise RemoteNotUsable(f"{url} is not a URL of http or https") from None
        if not parts.hostname or parts.query or parts.fragment or parts.username:
            raise RemoteNotUsable(f"{url} must have a host, and no query, fragment or user")
        self._host = parts.netloc
        self._path = parts.path.rstrip("/")
        tls = ssl.create_default_context() if parts.scheme == "https" else None
        self.origin = Origin(parts.hostname, port, unix_path=door, tls=tls)

    def serialize(self, request: BackendRequest) -> bytes:
        target = self._path + request.target
        headers = [*request.headers, ("host", self._host)]
        if self._keys is not None:
            headers += self._signature(self._keys, request, target, headers)
        length = "" if request.content_length is None else f"Content-Length: {request.content_length}\r\n"
        return serialize_head(f"{request.method} {target} HTTP/1.1", headers, length)

    def _signature(
        self, keys: RemoteKeys, request: BackendRequest, target: str, headers: list[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        payload = UNSIGNED if request.content is None else hashlib.sha256(request.content).hexdigest()
        moment = self._clock.now().strftime("%Y%m%dT%H%M%SZ")
        own = [("x-amz-date", moment), ("x-amz-content-sha256", payload)]
        signed = _signed_headers([*headers, *own])
        names = ";".join(name for name, _ in signed)
        path, _, query = target.partition("?")
        if self._service != "s3":
            path = quote(path, safe=_UNRESERVED)
        canonical = "\n".join(
            (
                request.method,
                path,
                "&".join(sorted(query.split("&"))),
                *(f"{name}:{value}" for name, value in signed),
                "",
                names,
                payload,
            )
        )
        scope = f"{moment[:8]}/{request.region}/{self._service}/aws4_request"
        digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
        key = _signing_key(keys.secret_access_key, scope)
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        authorization = (
            f"AWS4-HMAC-SHA256 Credential={keys.access_key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        return [*own, ("authorization", authorization)]


def _signed_headers(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Host and the `x-amz-` headers, sorted, several of one name joined."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        if name == "host" or name.startswith("x-amz-"):
            values.setdefault(name, []).append(" ".join(value.split()))
    return [(name, ",".join(values[name])) for name in sorted(values)]


def _signing_key(secret_access_key: str, scope: str) -> bytes:
    key = f"AWS4{secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
