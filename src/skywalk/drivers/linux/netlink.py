"""Netlink: attributes, messages in batches with one answer each, dumps.

Source: the kernel's include/uapi/linux/netlink.h; RFC 3549 section 2.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

NETFILTER_FAMILY: Final = 12

NLM_F_REQUEST = 0x1
NLM_F_ACK = 0x4
NLM_F_REPLACE = 0x100
NLM_F_EXCL = 0x200
NLM_F_DUMP = 0x300
NLM_F_CREATE = 0x400
NLM_F_APPEND = 0x800
NESTED = 0x8000

_NLMSG_ERROR = 2
_NLMSG_DONE = 3
_NLM_F_DUMP_INTR = 0x10
_NLM_F_ACK_TLVS = 0x200
_NLMSGERR_ATTR_MSG = 1
_SOL_NETLINK = 270
_NETLINK_CAP_ACK = 10
_NETLINK_EXT_ACK = 11
_SO_SNDBUFFORCE = 32
_SO_RCVBUFFORCE = 33

_ATTRIBUTE = struct.Struct("=HH")
_HEADER = struct.Struct("=IHHII")
_BUFFER_BYTES = 8 << 20
_READ_BYTES = 1 << 18
_BATCH_MESSAGES = 256
_ANSWER_WITHIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Message:
    """A request: its type, its flags besides REQUEST and ACK, and what follows the netlink header."""

    kind: int
    flags: int
    body: bytes


class NetlinkError(OSError):
    """What the kernel answered to one message, with its own words where it gives any."""


def attribute(kind: int, data: bytes | str) -> bytes:
    """One attribute, padded; text gets the final NUL that the kernel wants."""
    if isinstance(data, str):
        data = data.encode() + b"\0"
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def parse_attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes of a message or of a nested attribute, without the flag bits of their types."""
    offset = 0
    while offset + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, offset)
        if length < 4:
            return
        yield kind & 0x3FFF, data[offset + 4 : offset + length]
        offset += (length + 3) & ~3


def pick_attributes(data: bytes, wanted: frozenset[int]) -> dict[int, bytes]:
    """Those of a message that are wanted: links have forty others."""
    found: dict[int, bytes] = {}
    offset, end = 0, len(data) - 4
    while offset <= end and len(found) < len(wanted):
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if length < 4:
            break
        if kind in wanted:
            found[kind] = data[offset + 4 : offset + length]
        offset += (length + 3) & ~3
    return found


def frame(kind: int, flags: int, sequence: int, body: bytes) -> bytes:
    return _HEADER.pack(_HEADER.size + len(body), kind, flags, sequence, 0) + body


def split_messages(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The messages of one read: kind, the port of the socket that caused it, and body."""
    offset = 0
    while offset + _HEADER.size <= len(data):
        length, kind, _, _, port = _HEADER.unpack_from(data, offset)
        yield kind, port, data[offset + _HEADER.size : offset + length]
        offset += (length + 3) & ~3


class NetlinkSocket:
    """A netlink socket in the namespace that the calling thread is in; closed by `with` or `close`."""

    def __init__(self, family: int) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, family)
        self._widen(_SO_SNDBUFFORCE, socket.SO_SNDBUF)
        self._widen(_SO_RCVBUFFORCE, socket.SO_RCVBUF)
        self._socket.setsockopt(_SOL_NETLINK, _NETLINK_CAP_ACK, 1)
        self._socket.setsockopt(_SOL_NETLINK, _NETLINK_EXT_ACK, 1)
        self._socket.settimeout(_ANSWER_WITHIN_SECONDS)
        self._socket.bind((0, 0))
        self._sequence = 0

    def _widen(self, whatever_the_limit: int, within_the_limit: int) -> None:
        # Only the machine's own root may pass its limit (net.core.wmem_max, rmem_max; 208 KiB).
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, whatever_the_limit, _BUFFER_BYTES)
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, within_the_limit, _BUFFER_BYTES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def request(self, messages: Sequence[Message]) -> list[NetlinkError | None]:
        """Sends messages in order; answers for each the kernel's refusal, if any. A refused one stops no other."""
        answers: list[NetlinkError | None] = []
        for start in range(0, len(messages), _BATCH_MESSAGES):
            answers.extend(self._request_batch(messages[start : start + _BATCH_MESSAGES]))
        return answers

    @property
    def send_bytes(self) -> int:
        """How many fit into one `send_framed`."""
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)

    def send_framed(self, data: bytes) -> None:
        self._socket.send(data)

    def answers(self) -> Iterator[tuple[int, NetlinkError | None]]:
        """Answers as they come, each with the sequence number of the message that it answers."""
        while True:
            for kind, flags, sequence, body in self._read():
                if kind == _NLMSG_ERROR:
                    yield sequence, _refusal(flags, body)

    def dump(self, kind: int, body: bytes, flags: int = NLM_F_DUMP) -> list[tuple[int, bytes]]:
        """Everything the kernel lists: type and body of each message. A list that changed underway is read again."""
        while True:
            rows, was_interrupted = self._dump_once(kind, body, flags)
            if not was_interrupted:
                return rows

    def _request_batch(self, messages: Sequence[Message]) -> list[NetlinkError | None]:
        first = self._sequence + 1
        self._sequence += len(messages)
        frames = (
            frame(message.kind, message.flags | NLM_F_REQUEST | NLM_F_ACK, first + place, message.body)
            for place, message in enumerate(messages)
        )
        self._socket.send(b"".join(frames))
        found: dict[int, NetlinkError | None] = {}
        for sequence, refusal in self.answers():
            found[sequence] = refusal
            if len(found) == len(messages):
                break
        return [found[first + place] for place in range(len(messages))]

    def _dump_once(self, kind: int, body: bytes, flags: int) -> tuple[list[tuple[int, bytes]], bool]:
        self._sequence += 1
        self._socket.send(frame(kind, flags | NLM_F_REQUEST, self._sequence, body))
        rows: list[tuple[int, bytes]] = []
        was_interrupted = False
        while True:
            for kind_, flags_, sequence, payload in self._read():
                if sequence != self._sequence:
                    continue
                was_interrupted |= bool(flags_ & _NLM_F_DUMP_INTR)
                if kind_ == _NLMSG_DONE:
                    return rows, was_interrupted
                if kind_ == _NLMSG_ERROR:
                    refusal = _refusal(flags_, payload)
                    if refusal is not None:
                        raise refusal
                    return rows, was_interrupted
                rows.append((kind_, payload))
                if flags & NLM_F_DUMP != NLM_F_DUMP:
                    return rows, was_interrupted

    def _read(self) -> Iterator[tuple[int, int, int, bytes]]:
        data = self._socket.recv(_READ_BYTES)
        offset = 0
        while offset + _HEADER.size <= len(data):
            length, kind, flags, sequence, _ = _HEADER.unpack_from(data, offset)
            yield kind, flags, sequence, data[offset + _HEADER.size : offset + length]
            offset += (length + 3) & ~3


def _refusal(flags: int, body: bytes) -> NetlinkError | None:
    (negative,) = struct.unpack_from("=i", body)
    if negative == 0:
        return None
    words = os.strerror(-negative)
    if flags & _NLM_F_ACK_TLVS:
        # errno, then the header of the refused message (NETLINK_CAP_ACK cuts the rest), then the kernel's words.
        for kind, data in parse_attributes(body[4 + _HEADER.size :]):
            if kind == _NLMSGERR_ATTR_MSG:
                text = data.rstrip(b"\0").decode(errors="replace")
                words += f" ({text})"
    return NetlinkError(-negative, words)
