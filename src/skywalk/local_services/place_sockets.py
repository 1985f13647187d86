"""Sockets that live in another network namespace than the process.

A socket belongs for life to the namespace in which it was made; only its making needs the thread to be there.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from skywalk.values.addresses import Address

_CLONE_NEWNET = 0x40000000
_IP_FREEBIND = 15  # linux/in.h
_libc = ctypes.CDLL(None, use_errno=True)  # Python 3.11 has no os.setns


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a socket is to be bound; `is_stream` for TCP."""

    address: Address
    port: int
    is_stream: bool


def open_sockets(namespace: str, bindings: Sequence[Binding]) -> list[socket.socket]:
    """Bound, non-blocking sockets in a namespace (path of its file), in the order asked. Raises OSError.

    The addresses need not be there yet: who makes them and who listens on them need not wait for each other.
    """
    opened: list[socket.socket] = []
    try:
        with _inside(namespace):
            for binding in bindings:
                opened.append(_open(binding))
    except OSError:
        for sock in opened:
            sock.close()
        raise
    return opened


def namespace_identity(namespace: str) -> tuple[int, int]:
    """Device and inode of a namespace: the same path may come to name another one. Raises OSError."""
    status = os.stat(namespace)
    return status.st_dev, status.st_ino


def _open(binding: Binding) -> socket.socket:
    family = socket.AF_INET if binding.address.version == 4 else socket.AF_INET6
    kind = socket.SOCK_STREAM if binding.is_stream else socket.SOCK_DGRAM
    sock = socket.socket(family, kind | socket.SOCK_NONBLOCK)
    try:
        if binding.is_stream:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_IP, _IP_FREEBIND, 1)
        sock.bind((str(binding.address), binding.port))
    except OSError:
        sock.close()
        raise
    return sock


@contextmanager
def _inside(namespace: str) -> Iterator[None]:
    """This thread in the namespace. No await inside: the whole event loop would be there."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _enter(namespace)
        try:
            yield
        finally:
            if _libc.setns(home, _CLONE_NEWNET) != 0:
                # Lost in a VPC: whatever this process opened next would be in the wrong network.
                sys.stderr.write("cannot return from a network namespace\n")
                os.abort()
    finally:
        os.close(home)


def _enter(namespace: str) -> None:
    there = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.setns(there, _CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), namespace)
    finally:
        os.close(there)
