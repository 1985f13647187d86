"""One listening socket: its connections are accepted here and not by the event loop, which closes them without a word
when there are no descriptors (libuv), and after that may close the listening socket too (uvloop)."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from skywalk.accepting.reserve import Reserve

if TYPE_CHECKING:
    import ssl

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.05
"""Until the next attempt, where nothing can be accepted: the socket stays readable, and the loop would spin."""
HANDSHAKE_SECONDS = 10.0
REFUSAL_HANDSHAKE_SECONDS = 2.0
"""For a client that is turned away: it holds a descriptor of the reserve."""
_CONNECTIONS_PER_TURN = 32
"""Then others of the process have their turn."""
_NO_DESCRIPTORS = frozenset({errno.EMFILE, errno.ENFILE})
_OF_THE_CONNECTION = frozenset(
    {
        errno.ECONNABORTED,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENONET,
        errno.ENOPROTOOPT,
        errno.EOPNOTSUPP,
        errno.EPROTO,
    }
)
"""What had become of a connection before it was accepted. Source: accept(2), "Error handling"."""

MakeProtocol = Callable[[], asyncio.Protocol]


class Acceptor:
    """`make` makes the protocol of a connection, `make_refusal` of one to be turned away: it says so, and soon closes.

    The socket is bound, and becomes the acceptor's."""

    def __init__(
        self,
        sock: socket.socket,
        make: MakeProtocol,
        make_refusal: MakeProtocol,
        reserve: Reserve,
        tls: ssl.SSLContext | None = None,
        backlog: int = 1024,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = sock
        self._make = make
        self._make_refusal = make_refusal
        self._reserve = reserve
        self._tls = tls
        self._connecting: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None
        sock.setblocking(False)
        sock.listen(backlog)
        self._loop.add_reader(sock, self._accept_waiting)

    def close(self) -> None:
        """Closes the socket; connections stay. A second time changes nothing."""
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        elif self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
        self._socket.close()

    def _accept_waiting(self) -> None:
        self._reserve.fill()  # what has become free meanwhile is the reserve's first
        for _ in range(_CONNECTIONS_PER_TURN):
            try:
                connection, _peer = self._socket.accept()
            except BlockingIOError:
                return
            except OSError as failure:
                if failure.errno in _OF_THE_CONNECTION:
                    continue
                if failure.errno not in _NO_DESCRIPTORS or not self._turn_away(failure):
                    self._wait()
                    return
            else:
                self._reserve.note_plenty()
                self._connect(connection, self._make, HANDSHAKE_SECONDS)

    def _turn_away(self, failure: OSError) -> bool:
        """Whether there was a descriptor for that."""
        self._reserve.note_shortage(os.strerror(failure.errno or errno.EMFILE))
        if not self._reserve.give_up_one():
            return False
        try:
            connection, _peer = self._socket.accept()
        except OSError:  # somebody else has taken the descriptor, or the client has gone
            self._reserve.fill()
            return False
        self._connect(connection, self._make_refusal, REFUSAL_HANDSHAKE_SECONDS)
        return True

    def _wait(self) -> None:
        self._loop.remove_reader(self._socket)
        self._pause = self._loop.call_later(PAUSE_SECONDS, self._go_on)

    def _go_on(self) -> None:
        self._pause = None
        self._loop.add_reader(self._socket, self._accept_waiting)

    def _connect(self, connection: socket.socket, make: MakeProtocol, handshake_seconds: float) -> None:
        task = self._loop.create_task(self._hand_over(connection, make, handshake_seconds))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _hand_over(self, connection: socket.socket, make: MakeProtocol, handshake_seconds: float) -> None:
        handshake = handshake_seconds if self._tls is not None else None
        try:
            await self._loop.connect_accepted_socket(make, connection, ssl=self._tls, ssl_handshake_timeout=handshake)
        except OSError as failure:  # the handshake's failures are of this kind too
            log.debug("a connection was not made: %s", failure)
            connection.close()
