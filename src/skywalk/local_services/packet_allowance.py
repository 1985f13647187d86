"""The packets per second that a network interface may send to the VPC's own services together.

Source: VPC User Guide, "DNS quotas": 1024 packets per second and interface to the resolver, the metadata service and
others; what is above is dropped. A request over TCP counts as one packet here.
"""

from __future__ import annotations

from skywalk.values.clock import Clock

PACKETS_PER_SECOND = 1024
_BUCKETS_LIMIT = 65536


class PacketAllowance:
    """A token bucket for each sender, one second deep."""

    def __init__(self, clock: Clock, packets_per_second: int = PACKETS_PER_SECOND) -> None:
        self._clock = clock
        self._rate = packets_per_second
        self._buckets: dict[str, tuple[float, float]] = {}
        """What is left and when that was so."""

    def take(self, sender: str) -> bool:
        """Whether one more packet may pass now."""
        now = self._clock.monotonic_seconds()
        bucket = self._buckets.get(sender)
        if bucket is None:
            if len(self._buckets) >= _BUCKETS_LIMIT:
                self._forget_full(now)
            left = float(self._rate)
        else:
            left = min(self._rate, bucket[0] + (now - bucket[1]) * self._rate)
        allowed = left >= 1
        self._buckets[sender] = (left - 1 if allowed else left, now)
        return allowed

    def _forget_full(self, now: float) -> None:
        # After a second a bucket is full, as if it had never been there.
        self._buckets = {sender: bucket for sender, bucket in self._buckets.items() if now - bucket[1] < 1}
