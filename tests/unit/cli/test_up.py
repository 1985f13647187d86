"""Starting: what is refused before a daemon is, and what is said when one does not start."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from skywalk.cli import up
from skywalk.config import Paths
from skywalk.drivers.linux.permission import Obstacle
from skywalk.values.errors import SkywalkError

PATIENCE_SECONDS = 60.0


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_a_port_in_use_is_told_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SkywalkError, match=rf"port {port} cannot be had: address already in use; choose another"):
            up.check_port(port)
    up.check_port(port)


def test_where_no_namespaces_can_be_had_it_says_what_to_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    obstacle = Obstacle("unshare: Operation not permitted", ("allow this", "or run it as root"))
    monkeypatch.setattr(up, "find_obstacle", lambda: obstacle)
    with pytest.raises(SkywalkError) as refused:
        up.check_machine()
    assert str(refused.value) == (
        "this machine gives you no namespaces (unshare: Operation not permitted): allow this; or run it as root"
    )


def test_it_returns_when_the_daemon_says_so(tmp_path: Path) -> None:
    daemon = python("import os, sys; os.write(int(sys.argv[2]), b'ready\\n')")
    assert up.start_detached(Paths(tmp_path / "s"), daemon).wait() == 0
    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o700


def test_the_daemon_s_own_reason_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "skywalk.log").write_text("skywalk: an old reason\n")
    daemon = python("print('some noise'); print('skywalk: there is no region nowhere-1')")
    with pytest.raises(SkywalkError) as refusal:
        up.start_detached(Paths(tmp_path), daemon)
    assert str(refusal.value) == "the region did not start: there is no region nowhere-1"


def test_a_reason_that_no_log_takes_comes_by_the_pipe(tmp_path: Path) -> None:
    said = "failed: the state in /s/state.sqlite cannot be opened: disk is full"
    daemon = python(f"import os, sys; os.write(int(sys.argv[2]), {said!r}.encode()); raise SystemExit(1)")
    with pytest.raises(SkywalkError) as refusal:
        up.start_detached(Paths(tmp_path), daemon)
    assert str(refusal.value) == (
        "the region did not start: the state in /s/state.sqlite cannot be opened: disk is full"
    )


RUNS = {"endpoint_url": "http://127.0.0.1:4599", "region": "us-east-1", "quotas": "aws"}


def test_an_uplink_needs_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "may_manage_networks", lambda: True)
    up.check_uplink()
    monkeypatch.setattr(up, "may_manage_networks", lambda: False)
    with pytest.raises(SkywalkError, match="an uplink needs root: without it the region is in namespaces"):
        up.check_uplink()


@pytest.mark.parametrize("asked", [{}, {"port": 4599}, {"port": 4599, "region": "us-east-1", "quotas": "aws"}])
def test_a_region_that_runs_as_it_was_asked_for(asked: dict[str, Any]) -> None:
    nothing = {"port": None, "region": None, "quotas": None, "uplink": False}
    up.check_settings(RUNS, argparse.Namespace(**{**nothing, **asked}), Paths(Path("/s")))


@pytest.mark.parametrize(
    ("asked", "runs_with"),
    [
        ({"port": 4600}, "--port 4599"),
        ({"region": "eu-west-1"}, "--region us-east-1"),
        ({"quotas": "off"}, "--quotas aws"),
        ({"port": 4600, "quotas": "off", "region": "us-east-1"}, "--port 4599 --quotas aws"),
        ({"uplink": True}, "no uplink"),
    ],
)
def test_a_region_that_runs_otherwise(asked: dict[str, Any], runs_with: str) -> None:
    given = argparse.Namespace(**{"port": None, "region": None, "quotas": None, "uplink": False, **asked})
    with pytest.raises(SkywalkError) as refusal:
        up.check_settings(RUNS, given, Paths(Path("/s")))
    assert str(refusal.value) == (
        f"the region in /s runs already, with {runs_with}; to change that, stop it first: skywalk down --state-dir /s"
    )


def test_without_a_reason_the_end_of_its_log_is_shown(tmp_path: Path) -> None:
    (tmp_path / "skywalk.log").write_text("of another day\n")
    daemon = python("[print(n) for n in range(20)]; raise SystemExit(1)")
    with pytest.raises(SkywalkError) as refusal:
        up.start_detached(Paths(tmp_path), daemon)
    first, *lines = str(refusal.value).splitlines()
    assert first == f"the region did not start; the end of {tmp_path}/skywalk.log:"
    assert lines == [str(number) for number in range(8, 20)]


def test_a_state_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("")
    with pytest.raises(SkywalkError, match=r"the state directory .*/s cannot be used: File exists"):
        up.start_detached(Paths(tmp_path / "s"), python("pass"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_takes_the_daemon_back(tmp_path: Path, number: signal.Signals) -> None:
    daemon = python("import os, time; print(os.getpid(), flush=True); time.sleep(60)")
    log = Paths(tmp_path).log

    def interrupt() -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (log.exists() and log.read_text().endswith("\n")) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        up.start_detached(Paths(tmp_path), daemon)
    thread.join()
    assert not Path(f"/proc/{log.read_text().strip()}").exists()


def test_the_daemon_is_asked_for_what_was_given() -> None:
    argv = up.daemon_command(Paths(Path("/s")), 4600, "eu-west-1", "off")
    assert argv[1:] == [
        *("-m", "skywalk.app", "--state-dir", "/s", "--port", "4600", "--region", "eu-west-1", "--quotas", "off")
    ]
    assert subprocess.run([argv[0], "--version"], check=False).returncode == 0


def test_what_was_not_asked_for_of_logs_is_left_to_the_configuration() -> None:
    assert up.log_options(None, None) == []
    assert up.log_options("json", None) == ["--log-format", "json"]
    assert up.log_options("text", "debug") == ["--log-format", "text", "--log-level", "debug"]
