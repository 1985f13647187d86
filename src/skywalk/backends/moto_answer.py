"""What moto answered, as it goes over the wire."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MotoAnswer:
    """`content_length` differs from the body's where the body is left out: the answer to HEAD."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    content_length: int
