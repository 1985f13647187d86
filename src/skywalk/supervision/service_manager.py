"""Telling systemd how far this process is. Source: sd_notify(3), "Standalone Implementations"."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import MutableMapping

_VARIABLE = "NOTIFY_SOCKET"


class ServiceManager:
    """Without one (no `NOTIFY_SOCKET`) nobody is told anything. The variable is taken from the environment: what this
    process starts has nothing to tell."""

    def __init__(self, environment: MutableMapping[str, str] = os.environ) -> None:
        address = environment.pop(_VARIABLE, "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def ready(self, status: str) -> None:
        self._tell(f"READY=1\nSTATUS={status}")

    def stopping(self, status: str) -> None:
        self._tell(f"STOPPING=1\nSTATUS={status}")

    def _tell(self, text: str) -> None:
        if self._address:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
                to.sendto(text.encode(), self._address)
