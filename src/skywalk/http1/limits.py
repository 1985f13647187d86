"""How much and how long a peer may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one server. Sizes in bytes, times in seconds."""

    max_head_bytes: int = 64 * 1024
    """Above it: 431. AWS's front ends stop at a similar size; session tokens with policies need several KiB."""
    max_target_bytes: int = 32 * 1024
    """Above it: 414. Presigned URLs carry the session token here."""
    max_headers: int = 256
    head_seconds: float = 20.0
    """From a connection's start, or a head's first byte, to its last: 408 and closed."""
    idle_seconds: float = 75.0
    """Between two requests of a connection that is kept."""
    body_idle_seconds: float = 60.0
    """Without a byte of a body that is being read."""
    write_stall_seconds: float = 120.0
    """Without room for more of an answer that the client does not read."""
    linger_seconds: float = 5.0
    """For a client to read an answer while what it still sends is thrown away; closing at once would reset the
    connection under the answer."""
    max_discard_bytes: int = 64 * 1024
    """Rest of an unread request body that is thrown away to keep the connection; above it, closed."""
    read_buffer_bytes: int = 64 * 1024
    """Unread bytes kept before reading from the socket stops."""
    write_buffer_bytes: int = 256 * 1024
    """Unsent bytes kept before the writer is told to pause."""
