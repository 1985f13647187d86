"""What has become of the edge's requests, for its counters: `s3 forwarded`, `dynamodb denied`, with the status.

The words are on the exchange from the moment that its service is known; whoever refuses it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from skywalk.edge.arrival import source_address

if TYPE_CHECKING:
    from skywalk.access_log.writer import AccessLog
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
    error.__traceback__ = None  # holds the frames that hold the request
    if (entry := exchange.noted) is not None:
        entry.error, entry.source = error, source_address(exchange) or ""


def note_operation(exchange: Exchange, operation: str) -> None:
    """For the request's entry in the access log, if there is one."""
    if (entry := exchange.noted) is not None:
        entry.operation = operation


def note_request_id(exchange: Exchange, request_id: str) -> None:
    """The one that the client is told."""
    if (entry := exchange.noted) is not None:
        entry.request_id = request_id


LOST_RECORDS = "access_log lost records"
"""How many records of requests could not be written."""


def told(counts: Counts, access_log: AccessLog | None = None) -> Mapping[str, int]:
    """As it goes to the daemon: `s3 forwarded 200` → how often; and LOST_RECORDS, if there are any."""
    found = {f"{words} {status}": count for (words, status), count in counts.items()}
    return found if access_log is None or not access_log.lost else found | {LOST_RECORDS: access_log.lost}
