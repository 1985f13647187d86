"""Real packets between network namespaces: listeners, connections, echo requests, from plain sockets."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from skywalk.drivers.linux.netns import inside

REACHES_WITHIN = 30.0
"""Seconds. A packet that passes takes well under a millisecond, but who answers it may not be let run for a while."""
SILENT_FOR = 0.4
"""Seconds. What is dropped is waited for this long."""

_SO_BINDTODEVICE = socket.SO_BINDTODEVICE


def open_socket(namespace: Path, kind: int = socket.SOCK_STREAM, protocol: int = 0) -> socket.socket:
    with inside(namespace):
        return socket.socket(socket.AF_INET, kind, protocol)


class Listener:
    """Answers each TCP connection with its label and the caller's address; remembers who called."""

    def __init__(
        self, namespace: Path, port: int, label: str = "here", device: str | None = None, address: str = "0.0.0.0"
    ) -> None:
        self._socket = open_socket(namespace)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if device is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_BINDTODEVICE, device.encode())
        self._socket.bind((address, port))
        self._socket.listen()
        self._label = label
        self.callers: list[str] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, (caller, _) = self._socket.accept()
            except OSError:
                return
            self.callers.append(caller)
            threading.Thread(target=self._answer, args=(connection, caller), daemon=True).start()

    def _answer(self, connection: socket.socket, caller: str) -> None:
        with connection, suppress(OSError):
            connection.sendall(f"{self._label} {caller}\n".encode())
            while data := connection.recv(65536):
                connection.sendall(data)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@contextmanager
def listening(
    namespace: Path, port: int, label: str = "here", device: str | None = None, address: str = "0.0.0.0"
) -> Iterator[Listener]:
    listener = Listener(namespace, port, label, device, address)
    try:
        yield listener
    finally:
        listener.close()


@contextmanager
def connected(namespace: Path, address: str, port: int) -> Iterator[socket.socket]:
    """A connection of which the greeting has been read."""
    with open_socket(namespace) as caller:
        caller.settimeout(REACHES_WITHIN)
        caller.connect((address, port))
        assert caller.recv(200)
        yield caller


def call(namespace: Path, address: str, port: int, source: str | None = None, wait: float = REACHES_WITHIN) -> str:
    """What a listener greets with, `refused` or `silence`."""
    with open_socket(namespace) as caller:
        caller.settimeout(wait)
        if source is not None:
            caller.bind((source, 0))
        try:
            caller.connect((address, port))
            return caller.recv(200).decode().strip()
        except ConnectionRefusedError:
            return "refused"
        except (TimeoutError, OSError):
            return "silence"


def silent(namespace: Path, address: str, port: int) -> bool:
    return call(namespace, address, port, wait=SILENT_FOR) == "silence"


def echoes(connection: socket.socket, wait: float = REACHES_WITHIN) -> bool:
    """Whether an open connection still carries data both ways."""
    connection.settimeout(wait)
    try:
        connection.sendall(b"x")
        return connection.recv(1) == b"x"
    except OSError:
        return False


