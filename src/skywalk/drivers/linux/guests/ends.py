"""Which guests have ended, as the kernel tells it: a descriptor for each init (pidfd)."""

from __future__ import annotations

import logging
import os
import select

from skywalk.drivers.linux.guests.records import Record, is_alive

log = logging.getLogger(__name__)


class Ends:
    """The guests that are followed. `descriptor` is readable when one has ended."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        # Readable by itself, for those of which it is known that they have ended.
        self._known = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._epoll.register(self._known, select.EPOLLIN)
        self._followed: dict[str, int] = {}
        self._instances: dict[int, str] = {}
        self._ended: set[str] = set()

    @property
    def descriptor(self) -> int:
        return self._epoll.fileno()

    def follow(self, instance_id: str, record: Record) -> bool:
        """Whether the init of the record runs; from now on its end is noticed."""
        self.forget(instance_id)
        try:
            descriptor = os.pidfd_open(record.pid)
        except ProcessLookupError:
            return False
        except OSError as failure:  # out of descriptors
            log.warning("the end of %s will not be noticed: %s", instance_id, failure)
            return is_alive(record)
        # Checked after the descriptor is open: from here on it is that process and no later one.
        if not is_alive(record):
            os.close(descriptor)
            return False
        self._epoll.register(descriptor, select.EPOLLIN)
        self._followed[instance_id] = descriptor
        self._instances[descriptor] = instance_id
        return True

    def add(self, instance_id: str) -> None:
        """One of which it is known that it has ended."""
        self._ended.add(instance_id)
        os.eventfd_write(self._known, 1)

    def forget(self, instance_id: str) -> None:
        self._ended.discard(instance_id)
        descriptor = self._followed.pop(instance_id, None)
        if descriptor is not None:
            del self._instances[descriptor]
            self._epoll.unregister(descriptor)
            os.close(descriptor)

    def take(self) -> frozenset[str]:
        """Those that have ended since the last call."""
        for descriptor, _ in self._epoll.poll(0):
            if descriptor == self._known:
                os.eventfd_read(self._known)
            else:
                instance_id = self._instances[descriptor]
                self.forget(instance_id)
                self._ended.add(instance_id)
        ended = frozenset(self._ended)
        self._ended.clear()
        return ended

    def __del__(self) -> None:
        for descriptor in (*self._instances, self._known):
            os.close(descriptor)
