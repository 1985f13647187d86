"""Running what is typed."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from skywalk.demo import runner
from skywalk.demo.runner import Outcome, ProcessRunner, user_environment

PATIENCE_SECONDS = 60.0


def test_output_and_errors_come_in_one_text(tmp_path: Path) -> None:
    outcome = ProcessRunner(dict(os.environ), tmp_path).run("sh -c 'pwd; echo no >&2; exit 3'")
    assert outcome == Outcome(3, f"{tmp_path}\nno\n")


def test_exported_variables_reach_later_commands(tmp_path: Path) -> None:
    run = ProcessRunner({"PATH": os.environ["PATH"]}, tmp_path)
    run.add_environment({"WHO": "teller"})
    assert run.run("sh -c 'echo $WHO'").output == "teller\n"


def test_skywalk_is_this_program(tmp_path: Path) -> None:
    outcome = ProcessRunner(dict(os.environ), tmp_path).run("skywalk --version")
    assert outcome.output.startswith("skywalk ")


def test_a_program_that_is_not_there_has_failed(tmp_path: Path) -> None:
    assert ProcessRunner(dict(os.environ), tmp_path).run("no-such-program") == Outcome(
        127, "no-such-program: command not found"
    )


def test_what_takes_too_long_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "COMMAND_SECONDS", 0.1)
    outcome = ProcessRunner(dict(os.environ), tmp_path).run("sleep 60")
    assert outcome.status == 124


def test_the_end_ends_what_runs_and_starts_nothing_more(tmp_path: Path) -> None:
    run = ProcessRunner(dict(os.environ), tmp_path)
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(run.run("sh -c 'echo > started; exec sleep 60'")))
    thread.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (tmp_path / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    run.end()
    thread.join(PATIENCE_SECONDS)
    assert [outcome.status for outcome in outcomes] == [-15]
    with pytest.raises(InterruptedError):
        run.run("true")


def test_the_user_s_own_aws_settings_are_neither_read_nor_written() -> None:
    caller = {
        "HOME": "/h",
        "PATH": "/bin",
        "AWS_PROFILE": "prod",
        "AWS_ENDPOINT_URL": "x",
        "SKYWALK_STATE_DIR": "/mine",
    }
    environment = user_environment(caller, Path("/tour"))
    assert environment["SKYWALK_STATE_DIR"] == "/tour"
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert environment["AWS_PAGER"] == ""
    assert "AWS_PROFILE" not in environment
    assert "AWS_ENDPOINT_URL" not in environment
    assert environment["PATH"] == f"{Path(sys.executable).parent}:/bin"
    assert environment["HOME"] == "/h"
