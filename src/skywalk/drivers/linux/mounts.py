"""Mounts that change, as the kernel tells it. Source: proc(5), /proc/pid/mounts: it can be polled."""

from __future__ import annotations

import os
import select

_LIST = "/proc/self/mountinfo"


class Mounts:
    """The mounts that this process sees. An epoll set that has `descriptor` wakes when they change."""

    def __init__(self) -> None:
        self.descriptor = os.open(_LIST, os.O_RDONLY | os.O_CLOEXEC)
        # Each open file is told once: whoever waits for the first has taken its news away.
        self._asked = os.open(_LIST, os.O_RDONLY | os.O_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._asked, select.POLLPRI)

    def have_changed(self) -> bool:
        """Since the last call."""
        return bool(self._poll.poll(0))

    def close(self) -> None:
        os.close(self.descriptor)
        os.close(self._asked)
