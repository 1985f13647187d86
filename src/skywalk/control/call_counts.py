"""API calls, counted: by action and code, with their durations."""

from __future__ import annotations

from collections import defaultdict

from skywalk.api.record import CallRecord
from skywalk.metrics.histogram import API_SECONDS, Histograms

UNKNOWN = "unknown"
"""Calls of no action: names that clients make up would be as many labels."""


class CallCounts:
    """Told of every call by the API's pipeline."""

    def __init__(self) -> None:
        self.requests: defaultdict[tuple[str, ...], int] = defaultdict(int)
        """By service, action and code."""
        self.seconds = Histograms(API_SECONDS)
        """By service and action."""

    def note(self, record: CallRecord) -> None:
        action = record.action or UNKNOWN
        self.requests[record.service, action, record.code] += 1
        self.seconds.observe((record.service, action), record.seconds)
