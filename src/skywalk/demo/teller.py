"""Telling a chapter: its steps performed in order, each shown as it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from skywalk.demo.commands import fill, read_exports
from skywalk.demo.judge import Measurement, Unmet, judge, judge_packets, measure, packets
from skywalk.demo.printer import Printer
from skywalk.demo.render import (
    BLANK,
    Line,
    render_command,
    render_counters,
    render_failed,
    render_file,
    render_heading,
    render_output,
    render_passed,
    render_side_by_side,
)
from skywalk.demo.runner import Outcome, Runner
from skywalk.demo.story import (
    SUCCEEDS,
    Chapter,
    CountedTraffic,
    Evaluate,
    Export,
    File,
    MeasuredWay,
    Run,
    SideBySide,
    Step,
    Together,
)
from skywalk.values.errors import SkywalkError

AT_ONCE = 3
"""Commands that run at the same time: each takes most of a processor for a second."""

Counters = Mapping[str, Mapping[str, int]]


class NotAsExpected(SkywalkError):
    """A step came to something else than its expectation; it has been shown."""


class Teller:
    """`facts` is what the steps found, by name; `folder` is where commands find files; `read_counters` answers
    packets and bytes by owner."""

    def __init__(
        self,
        runner: Runner,
        printer: Printer,
        folder: Path,
        read_counters: Callable[[], Counters],
        facts: MutableMapping[str, str],
    ) -> None:
        self._runner = runner
        self._printer = printer
        self._folder = folder
        self._read_counters = read_counters
        self._after_blank = True
        self._measured: dict[str, Measurement] = {}
        self.facts = facts

    def tell(self, number: int, count: int, chapter: Chapter) -> None:
        """Raises NotAsExpected at the first step that comes out otherwise."""
        self._show(render_heading(number, count, chapter.title, chapter.why, self._printer.width))
        for step in chapter.steps:
            self._perform(step)

    def _show(self, lines: Iterable[Line]) -> None:
        """One blank line at a time."""
        for line in lines:
            if line != BLANK or not self._after_blank:
                self._printer.show([line])
            self._after_blank = line == BLANK

    def _perform(self, step: Step) -> None:
        match step:
            case Run():
                self._run(step)
            case Together(runs):
                self._run_together(runs)
            case Evaluate():
                self._evaluate(step)
            case Export():
                self._export(step)
            case File():
                self._write(step)
            case CountedTraffic():
                self._count(step)
            case MeasuredWay():
                self._measure(step)
            case SideBySide():
                self._compare(step)

    def _run(self, run: Run) -> Outcome:
        command = self._show_command(run)
        with self._printer.busy("running …"):
            outcome = self._runner.run(command)
        self._conclude(run, outcome)
        return outcome

    def _run_together(self, runs: tuple[Run, ...]) -> None:
        commands = [fill(run.command, self.facts) for run in runs]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = [pool.submit(self._runner.run, command) for command in commands]
            try:
                for run, outcome in zip(runs, outcomes, strict=True):
                    self._show_command(run)
                    with self._printer.busy("running …"):
                        came = outcome.result()
                    self._conclude(run, came)
            except BaseException:
                _give_up(outcomes)
                self._runner.end()
                raise

    def _evaluate(self, step: Evaluate) -> None:
        self._show(render_command(f'eval "$({step.command})"', step.note, self._printer.width))
        outcome = self._runner.run(step.command)
        unmet = judge(SUCCEEDS, outcome)
        if unmet is None:
            self._runner.add_environment(read_exports(outcome.output))
        self._end_step(unmet, step.proves)

    def _export(self, step: Export) -> None:
        self._show(render_command(f"export {step.name}={step.value}", step.note, self._printer.width))
        self._runner.add_environment({step.name: step.value})

    def _write(self, file: File) -> None:
        text = fill(file.text, self.facts)
        (self._folder / file.name).write_text(text)
        if file.shows:
            self._show(render_file(file.name, text, self._printer.width))

    def _count(self, traffic: CountedTraffic) -> None:
        before = self._read_counters()
        self._run(traffic.run)
        after = self._read_counters()
        through, past = self.facts[traffic.through], self.facts[traffic.past]
        missing = next((owner for owner in (through, past) if owner not in before or owner not in after), None)
        if missing is not None:
            self._fail(Unmet(f"counters of {missing}", f"counters of {', '.join(sorted(after)) or 'nobody'}"))
        named = ((through, f"gateway endpoint {through}"), (past, f"internet gateway of {past}"))
        self._show(render_counters(named, before, after))
        grown = [packets(after[owner]) - packets(before[owner]) for owner in (through, past)]
        self._end_step(judge_packets(grown[0], grown[1], traffic.least_packets), traffic.proves)

    def _measure(self, way: MeasuredWay) -> None:
        stops = tuple(replace(stop, owner=fill(stop.owner, self.facts)) for stop in way.stops)
        expected = tuple(fill(owner, self.facts) for owner in way.expected)
        before = self._read_counters()
        outcome = self._run(way.run)
        measured = measure(replace(way, stops=stops, expected=expected), outcome.output, before, self._read_counters())
        if isinstance(measured, Unmet):
            self._fail(measured)
        self._measured[way.keep] = measured

    def _compare(self, step: SideBySide) -> None:
        self._show(render_side_by_side([(title, self._measured[kept]) for title, kept in step.columns]))
        self._end_step(None, step.proves)

    def _show_command(self, run: Run) -> str:
        command = fill(run.command, self.facts)
        self._show(render_command(command, run.note, self._printer.width))
        return command

    def _conclude(self, run: Run, outcome: Outcome) -> None:
        expectation = replace(run.expect, says=fill(run.expect.says, self.facts))
        unmet = judge(expectation, outcome)
        self._show(render_output(outcome.output, self._printer.width))
        self._end_step(unmet, fill(run.proves, self.facts))
        if run.keep:
            self.facts[run.keep] = outcome.output.strip()

    def _end_step(self, unmet: Unmet | None, proves: str) -> None:
        if unmet is not None:
            self._fail(unmet)
        if proves:
            self._show(render_passed(proves, self._printer.width))

    def _fail(self, unmet: Unmet) -> NoReturn:
        self._show([*render_failed(unmet, self._printer.width), BLANK])
        raise NotAsExpected(f"expected {unmet.expected}; came {unmet.came}")


def _give_up(outcomes: list[Future[Outcome]]) -> None:
    for outcome in outcomes:
        outcome.cancel()
