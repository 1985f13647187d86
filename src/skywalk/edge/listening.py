"""Listening sockets inside network namespaces: opened there, served from here.

The process goes into a namespace only for the moment that a socket is made (a socket stays where it was made), and
never awaits in between.
"""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path

from skywalk.drivers.linux.netns import inside

log = logging.getLogger(__name__)

BACKLOG = 1024
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 (of gateway endpoints they are whole prefixes)
_IP_FREEBIND = 15  # linux/in.h; the socket module does not name it
_MIGRATE_REQUESTS = Path("/proc/sys/net/ipv4/tcp_migrate_req")


def open_listening_socket(namespace: str, port: int, device: str | None, address: str = EVERY_ADDRESS) -> socket.socket:
    """A TCP socket that listens on every address of a namespace, or on those behind one of its links, or on one.

    Each worker has a socket of its own (SO_REUSEPORT): a shared one gave one of two workers 92% of the connections.
    With `tcp_migrate_req`, connections that wait at a socket that is being closed move to another worker's.
    """
    with inside(Path(namespace)):
        _migrate_requests()
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if device is not None:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
            if address != EVERY_ADDRESS:
                # It may be missing for a moment, when somebody has taken it and the driver puts it back.
                listening.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
            listening.bind((address, port))
            listening.listen(BACKLOG)
            listening.setblocking(False)
        except BaseException:
            listening.close()
            raise
    return listening


def namespace_inode(path: str) -> int | None:
    """What tells a namespace from another one that later has the same path; None where there is none."""
    try:
        return os.stat(path).st_ino
    except OSError:
        return None


def _migrate_requests() -> None:
    try:
        _MIGRATE_REQUESTS.write_text("1")
    except OSError as error:
        log.warning("tcp_migrate_req cannot be set, closing a worker may reset new connections: %s", error)
