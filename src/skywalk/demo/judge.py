"""Whether what came is what was expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from skywalk.demo.runner import Outcome
from skywalk.demo.story import Expectation, MeasuredWay


@dataclass(frozen=True, slots=True)
class Unmet:
    """An expectation that was not met, in words."""

    expected: str
    came: str


def judge(expectation: Expectation, outcome: Outcome) -> Unmet | None:
    """None when it is met. The expectation's `says` is filled in already."""
    if expectation.succeeds is not None and expectation.succeeds != (outcome.status == 0):
        return Unmet(
            "the command succeeds" if expectation.succeeds else f"the command fails, saying: {expectation.says}",
            f"exit status {outcome.status}" + (f": {_squeezed(outcome.output)}" if outcome.output.strip() else ""),
        )
    if expectation.says and _squeezed(expectation.says) not in _squeezed(outcome.output):
        return Unmet(f"the words: {expectation.says}", _came(outcome))
    if expectation.pattern and not re.search(expectation.pattern, outcome.output, re.DOTALL):
        return Unmet(f"output like: {expectation.pattern}", _came(outcome))
    return None


def judge_packets(grown_through: int, grown_past: int, least_packets: int) -> Unmet | None:
    """`past` must have seen nothing while `through` carried at least so much."""
    if grown_past:
        return Unmet("no packet on the other way", f"{grown_past} packets")
    if grown_through < least_packets:
        return Unmet(f"at least {least_packets} packets through the endpoint", f"{grown_through} packets")
    return None


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a request took: milliseconds, bytes both ways at the last stop, and what its packets crossed, in order."""

    milliseconds: float
    carried_bytes: int
    crossed: tuple[str, ...]


def measure(
    way: MeasuredWay, output: str, before: Mapping[str, Mapping[str, int]], after: Mapping[str, Mapping[str, int]]
) -> Measurement | Unmet:
    """The owners of the way's stops are filled in already. A stop without counters has carried nothing."""
    time = _MILLISECONDS.search(output)
    if time is None:
        return Unmet("a time in milliseconds", _squeezed(output) or "no output")
    grown = {stop.owner: _bytes(after.get(stop.owner)) - _bytes(before.get(stop.owner)) for stop in way.stops}
    passed = [stop for stop in way.stops if grown[stop.owner]]
    if tuple(stop.owner for stop in passed) != way.expected:
        came = ", ".join(stop.owner for stop in passed) or "nobody"
        return Unmet(f"packets at {', '.join(way.expected)} alone", f"packets at {came}")
    crossed = tuple(word for stop in passed for word in stop.crosses)
    return Measurement(float(time[1]), grown[passed[-1].owner], crossed)


_MILLISECONDS = re.compile(r"([0-9.]+) ms\b")


def _bytes(counters: Mapping[str, int] | None) -> int:
    return 0 if counters is None else counters["received_bytes"] + counters["sent_bytes"]


def packets(counters: Mapping[str, int]) -> int:
    """Both ways."""
    return counters["received_packets"] + counters["sent_packets"]


def _came(outcome: Outcome) -> str:
    return _squeezed(outcome.output) or "no output"


def _squeezed(text: str) -> str:
    return " ".join(text.split())
