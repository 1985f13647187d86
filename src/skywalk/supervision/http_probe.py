"""Whether an HTTP server of this machine lives: it is asked something that it cannot understand, which every one
refuses at once and does nothing for."""

from __future__ import annotations

import asyncio
import socket
import struct
from pathlib import Path

from skywalk.values.unix_path import reachable

_NO_REQUEST = b"?\r\n\r\n"
_CREDENTIALS = struct.Struct("3i")
"""Source: unix(7), SO_PEERCRED: pid, uid, gid."""


class HttpProbe:
    """Asks whoever listens on a unix socket. `pid` is that process's id, as of the last time that it was met."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.pid: int | None = None

    async def answers(self, within_seconds: float) -> bool:
        """Whether it says something in time. Where nobody listens there is nobody to be asked, and where this process
        can open nothing it cannot ask: both are as good as an answer."""
        try:
            async with asyncio.timeout(within_seconds):
                await self._ask()
        except TimeoutError:
            return False
        except OSError:
            self.pid = None
        return True

    async def _ask(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as asking:
            await self._hear(asking)

    async def _hear(self, asking: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            with reachable(self._path) as name:
                asking.connect(name)
        except BlockingIOError:  # its queue is full, as of one that has been silent for long
            await asyncio.Event().wait()
        self.pid = _CREDENTIALS.unpack(asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))[0]
        await loop.sock_sendall(asking, _NO_REQUEST)
        await loop.sock_recv(asking, 1)
