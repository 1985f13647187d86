"""The relay between unix sockets and backends by URL, as a process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from skywalk.backends.process import listener_process_id
from skywalk.backends.relay import end_relay, ensure_relay
from support.waiting import wait_until


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says everything back, until its client has said all."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection = listening.accept()[0]
                except OSError:
                    return
                with connection:
                    while piece := connection.recv(65536):
                        connection.sendall(piece)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture(autouse=True)
def _goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    # Else the collector complains of a process that is meant to go on.
    monkeypatch.setattr(subprocess.Popen, "__del__", lambda self: None)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    end_relay(tmp_path / "backends.json")


def settings(folder: Path, port: int) -> str:
    return json.dumps({"s3": {"url": f"http://127.0.0.1:{port}/path", "door": str(folder / "s3.sock")}})


def ensure(folder: Path, port: int) -> int | None:
    """The process that runs."""
    ensure_relay(folder / "backends.json", settings(folder, port), folder / "log")
    return listener_process_id(folder / "s3.sock")


def say(folder: Path, text: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(folder / "s3.sock"))
        with contextlib.suppress(BrokenPipeError):  # whoever is there may have ended it already
            client.sendall(text)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_bytes_go_both_ways_and_ends_too(folder: Path, echo: int) -> None:
    ensure(folder, echo)
    text = os.urandom(1 << 20)
    heard: list[bytes] = []
    asking = threading.Thread(target=lambda: heard.append(say(folder, text[:50_000])))
    asking.start()
    assert say(folder, b"short") == b"short"
    asking.join()
    assert heard == [text[:50_000]]
    assert (folder / "s3.sock").stat().st_mode & 0o777 == 0o600
    assert (folder / "backends.json").stat().st_mode & 0o777 == 0o600


def test_one_that_runs_with_these_settings_is_left_alone(folder: Path, echo: int) -> None:
    first = ensure(folder, echo)
    assert first is not None
    assert ensure(folder, echo) == first
    other = ensure(folder, 1)
    assert other not in {None, first}


def test_one_that_was_killed_is_started_again(folder: Path, echo: int) -> None:
    first = ensure(folder, echo)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    assert ensure(folder, echo) not in {None, first}
    assert say(folder, b"x") == b"x"


def test_a_backend_that_is_not_there_ends_the_connection(folder: Path) -> None:
    ensure(folder, 1)
    assert say(folder, b"") == b""


def test_ended_nobody_listens(folder: Path, echo: int) -> None:
    process = ensure(folder, echo)
    assert process is not None
    end_relay(folder / "backends.json")
    os.waitpid(process, 0)
    wait_until(lambda: listener_process_id(folder / "s3.sock") is None)
    end_relay(folder / "backends.json")
    end_relay(folder / "missing.json")
