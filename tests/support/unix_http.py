"""HTTP over a unix socket, for tests of the processes that listen on one."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping
from pathlib import Path


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def ask(
    path: Path, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower-case names) and body of one request on a connection of its own."""
    connection = UnixConnection(path)
    try:
        connection.request(method, target, body, dict(headers or {}))
        response = connection.getresponse()
        found = {str(name).lower(): str(value) for name, value in response.getheaders()}
        return response.status, found, response.read()
    finally:
        connection.close()
