"""The chunked transfer coding (RFC 9112, 7.1), decoded as it arrives.

Chunk extensions and trailers are checked and dropped: nothing on the way needs them, and what is dropped cannot
be understood differently behind us.
"""

from __future__ import annotations

import re

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t -~\x80-\xff]*)?")
_TRAILER_LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t -~\x80-\xff]*")
_MAX_LINE_BYTES = 1024
_MAX_TRAILER_BYTES = 16 * 1024

LAST_CHUNK = b"0\r\n\r\n"


class ChunkedMalformed(Exception):
    """The coding is broken; where the message ends cannot be known."""


def encode_chunk(data: bytes) -> bytes:
    """`data` as one chunk; it must not be empty, an empty chunk ends the message."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class ChunkedDecoder:
    """Takes bytes in pieces of any size; gives the payload, and what came after the message."""

    __slots__ = ("_in_chunk", "_line", "_remaining", "_trailer_bytes", "done", "rest")

    _SIZE, _DATA, _DATA_END, _TRAILER = range(4)

    def __init__(self) -> None:
        self._in_chunk = self._SIZE
        self._line = b""  # a line that has not ended yet
        self._remaining = 0
        self._trailer_bytes = 0
        self.done = False
        self.rest = b""
        """Bytes after the message's end, once `done`."""

    def feed(self, data: bytes) -> list[bytes]:
        """The payload in `data`. Raises ChunkedMalformed."""
        payload: list[bytes] = []
        position = 0
        while position < len(data) and not self.done:
            if self._in_chunk == self._DATA:
                piece = data[position : position + self._remaining]
                payload.append(piece)
                position += len(piece)
                self._remaining -= len(piece)
                if not self._remaining:
                    self._in_chunk = self._DATA_END
            else:
                position = self._take_line(data, position)
        if self.done:
            self.rest = data[position:]
        return payload

    def _take_line(self, data: bytes, position: int) -> int:
        end = data.find(b"\n", position)
        stop = len(data) if end < 0 else end + 1
        line = self._line + data[position:stop] if self._line else data[position:stop]
        if len(line) > _MAX_LINE_BYTES:
            raise ChunkedMalformed("a line of the chunked body is too long")
        if end < 0:
            self._line = line
            return stop
        self._line = b""
        if not line.endswith(b"\r\n"):
            raise ChunkedMalformed("a line of the chunked body does not end in CR LF")
        self._end_line(line[:-2])
        return stop

    def _end_line(self, line: bytes) -> None:
        if self._in_chunk == self._SIZE:
            size = _SIZE_LINE.fullmatch(line)
            if size is None:
                raise ChunkedMalformed("a chunk size is malformed")
            self._remaining = int(size[1], 16)
            self._in_chunk = self._DATA if self._remaining else self._TRAILER
        elif self._in_chunk == self._DATA_END:
            if line:
                raise ChunkedMalformed("a chunk is longer than its size")
            self._in_chunk = self._SIZE
        elif not line:
            self.done = True
        else:
            self._trailer_bytes += len(line)
            if self._trailer_bytes > _MAX_TRAILER_BYTES or not _TRAILER_LINE.fullmatch(line):
                raise ChunkedMalformed("a trailer is malformed")
