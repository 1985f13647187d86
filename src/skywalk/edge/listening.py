"""Listening sockets inside network namespaces: opened there, served from here.

The process goes into a namespace only for the moment that a socket is made (a socket stays where it was made), and
never awaits in between.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

BACKLOG = 1024
_CLONE_NEWNET = 0x40000000
_MIGRATE_REQUESTS = Path("/proc/sys/net/ipv4/tcp_migrate_req")
_libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def inside_namespace(path: str) -> Iterator[None]:
    """Puts this thread into a network namespace and back. Raises OSError; never await inside."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        there = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(there)
        finally:
            os.close(there)
        try:
            yield
        finally:
            _enter_or_die(home)
    finally:
        os.close(home)


def open_listening_socket(namespace: str, port: int, device: str | None) -> socket.socket:
    """A TCP socket that listens on every address of a namespace, or on those behind one of its links.

    Each worker has a socket of its own (SO_REUSEPORT): a shared one gave one of two workers 92% of the connections.
    With `tcp_migrate_req`, connections that wait at a socket that is being closed move to another worker's.
    """
    with inside_namespace(namespace):
        _migrate_requests()
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if device is not None:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
            listening.bind(("0.0.0.0", port))  # noqa: S104 (the addresses are whole prefixes)
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


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, _CLONE_NEWNET) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"setns: {os.strerror(error)}")


def _enter_or_die(home: int) -> None:
    try:
        _enter(home)
    except OSError:
        # Anything this process would open from now on would be in somebody's VPC.
        log.critical("the way back from a network namespace failed", exc_info=True)
        os._exit(70)
