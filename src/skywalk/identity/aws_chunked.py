"""The aws-chunked content coding, decoded and verified as it arrives.

Source: S3 API Reference, "Transferring Payload in Multiple Chunks" and "Including Trailing Headers" (Signature
Version 4). Payload passes on while its chunk is still arriving: holding whole chunks would let a client choose how
much memory its upload takes. Whatever turns out wrong, the body's last piece has not been passed on yet.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

from skywalk.identity.body_check import EMPTY_SHA256, BodyCheck, ChunkSigning
from skywalk.identity.checksums import HEADER_PREFIX, Checksum, checksum_for, matches
from skywalk.identity.refusals import (
    checksum_mismatch,
    chunk_signature_mismatch,
    incomplete_body,
    malformed_chunks,
    malformed_trailer,
)
from skywalk.values.errors import AwsError

MIN_CHUNK_BYTES = 8192
"""Of every chunk but the last. Source: S3 API Reference, "Transferring Payload in Multiple Chunks"."""

_MAX_LINE_BYTES = 1024
_MAX_TRAILERS = 16
_CHUNK_HEADER = re.compile(rb"([0-9A-Fa-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?")
_TRAILER = re.compile(rb"([A-Za-z0-9-]{1,64}):[ \t]*([ -~]*?)[ \t]*")
_TRAILER_SIGNATURE = "x-amz-trailer-signature"


class AwsChunkedDecoder:
    """Decodes one body. See `BodyVerifier` for the contract of `feed` and `finish`."""

    _HEADER, _DATA, _DATA_END, _TRAILERS, _DONE = range(5)

    def __init__(self, check: BodyCheck) -> None:
        assert check.decoded_length is not None
        self._check = check
        self._signatures = None if check.chunk_signing is None else _SignatureChain(check.chunk_signing)
        self._checksums = _checksums_for(check.trailer_names)
        self._state = self._HEADER
        self._line = b""  # a line that has not ended yet
        self._remaining = 0  # of the chunk
        self._missing = check.decoded_length  # of the body
        self._short_chunk = False
        self._chunk_signature = ""
        self._held = b""
        self.trailers: dict[str, str] = {}
        """By lower-case name, once all have been read."""
        self.verified = False

    def feed(self, data: bytes) -> list[bytes]:
        released: list[bytes] = []
        position = 0
        while position < len(data):
            if self._state == self._DATA:
                piece = data[position : position + self._remaining]
                position += len(piece)
                self._take_payload(piece, released)
            elif self._state == self._DONE:
                raise malformed_chunks()
            else:
                position = self._take_line(data, position)
        return released

    def finish(self) -> bytes:
        if self._state != self._DONE or self._missing:
            raise incomplete_body()
        self.verified = True
        held, self._held = self._held, b""
        return held

    def _take_payload(self, piece: bytes, released: list[bytes]) -> None:
        self._remaining -= len(piece)
        self._missing -= len(piece)
        if self._signatures is not None:
            self._signatures.update(piece)
        for checksum in self._checksums.values():
            checksum.update(piece)
        if self._held:
            released.append(self._held)
        self._held = piece
        if not self._remaining:
            self._state = self._DATA_END

    def _take_line(self, data: bytes, position: int) -> int:
        end = data.find(b"\n", position)
        stop = len(data) if end < 0 else end + 1
        line = self._line + data[position:stop]
        if len(line) > _MAX_LINE_BYTES:
            raise malformed_chunks()
        if end < 0:
            self._line = line
            return stop
        self._line = b""
        if not line.endswith(b"\r\n"):
            raise malformed_chunks()
        self._end_line(line[:-2])
        return stop

    def _end_line(self, line: bytes) -> None:
        if self._state == self._HEADER:
            self._begin_chunk(line)
        elif self._state == self._DATA_END:
            if line:
                raise malformed_chunks()
            self._verify_chunk()
            self._state = self._HEADER
        elif line:
            self._take_trailer(line)
        else:
            self._verify_trailers()
            self._state = self._DONE

    def _begin_chunk(self, line: bytes) -> None:
        header = _CHUNK_HEADER.fullmatch(line)
        if header is None or (header[2] is not None) != (self._signatures is not None):
            raise malformed_chunks()
        size = int(header[1], 16)
        self._chunk_signature = (header[2] or b"").decode()
        if size > self._missing:
            raise incomplete_body()
        if size == 0:
            if self._missing:
                raise incomplete_body()
            self._verify_chunk()
            self._state = self._TRAILERS
            return
        if self._short_chunk:
            raise _chunk_too_small()
        self._short_chunk = size < MIN_CHUNK_BYTES
        self._remaining = size
        self._state = self._DATA

    def _verify_chunk(self) -> None:
        if self._signatures is not None and not self._signatures.chunk_matches(self._chunk_signature):
            raise chunk_signature_mismatch()

    def _take_trailer(self, line: bytes) -> None:
        trailer = _TRAILER.fullmatch(line)
        if trailer is None or not self._check.kind.has_trailer or len(self.trailers) >= _MAX_TRAILERS:
            raise malformed_trailer()
        name = trailer[1].decode().lower()
        if name in self.trailers:
            raise malformed_trailer()
        self.trailers[name] = trailer[2].decode()

    def _verify_trailers(self) -> None:
        signature = self.trailers.pop(_TRAILER_SIGNATURE, None)
        if self.trailers.keys() != set(self._check.trailer_names):
            raise malformed_trailer()
        if self._signatures is not None and self._check.kind.has_trailer:
            if signature is None:
                raise malformed_trailer()
            if not self._signatures.trailer_matches(self.trailers, signature):
                raise chunk_signature_mismatch()
        elif signature is not None:
            raise malformed_trailer()
        for name, checksum in self._checksums.items():
            if not matches(checksum, self.trailers[name]):
                raise checksum_mismatch(name.removeprefix(HEADER_PREFIX))


class _SignatureChain:
    """Each signature covers the one before it; the first, the head's."""

    def __init__(self, signing: ChunkSigning) -> None:
        self._signing = signing
        self._previous = signing.seed_signature
        self._hash = sha256()

    def update(self, payload: bytes) -> None:
        self._hash.update(payload)

    def chunk_matches(self, signature: str) -> bool:
        content = f"{EMPTY_SHA256}\n{self._hash.hexdigest()}"
        self._hash = sha256()
        return self._matches("AWS4-HMAC-SHA256-PAYLOAD", content, signature)

    def trailer_matches(self, trailers: dict[str, str], signature: str) -> bool:
        text = "".join(f"{name}:{value}\n" for name, value in sorted(trailers.items()))
        return self._matches("AWS4-HMAC-SHA256-TRAILER", sha256(text.encode()).hexdigest(), signature)

    def _matches(self, algorithm: str, content: str, signature: str) -> bool:
        signing = self._signing
        text = f"{algorithm}\n{signing.timestamp}\n{signing.scope}\n{self._previous}\n{content}"
        self._previous = hmac.digest(signing.signing_key, text.encode(), "sha256").hex()
        return hmac.compare_digest(self._previous.encode(), signature.encode())


def _checksums_for(trailer_names: tuple[str, ...]) -> dict[str, Checksum]:
    checksums: dict[str, Checksum] = {}
    for name in trailer_names:
        if name.startswith(HEADER_PREFIX):
            checksum = checksum_for(name)
            if checksum is None:
                raise AwsError("InvalidRequest", "The value specified in the x-amz-trailer header is not supported")
            checksums[name] = checksum
    return checksums


def _chunk_too_small() -> AwsError:
    message = f"Only the last chunk is allowed to have a size less than {MIN_CHUNK_BYTES} bytes"
    return AwsError("InvalidChunkSizeError", message, 403)