def ping(namespace: Path, address: str, wait: float = REACHES_WITHIN, hops: int = 64) -> str:
    """`reply`, `silence`, or the type of the ICMP error that came instead: `icmp 3`."""
    with open_socket(namespace, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        raw.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
        for seconds in attempts(wait):
            raw.sendto(echo_request(), (address, 0))
            kind = icmp_answer(raw, seconds)
            if kind is not None:
                return "reply" if kind == 0 else f"icmp {kind}"
    return "silence"


def icmp_answer(raw: socket.socket, wait: float) -> int | None:
    """The type of the first message that is no echo request."""
    deadline = time.monotonic() + wait
    while (left := deadline - time.monotonic()) > 0:
        raw.settimeout(left)
        try:
            packet = raw.recv(2000)
        except OSError:
            return None
        kind = packet[(packet[0] & 15) * 4]
        if kind != 8:
            return kind
    return None


def echo_request() -> bytes:
    head = struct.pack(">BBHHH", 8, 0, 0, 7, 1)
    total = sum(struct.unpack(">4H", head))
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    return struct.pack(">BBHHH", 8, 0, checksum, 7, 1)


def query(namespace: Path, address: str, port: int, wait: float = REACHES_WITHIN) -> str:
    """Sends a datagram, once in a while; `reply` or `silence`."""
    with open_socket(namespace, socket.SOCK_DGRAM) as caller:
        for seconds in attempts(wait):
            caller.settimeout(seconds)
            caller.sendto(b"?", (address, port))
            with suppress(OSError):
                caller.recv(100)
                return "reply"
        return "silence"


def attempts(wait: float) -> Iterator[float]:
    """How long to wait after each of several tries."""
    ends = time.monotonic() + wait
    while (left := ends - time.monotonic()) > 0:
        yield min(left, 2.0)


def arrives(sender: Path, receiver: Path, address: str, port: int) -> bool:
    """Whether a datagram gets as far as a socket, whatever becomes of an answer."""
    with open_socket(receiver, socket.SOCK_DGRAM) as server, open_socket(sender, socket.SOCK_DGRAM) as caller:
        server.bind(("0.0.0.0", port))
        server.settimeout(SILENT_FOR)
        caller.sendto(b"?", (address, port))
        try:
            return server.recv(1) == b"?"
        except TimeoutError:
            return False


def put_on_link(
    namespace: Path, device: str, source: str, destination: str, port: int, mac: str = "06:00:00:00:00:01"
) -> None:
    """A UDP datagram as a frame to a router, past all filters of the namespace that it is put in."""
    head = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 28, 1, 0, 64, 17, 0, socket.inet_aton(source), socket.inet_aton(destination)
    )
    total = sum(struct.unpack(">10H", head))
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    head = head[:10] + struct.pack(">H", checksum) + head[12:]
    frame = (
        bytes.fromhex(mac.replace(":", "") + "060000000003")
        + b"\x08\x00"
        + head
        + struct.pack(">HHHH", 4000, port, 8, 0)
    )
    with inside(namespace), socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x0800) as raw:
        raw.bind((device, 0x0800))
        raw.send(frame)


@contextmanager
def answering_datagrams(namespace: Path, address: str, port: int) -> Iterator[None]:
    with open_socket(namespace, socket.SOCK_DGRAM) as server:
        server.bind((address, port))
        server.settimeout(0.05)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    data, caller = server.recvfrom(2000)
                    server.sendto(data, caller)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@contextmanager
def meeting(
    caller: Path, called: Path, address: str, port: int, kind: int = socket.SOCK_STREAM
) -> Iterator[tuple[socket.socket, socket.socket, tuple[str, int]]]:
    """Both ends of a connection or an exchange of datagrams that the caller opens from port 41000, and who the called
    one thinks it is."""
    with open_socket(called, kind) as server, open_socket(caller, kind) as client:
        for each in (server, client):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            each.settimeout(REACHES_WITHIN)
        server.bind(("0.0.0.0", port))
        client.bind(("0.0.0.0", 41000))
        if kind == socket.SOCK_STREAM:
            server.listen()
            client.connect((address, port))
            connection, peer = server.accept()
            with connection:
                connection.settimeout(REACHES_WITHIN)
                yield client, connection, peer
            return
        client.connect((address, port))
        client.send(b"first")
        data, peer = server.recvfrom(100)
        assert data == b"first"
        server.connect(peer)
        yield client, server, peer


def converse(one: socket.socket, other: socket.socket) -> None:
    for number in range(4):
        for sender, receiver in ((one, other), (other, one)):
            sender.send(b"%d" % number)
            assert receiver.recv(10) == b"%d" % number


def eventually(condition: Callable[[], bool], within: float = REACHES_WITHIN) -> bool:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True
