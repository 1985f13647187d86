"""The tour's ends: what stops it, what it leaves, what it says last."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from skywalk.config import Paths
from skywalk.demo import tour
from skywalk.demo.own_region import OwnRegion
from skywalk.demo.printer import PlainPrinter, Printer
from skywalk.demo.story import Chapter, Run, fails
from skywalk.demo.teller import NotAsExpected
from skywalk.demo.tour import render_ending, run_tour, tell_story, ways_on

TRUE = Chapter("True", "It is.", (Run("true", proves="it is true"),))
SURPRISE = Chapter("Surprise", "It is not.", (Run("true", expect=fails("a refusal")),))


@pytest.fixture
def region(tmp_path: Path) -> OwnRegion:
    (tmp_path / "bank").mkdir()
    return OwnRegion(tmp_path / "bank", Paths(tmp_path / "region"), 1)


def test_chapters_are_told_in_order(region: OwnRegion) -> None:
    stream = io.StringIO()
    tell_story([TRUE, TRUE], region, PlainPrinter(stream, 80))
    assert [line[-3:] for line in stream.getvalue().splitlines() if line.startswith("── ")] == ["1/2", "2/2"]


def test_a_surprise_stops_the_story(region: OwnRegion) -> None:
    stream = io.StringIO()
    with pytest.raises(NotAsExpected):
        tell_story([SURPRISE, TRUE], region, PlainPrinter(stream, 80))
    assert "2/2" not in stream.getvalue()


@pytest.mark.parametrize(("story", "status"), [([TRUE], 0), ([SURPRISE], 1)])
def test_the_exit_status_says_how_it_went(
    story: Sequence[Chapter],
    status: int,
    region: OwnRegion,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    taken: list[OwnRegion] = []

    @contextmanager
    def own_region() -> Iterator[OwnRegion]:
        try:
            yield region
        finally:
            taken.append(region)

    monkeypatch.setattr(tour, "own_region", own_region)
    monkeypatch.setattr(tour, "check_machine", lambda: None)
    monkeypatch.setattr(tour, "STORY", story)
    assert run_tour() == status
    assert taken == [region]
    said = capsys.readouterr().out
    assert "Taking the tour's region away." in said
    assert ("What you have seen" in said) is (status == 0)


def test_an_interrupt_is_passed_on(region: OwnRegion, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_story: Sequence[Chapter], _region: OwnRegion, _printer: Printer) -> None:
        raise KeyboardInterrupt

    @contextmanager
    def own_region() -> Iterator[OwnRegion]:
        yield region

    monkeypatch.setattr(tour, "own_region", own_region)
    monkeypatch.setattr(tour, "check_machine", lambda: None)
    monkeypatch.setattr(tour, "tell_story", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_tour()


def test_the_ending_says_how_to_go_on() -> None:
    lines = [line.text for line in render_ending(80, ways_on("./skywalk", "/usr/bin:/nowhere"))]
    assert any(line.startswith("  ./skywalk up --detach ") for line in lines)
    assert any(line.startswith('  eval "$(./skywalk env)" ') for line in lines)
    assert all(len(line) <= 80 for line in lines if not line.startswith("  export PATH"))


def test_who_has_no_aws_cli_is_told_where_one_is(tmp_path: Path) -> None:
    assert any("export PATH=" in command for command, _ in ways_on("skywalk", str(tmp_path)))
    (tmp_path / "aws").write_text("#!/bin/sh\n")
    (tmp_path / "aws").chmod(0o755)
    assert not any("export PATH=" in command for command, _ in ways_on("skywalk", str(tmp_path)))
