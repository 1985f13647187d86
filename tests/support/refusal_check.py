"""The tests meet every refusal: a run of all tests that need no root fails where one was met by none.

A plugin of pytest; `tests/conftest.py` switches it on. It speaks at the end of a run of everything in one process;
whoever picks tests, or splits them, hears nothing, or that nothing was checked.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.refusal_places import Refusing
from support.refusal_record import RefusalRecord

TESTS = Path(__file__).parents[1]
NEEDED = ("unit", "wire")
"""Folders whose tests must all have run."""

EXPLANATION = (
    "these are refusals that no test meets: write one through the action, which asserts code and message, or delete "
    "what nothing reaches"
)


class RefusalCheck:
    """One run's record and its judgement."""

    def __init__(self) -> None:
        self.refusing = Refusing()
        self.record = RefusalRecord()
        self.chosen: set[Path] = set()
        self.left_out = False
        self.done = 0
        self.report: list[str] = []

    def pytest_sessionstart(self) -> None:
        self.record.start(self.refusing.paths)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.left_out |= any(item.get_closest_marker("live") is None for item in items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.chosen = {item.path for item in session.items if item.get_closest_marker("live") is None}
        if self.is_whole(session.config):
            self.refusing.read()

    def pytest_runtest_logfinish(self) -> None:
        self.done += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        has_ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and self.done == len(session.items)
        if not has_ended or not self.is_whole(session.config):
            return
        unmet = self.record.unmet(self.refusing)
        if unmet:
            self.report = [*unmet, f"{len(unmet)} refusals: {EXPLANATION}"]
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.report:
            terminalreporter.section("refusals that no test meets", red=True)
            for line in self.report:
                terminalreporter.line(line)

    def is_whole(self, config: pytest.Config) -> bool:
        """Whether every test without root was to run, in this process."""
        is_part = self.left_out or hasattr(config, "workerinput") or bool(config.getoption("collectonly"))
        needed = {path for folder in NEEDED for path in (TESTS / folder).rglob("test_*.py")}
        return not is_part and needed <= self.chosen
