"""What has become of the edge's requests, for its counters: `s3 forwarded`, `dynamodb denied`, with the status.

The words are on the exchange from the moment that its service is known; whoever refuses it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skywalk.http1.exchange import Counts, Exchange
    from skywalk.values.errors import AwsError

FORWARDED = "forwarded"
"""Answered with what the backend made of it."""
DENIED = "denied"
"""Refused to a caller who may not, or has not proven to be who it says."""
REFUSED = "refused"
"""Refused by the edge for any other reason."""


@cache
def forwarded(service: str) -> str:
    return f"{service} {FORWARDED}"


def note_refusal(exchange: Exchange, error: AwsError) -> None:
    is_denied = error.status == 403 or error.code.startswith("AccessDenied")
    service = exchange.counted_as.partition(" ")[0]
    exchange.counted_as = f"{service} {DENIED if is_denied else REFUSED}"


def told(counts: Counts) -> Mapping[str, int]:
    """As it goes to the daemon: `s3 forwarded 200` → how often."""
    return {f"{words} {status}": count for (words, status), count in counts.items()}
