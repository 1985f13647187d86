"""Chapters told with a runner that answers by script."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from skywalk.demo.printer import PlainPrinter
from skywalk.demo.runner import Outcome
from skywalk.demo.story import (
    Chapter,
    CountedTraffic,
    Evaluate,
    Export,
    File,
    MeasuredWay,
    Run,
    SideBySide,
    Step,
    Stop,
    fails,
    succeeds,
    together,
)
from skywalk.demo.teller import Counters, NotAsExpected, Teller
from support.scripted_runner import ScriptedRunner, answers


class Told:
    """A teller and what it has printed."""

    def __init__(self, folder: Path, outcomes: dict[str, Outcome], counters: list[Counters] | None = None) -> None:
        self.stream = io.StringIO()
        self.runner = ScriptedRunner(answers(outcomes))
        self.facts: dict[str, str] = {"vpc": "vpc-1"}
        readings: Iterator[Counters] = iter(counters or [])
        self._teller = Teller(self.runner, PlainPrinter(self.stream, 80), folder, lambda: next(readings), self.facts)

    def tell(self, *steps: Step) -> list[str]:
        try:
            self._teller.tell(1, 1, Chapter("Title", "Why.", steps))
        finally:
            lines = self.stream.getvalue().splitlines()
        return lines[3:]


def test_a_run_shows_command_output_and_proof(tmp_path: Path) -> None:
    told = Told(tmp_path, {"create-subnet": Outcome(0, "subnet-9\n")})
    run = Run("aws ec2 create-subnet --vpc-id $vpc", note="a subnet", keep="subnet", proves="$vpc has a subnet")
    assert told.tell(run) == [
        "  # a subnet",
        "  $ aws ec2 create-subnet --vpc-id vpc-1",
        "  subnet-9",
        "  ✓ vpc-1 has a subnet",
        "",
    ]
    assert told.facts["subnet"] == "subnet-9"


def test_what_is_expected_may_name_what_was_found(tmp_path: Path) -> None:
    told = Told(tmp_path, {"routes": Outcome(0, "pl-1 vpc-1")})
    assert told.tell(Run("aws routes", expect=succeeds("$vpc"), proves="it is there"))[-2] == "  ✓ it is there"


def test_the_first_surprise_ends_the_story(tmp_path: Path) -> None:
    told = Told(tmp_path, {"ls": Outcome(0, "my_file.txt")})
    with pytest.raises(NotAsExpected, match="expected the command fails, saying: Connect timeout; came exit status 0"):
        told.tell(Run("aws s3 ls", expect=fails("Connect timeout"), proves="silence"), Run("aws s3 mb"))
    assert told.runner.typed == ["aws s3 ls"]
    assert told.stream.getvalue().splitlines()[-5:] == [
        "  my_file.txt",
        "  ✗ not what was expected",
        "    expected: the command fails, saying: Connect timeout",
        "    came: exit status 0: my_file.txt",
        "",
    ]
    assert "✓" not in told.stream.getvalue()


def test_what_runs_at_once_is_told_in_order(tmp_path: Path) -> None:
    told = Told(tmp_path, {"one": Outcome(0, "1"), "two": Outcome(0, "2"), "three": Outcome(0, "3")})
    lines = told.tell(together(Run("one", keep="a"), Run("two"), Run("three")), Run("last $a"))
    assert [line.strip() for line in lines] == ["$ one", "1", "$ two", "2", "$ three", "3", "$ last 1"]
    assert sorted(told.runner.typed[:3]) == ["one", "three", "two"]


def test_a_surprise_among_several_ends_the_others(tmp_path: Path) -> None:
    told = Told(tmp_path, {"two": Outcome(1, "no")})
    with pytest.raises(NotAsExpected):
        told.tell(together(Run("one"), Run("two"), Run("three")))
    assert told.runner.ended
    assert "three" not in told.stream.getvalue()


def test_a_file_is_written_and_shown(tmp_path: Path) -> None:
    told = Told(tmp_path, {})
    lines = told.tell(File("policy.json", '{"vpc": "$vpc"}\n'), File("hidden.txt", "x", shows=False))
    assert lines == ["  $ cat policy.json", '  {"vpc": "vpc-1"}', ""]
    assert (tmp_path / "policy.json").read_text() == '{"vpc": "vpc-1"}\n'
    assert (tmp_path / "hidden.txt").read_text() == "x"


def test_the_environment_is_told_and_kept(tmp_path: Path) -> None:
    told = Told(tmp_path, {"skywalk env": Outcome(0, "export AWS_ENDPOINT_URL=http://127.0.0.1:1\n")})
    lines = told.tell(Export("AWS_DEFAULT_OUTPUT", "text"), Evaluate("skywalk env", proves="aws talks here"))
    assert lines[:3] == ["  $ export AWS_DEFAULT_OUTPUT=text", '  $ eval "$(skywalk env)"', "  ✓ aws talks here"]
    assert told.runner.environment == {"AWS_DEFAULT_OUTPUT": "text", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}


def test_an_environment_that_is_refused_ends_the_story(tmp_path: Path) -> None:
    told = Told(tmp_path, {"skywalk env": Outcome(1, "skywalk: no region runs here")})
    with pytest.raises(NotAsExpected, match="no region runs here"):
        told.tell(Evaluate("skywalk env"))


def seen(packets: int) -> dict[str, int]:
    return {"received_packets": packets, "received_bytes": 100 * packets, "sent_packets": 0, "sent_bytes": 0}


TRAFFIC = CountedTraffic(Run("aws s3 cp"), through="endpoint", past="vpc", least_packets=20, proves="not one packet")


def test_counted_traffic(tmp_path: Path) -> None:
    told = Told(tmp_path, {}, [{"vpce-1": seen(5), "vpc-1": seen(7)}, {"vpce-1": seen(105), "vpc-1": seen(7)}])
    told.facts["endpoint"] = "vpce-1"
    assert told.tell(TRAFFIC) == [
        "  $ aws s3 cp",
        "                             before  after  carried",
        "  gateway endpoint vpce-1         5    105     +100",
        "  internet gateway of vpc-1       7      7        0",
        "  ✓ not one packet",
        "",
    ]


def test_one_packet_past_the_endpoint_ends_the_story(tmp_path: Path) -> None:
    told = Told(tmp_path, {}, [{"vpce-1": seen(5), "vpc-1": seen(7)}, {"vpce-1": seen(105), "vpc-1": seen(8)}])
    told.facts["endpoint"] = "vpce-1"
    with pytest.raises(NotAsExpected, match="expected no packet on the other way; came 1 packets"):
        told.tell(TRAFFIC)


def test_counters_that_are_not_kept_are_no_proof(tmp_path: Path) -> None:
    told = Told(tmp_path, {}, [{"vpce-1": seen(5)}, {"vpce-1": seen(105)}])
    told.facts["endpoint"] = "vpce-1"
    with pytest.raises(NotAsExpected, match="expected counters of vpc-1; came counters of vpce-1"):
        told.tell(TRAFFIC)


def test_ways_are_measured_and_set_side_by_side(tmp_path: Path) -> None:
    readings: list[Counters] = [{"vpc-1": seen(n)} for n in (1, 2, 2, 4)]
    told = Told(tmp_path, {"letters": Outcome(0, "2.5 ms")}, readings)
    stops = (Stop("$vpc", ("router", "gateway")),)
    ways = [MeasuredWay(Run("python letters.py"), stops, ("$vpc",), name) for name in ("first", "second")]
    lines = told.tell(*ways, SideBySide((("once", "first"), ("twice", "second")), "both arrived"))
    assert [line.split() for line in lines[4:8]] == [
        ["once", "twice"],
        ["a", "request", "took", "2.5", "ms", "2.5", "ms"],
        ["bytes", "carried", str(_grown(1, 2)), str(_grown(2, 4))],
        ["hops", "2", "2"],
    ]
    assert lines[-2] == "  ✓ both arrived"


def _grown(before: int, after: int) -> int:
    return sum(seen(after)[name] - seen(before)[name] for name in ("received_bytes", "sent_bytes"))


def test_a_way_that_was_not_taken_ends_the_story(tmp_path: Path) -> None:
    told = Told(tmp_path, {"letters": Outcome(0, "2.5 ms")}, [{}, {}])
    way = MeasuredWay(Run("python letters.py"), (Stop("$vpc", ("router",)),), ("$vpc",), "first")
    with pytest.raises(NotAsExpected, match="packets at vpc-1 alone"):
        told.tell(way)
