"""Findings for people and for programs."""

from __future__ import annotations

import pytest

from skywalk.cli.findings import Finding, Verdict, are_good, render_findings

FINE = Finding("filters", Verdict.OK, "the kernel takes nftables")
ILL = Finding("tini", Verdict.LACKS, "not installed", ["sudo apt-get install tini", "or so"])


def test_a_line_each_and_one_for_each_remedy() -> None:
    assert render_findings("this machine", [FINE, ILL], in_colour=False).splitlines() == [
        "this machine",
        "  ok     filters       the kernel takes nftables",
        "  lacks  tini          not installed",
        "                       sudo apt-get install tini",
        "                       or so",
    ]


@pytest.mark.parametrize("in_colour", [False, True])
def test_a_long_text_goes_on_below_itself(in_colour: bool) -> None:
    long = Finding("filters", Verdict.WRONG, "the kernel takes nftables but not every day and not all of them")
    lines = render_findings("this machine", [long], in_colour, 60).splitlines()
    assert lines[2:] == ["                         every day and not all of them"]
    assert lines[1].endswith("  filters       the kernel takes nftables but not")


def test_verdicts_have_colours() -> None:
    assert render_findings("this machine", [FINE], in_colour=True).splitlines() == [
        "\x1b[1mthis machine\x1b[0m",
        "  \x1b[32mok   \x1b[0m  filters       the kernel takes nftables",
    ]


@pytest.mark.parametrize(
    ("verdict", "good"),
    [(Verdict.OK, True), (Verdict.LESS, True), (Verdict.LACKS, False), (Verdict.WRONG, False)],
)
def test_what_a_region_can_live_with_is_good(verdict: Verdict, good: bool) -> None:
    assert are_good([FINE, Finding("x", verdict, "")]) is good


def test_for_programs() -> None:
    assert ILL.as_json() == {
        "subject": "tini",
        "verdict": "lacks",
        "text": "not installed",
        "remedies": ["sudo apt-get install tini", "or so"],
    }
