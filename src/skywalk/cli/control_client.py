"""Asking a running region through its control socket."""

from __future__ import annotations

import http.client
import json
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skywalk.cli import hints
from skywalk.values.errors import SkywalkError


class RegionNotRunning(SkywalkError):
    """No daemon answers for this state directory."""


class RegionRefused(SkywalkError):
    """The region refused; the text says why."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_seconds: float | None) -> None:
        super().__init__("localhost", timeout=timeout_seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class ControlClient:
    """Asks the region whose control socket is at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def ask(self, operation: str, asked: Mapping[str, Any] | None = None, timeout_seconds: float | None = None) -> Any:
        """The operation's answer. Raises RegionNotRunning, RegionRefused."""
        connection = _UnixConnection(self._path, timeout_seconds)
        try:
            connection.request("POST", f"/{operation}", json.dumps(asked or {}), {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
        except ValueError:
            raise RegionRefused("the region has failed at this; its log says how") from None
        except (OSError, http.client.HTTPException):
            if self._path.exists():  # a daemon that ends in order takes it along
                told = f"the daemon does not answer; what there is tells: {hints.program()} status"
            else:
                told = f"no region runs here; start one with: {hints.program()} up --detach"
            raise RegionNotRunning(told) from None
        finally:
            connection.close()
        if response.status != 200:
            raise RegionRefused(answer["error"])
        return answer

    def daemon_id(self) -> int | None:
        """The process that listens; None where none does."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self._path))
            except OSError:
                return None
            credentials = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        process: int = struct.unpack("3i", credentials)[0]
        return process

    def is_running(self) -> bool:
        """Whether a daemon answers that is not about to end."""
        return self._is_ending() is False

    def is_ending(self) -> bool:
        """Whether a daemon answers whose region is being taken down."""
        return self._is_ending() is True

    def _is_ending(self) -> bool | None:
        try:
            return bool(self.ask("status", timeout_seconds=5).get("ending"))
        except RegionNotRunning:
            return None
