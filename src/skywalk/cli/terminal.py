"""A terminal of the instance's own for a command that is run from a terminal.

The caller's terminal itself would let the command type into it (TIOCSTI), and has no name inside the instance.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import signal
import socket
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

_STANDARD = (0, 1, 2)
_CHUNK_BYTES = 65536
_READY = b"1"


def sits_at_terminal() -> bool:
    """Whether the caller reads from a terminal and has it to itself: a job in the background does not."""
    try:
        return os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


class Terminal:
    """Made before the fork: the child opens a terminal where it then is, the parent gets the other end of it."""

    def __init__(self) -> None:
        self._parent, self._child = socket.socketpair()

    def become_controlling(self) -> None:
        """The child's part: those of its standard streams that are a terminal become the new one."""
        other_end, terminal = os.openpty()
        termios.tcsetattr(terminal, termios.TCSANOW, termios.tcgetattr(0))
        elsewhere = {number: os.dup(number) for number in _STANDARD if not os.isatty(number)}
        socket.send_fds(self._child, [_READY], [other_end])
        # The parent has set the window's size when it answers.
        self._child.recv(1)
        os.login_tty(terminal)
        for number, descriptor in elsewhere.items():
            os.dup2(descriptor, number)

    def relay(self, child: int) -> None:
        """The parent's part: carries bytes between the two terminals until the child has ended."""
        self._child.close()
        _, descriptors, _, _ = socket.recv_fds(self._parent, 1, 1)
        if not descriptors:
            return
        other_end = descriptors[0]
        try:
            with _following_size(other_end), _raw(), _watching(child) as ended:
                self._parent.send(_READY)
                _carry(other_end, ended)
        finally:
            os.close(other_end)
            self._parent.close()


@contextmanager
def _following_size(other_end: int) -> Iterator[None]:
    def follow(*_: object) -> None:
        fcntl.ioctl(other_end, termios.TIOCSWINSZ, fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8))

    before = signal.signal(signal.SIGWINCH, follow)
    follow()
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)


@contextmanager
def _raw() -> Iterator[None]:
    before = termios.tcgetattr(0)
    tty.setraw(0, termios.TCSADRAIN)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


@contextmanager
def _watching(child: int) -> Iterator[int]:
    descriptor = os.pidfd_open(child)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _carry(other_end: int, ended: int) -> None:
    output = next(number for number in (1, 2, 0) if os.isatty(number))
    sources = [0, other_end, ended]
    while True:
        readable = select.select(sources, [], [], None)[0]
        if other_end in readable:
            said = _read(other_end)
            _write(output, said)
            if not said:
                return
        # Only when it has nothing more to say: what it leaves behind may keep its terminal open.
        elif ended in readable:
            return
        if 0 in readable:
            typed = _read(0)
            _write(other_end, typed)
            if not typed:
                sources.remove(0)


def _read(descriptor: int) -> bytes:
    """Nothing at the end: a terminal says it by EIO when its last user has closed it."""
    try:
        return os.read(descriptor, _CHUNK_BYTES)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return b""


def _write(descriptor: int, content: bytes) -> None:
    """Says nothing to a terminal that nobody reads any more."""
    while content:
        try:
            content = content[os.write(descriptor, content) :]
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return
