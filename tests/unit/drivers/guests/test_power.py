from __future__ import annotations

import base64
import signal
import subprocess
from pathlib import Path

import pytest

from skywalk.drivers.driver import GuestEnd
from skywalk.drivers.linux.guests.power import (
    HOLDING,
    NOTE,
    WAIT_FOR_SIGNAL,
    WAITING,
    lay_out_commands,
    read_end,
)

SET_UP = f"""
exec {NOTE}>>"$1"; mkfifo "$2"; exec {HOLDING}<>"$2" {WAITING}<"$2"; exec sh -c "$3"
"""


def end_by(number: int, note: Path) -> GuestEnd:
    """What the init's child notes when a signal comes."""
    text = WAIT_FOR_SIGNAL.replace("while :", "echo waiting; while :")
    command = ["sh", "-c", SET_UP, "sh", str(note), str(note.with_name("pipe")), text]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"waiting\n"
        child.send_signal(number)
    return read_end(note)


@pytest.mark.parametrize(
    ("number", "end"),
    [
        (signal.SIGTERM, GuestEnd.SHUTDOWN),
        (signal.SIGPWR, GuestEnd.SHUTDOWN),
        (signal.SIGINT, GuestEnd.REBOOT),
        (signal.SIGKILL, GuestEnd.KILLED),
    ],
)
def test_a_signal_is_noted(number: int, end: GuestEnd, tmp_path: Path) -> None:
    assert end_by(number, tmp_path / "ended") is end


def test_notes(tmp_path: Path) -> None:
    note = tmp_path / "ended"
    assert read_end(note) is GuestEnd.KILLED
    note.write_text("")
    assert read_end(note) is GuestEnd.KILLED
    note.write_text("reboot\nshutdown\n")
    assert read_end(note) is GuestEnd.SHUTDOWN
    note.write_bytes(b"\xff" * 10_000 + b"\nanything\n")
    assert read_end(note) is GuestEnd.KILLED


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """The commands, with a `kill` that only tells."""
    for _, place, content, mode in lay_out_commands():
        command = tmp_path / Path(str(place)).name
        command.write_bytes(base64.b64decode(str(content)).replace(b"exec kill", b"echo kill"))
        command.chmod(int(mode))
    return tmp_path


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["shutdown"], "kill -s TERM 1\n"),
        (["shutdown", "-h", "now"], "kill -s TERM 1\n"),
        (["shutdown", "-r", "+0"], "kill -s INT 1\n"),
        (["poweroff", "-f"], "kill -s TERM 1\n"),
        (["halt"], "kill -s TERM 1\n"),
        (["reboot"], "kill -s INT 1\n"),
        (["shutdown", "+5"], "shutdown: at once alone, not at +5\n"),
        (["shutdown", "-c"], "shutdown: -c is not supported in an instance\n"),
    ],
)
def test_the_commands_of_a_guest(commands: Path, command: list[str], said: str) -> None:
    done = subprocess.run([commands / command[0], *command[1:]], capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == said
