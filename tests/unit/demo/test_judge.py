"""Expectations, met and not."""

from __future__ import annotations

import pytest

from skywalk.demo.judge import Unmet, judge, judge_packets, packets
from skywalk.demo.runner import Outcome
from skywalk.demo.story import Expectation, fails, succeeds


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
