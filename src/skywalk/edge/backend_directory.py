"""Where the requests of each service go: a configured URL, or the embedded backend, started at first use."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from skywalk.backends.backend import Backend, BackendRequest
from skywalk.backends.embedded import EmbeddedBackend
from skywalk.http1.client import Upstream
from skywalk.http1.response import ResponseHead
from skywalk.http1.upstream import ConnectFailed

log = logging.getLogger(__name__)

StartBackend = Callable[[str], Awaitable[Path]]
"""Has the embedded backend of a service started, gives its socket. Raises SkywalkError."""


@dataclass(frozen=True, slots=True)
class OpenBackend:
    """A backend with connections to it."""

    backend: Backend
    upstream: Upstream


class BackendDirectory:
    """Every service's backend, once it is known. `remotes` are the configured ones."""

    def __init__(self, remotes: Mapping[str, Backend], start: StartBackend) -> None:
        self._start = start
        self._open = {service: OpenBackend(remote, Upstream(remote.origin)) for service, remote in remotes.items()}
        self._starting: dict[str, asyncio.Task[OpenBackend]] = {}

    def find(self, service: str) -> OpenBackend | None:
        """The service's backend if it needs no waiting for."""
        return self._open.get(service)

    async def get(self, service: str) -> OpenBackend:
        """The service's backend, started if need be. Raises SkywalkError."""
        found = self._open.get(service)
        if found is not None:
            return found
        task = self._starting.get(service)
        if task is None:
            task = self._starting[service] = asyncio.create_task(self._start_embedded(service))
            task.add_done_callback(lambda _: self._starting.pop(service, None))
        # Whoever gives up waiting does not stop it for the others.
        return await asyncio.shield(task)

    async def ask(
        self, service: str, opened: OpenBackend, request: BackendRequest, body: bytes = b"", *, limit_bytes: int
    ) -> tuple[ResponseHead, bytes]:
        """Head and body of the answer to a request of the edge's own, held whole. Raises UpstreamError."""
        head = opened.backend.serialize(request)
        try:
            return await opened.upstream.fetch_serialized(head + body, request.method, limit=limit_bytes)
        except ConnectFailed:
            self.lost(service, opened)
            raise

    def lost(self, service: str, lost: OpenBackend) -> None:
        """The backend cannot be reached: an embedded one is asked for again at the next request."""
        if lost.backend.is_embedded and self._open.get(service) is lost:
            del self._open[service]
            lost.upstream.close()

    def close(self) -> None:
        for opened in self._open.values():
            opened.upstream.close()

    async def _start_embedded(self, service: str) -> OpenBackend:
        path = await self._start(service)
        backend = EmbeddedBackend(service, path)
        opened = self._open[service] = OpenBackend(backend, Upstream(backend.origin))
        return opened
