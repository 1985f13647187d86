"""The pages that show sessions, each from its first command to its last in one shell: every command, and every answer
that they show. The guides are one session."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from support.guide import pages, steps
from support.guide_shell import problem, shell_of
from support.live_region import ROOT, free_port, live_region

pytestmark = pytest.mark.live


def run_through(session: Sequence[Path]) -> None:
    with live_region(started=False) as region, shell_of(region) as shell:
        port = free_port()
        for page in session:
            for step in steps(page):
                found = problem(shell, step, port)
                assert found is None, f"{found}\n{region.logs()}"


def test_every_command_of_the_guides_does_what_the_page_shows() -> None:
    run_through(pages())


def test_every_command_of_the_page_on_operation_does_what_it_shows() -> None:
    run_through([ROOT / "docs" / "reference" / "operation.md"])
