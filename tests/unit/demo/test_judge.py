"""Expectations, met and not."""

from __future__ import annotations

import pytest

from skywalk.demo.judge import Measurement, Unmet, judge, judge_packets, measure, packets
from skywalk.demo.runner import Outcome
from skywalk.demo.story import Expectation, MeasuredWay, Run, Stop, fails, succeeds


@pytest.mark.parametrize(
    ("expectation", "outcome"),
    [
        (succeeds(), Outcome(0, "")),
        (succeeds("my_file.txt"), Outcome(0, "44 my_file.txt\n")),
        (succeeds("two words"), Outcome(0, "two\n  words")),
        (succeeds(pattern=r"(\w+) a\n\1 b"), Outcome(0, "beef a\nbeef b\n")),
        (fails("AccessDenied"), Outcome(254, "An error occurred (AccessDenied)")),
        (Expectation(None, "said"), Outcome(3, "said")),
    ],
)
def test_met(expectation: Expectation, outcome: Outcome) -> None:
    assert judge(expectation, outcome) is None


@pytest.mark.parametrize(
    ("expectation", "outcome", "unmet"),
    [
        (succeeds(), Outcome(1, "no"), Unmet("the command succeeds", "exit status 1: no")),
        (fails("denied"), Outcome(0, ""), Unmet("the command fails, saying: denied", "exit status 0")),
        (fails("denied"), Outcome(1, "timed\nout"), Unmet("the words: denied", "timed out")),
        (succeeds("x"), Outcome(0, " \n"), Unmet("the words: x", "no output")),
        (succeeds(pattern=r"(\w+) a\n\1 b"), Outcome(0, "1 a\n2 b"), Unmet(r"output like: (\w+) a\n\1 b", "1 a 2 b")),
    ],
)
def test_not_met(expectation: Expectation, outcome: Outcome, unmet: Unmet) -> None:
    assert judge(expectation, outcome) == unmet


def test_packets_are_counted_both_ways() -> None:
    assert packets({"received_packets": 3, "sent_packets": 4, "received_bytes": 99, "sent_bytes": 99}) == 7


def test_one_packet_on_the_other_way_is_too_many() -> None:
    assert judge_packets(100, 0, 20) is None
    assert judge_packets(100, 1, 20) == Unmet("no packet on the other way", "1 packets")
    assert judge_packets(19, 0, 20) == Unmet("at least 20 packets through the endpoint", "19 packets")


def seen(count: int) -> dict[str, int]:
    return {"received_packets": 1, "sent_packets": 1, "received_bytes": count, "sent_bytes": 1}


WAY = MeasuredWay(
    Run("python letters.py"),
    (
        Stop("nat-1", ("router", "NAT gateway")),
        Stop("vpc-1", ("router", "internet gateway")),
        Stop("vpc-1 endpoints", ()),
    ),
    ("nat-1", "vpc-1"),
    "nat",
)


def test_what_counted_is_what_was_crossed() -> None:
    before = {"nat-1": seen(5), "vpc-1": seen(7)}
    measured = measure(WAY, "9 letters, 12.5 ms each", before, {"nat-1": seen(9), "vpc-1": seen(17)})
    assert measured == Measurement(12.5, 10, ("router", "NAT gateway", "router", "internet gateway"))


@pytest.mark.parametrize(
    ("after", "came"),
    [
        ({"nat-1": seen(9), "vpc-1": seen(9), "vpc-1 endpoints": seen(1)}, "nat-1, vpc-1, vpc-1 endpoints"),
        ({"nat-1": seen(9), "vpc-1": seen(7)}, "nat-1"),
        ({"nat-1": seen(5), "vpc-1": seen(7)}, "nobody"),
    ],
)
def test_packets_must_go_the_way_that_is_told(after: dict[str, dict[str, int]], came: str) -> None:
    before = {"nat-1": seen(5), "vpc-1": seen(7)}
    assert measure(WAY, "1.0 ms", before, after) == Unmet("packets at nat-1, vpc-1 alone", f"packets at {came}")


def test_a_measurement_needs_a_time() -> None:
    assert measure(WAY, "hello", {}, {}) == Unmet("a time in milliseconds", "hello")
