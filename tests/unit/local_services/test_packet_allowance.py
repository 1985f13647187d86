from __future__ import annotations

import pytest

from skywalk.local_services import packet_allowance
from skywalk.local_services.packet_allowance import PacketAllowance
from skywalk.values.clock import FixedClock


def taken(allowance: PacketAllowance, sender: str, tries: int) -> int:
    return sum(allowance.take(sender) for _ in range(tries))


def test_a_sender_has_1024_packets_a_second() -> None:
    clock = FixedClock()
    allowance = PacketAllowance(clock)
    assert taken(allowance, "eni-0a", 2000) == 1024
    clock.advance(0.5)
    assert taken(allowance, "eni-0a", 2000) == 512
    clock.advance(60)
    assert taken(allowance, "eni-0a", 2000) == 1024


def test_senders_do_not_share() -> None:
    allowance = PacketAllowance(FixedClock(), packets_per_second=3)
    assert taken(allowance, "eni-0a", 9) == 3
    assert taken(allowance, "eni-0b", 9) == 3


def test_refused_packets_cost_nothing() -> None:
    clock = FixedClock()
    allowance = PacketAllowance(clock, packets_per_second=4)
    taken(allowance, "eni-0a", 1000)
    clock.advance(0.25)
    assert taken(allowance, "eni-0a", 9) == 1


def test_quiet_senders_are_forgotten_and_busy_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packet_allowance, "_BUCKETS_LIMIT", 10)
    clock = FixedClock()
    allowance = PacketAllowance(clock, packets_per_second=2)
    for number in range(10):
        allowance.take(f"eni-{number}")
    clock.advance(1)
    assert taken(allowance, "eni-0", 9) == 2
    allowance.take("eni-10")
    assert len(allowance._buckets) == 2
    assert not allowance.take("eni-0")
