"""Sockets that live in another network namespace than the process.

A socket belongs for life to the namespace in which it was made; only its making needs the thread to be there.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from skywalk.drivers.linux.netns import inside
from skywalk.values.addresses import Address

_IP_FREEBIND = 15  # linux/in.h


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a socket is to be bound; `is_stream` for TCP. Where a namespace has several ways out, `device` is the one
    that its packets take."""

    address: Address
    port: int
    is_stream: bool
    device: str | None = None


def open_sockets(namespace: str, bindings: Sequence[Binding]) -> list[socket.socket]:
    """Bound, non-blocking sockets in a namespace (path of its file), in the order asked. Raises OSError, which names
    what could not be bound.

    The addresses need not be there yet: who makes them and who listens on them need not wait for each other.
    """
    opened: list[socket.socket] = []
    try:
        with inside(Path(namespace)):
            for binding in bindings:
                opened.append(_open_named(binding))
    except OSError:
        for sock in opened:
            sock.close()
        raise
    return opened


def namespace_identity(namespace: str) -> tuple[int, int]:
    """Device and inode of a namespace: the same path may come to name another one. Raises OSError."""
    status = os.stat(namespace)
    return status.st_dev, status.st_ino


def _open_named(binding: Binding) -> socket.socket:
    try:
        return _open(binding)
    except OSError as failure:
        protocol = "TCP" if binding.is_stream else "UDP"
        where = f"{binding.address} {protocol} port {binding.port}"
        raise OSError(failure.errno, f"{where}: {failure.strerror or failure}") from failure


def _open(binding: Binding) -> socket.socket:
    family = socket.AF_INET if binding.address.version == 4 else socket.AF_INET6
    kind = socket.SOCK_STREAM if binding.is_stream else socket.SOCK_DGRAM
    sock = socket.socket(family, kind | socket.SOCK_NONBLOCK)
    try:
        if binding.is_stream:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_IP, _IP_FREEBIND, 1)
        if binding.device is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, binding.device.encode())
        sock.bind((str(binding.address), binding.port))
    except OSError:
        sock.close()
        raise
    return sock
