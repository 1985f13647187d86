from __future__ import annotations

import os
from pathlib import Path

import pytest

from skywalk.drivers.driver import GuestEnd
from skywalk.drivers.linux.guests.records import describe_process, write_record
from skywalk.drivers.linux.guests.runtime import LinuxGuests
from support.guests import guest

_NAMESPACE = "/proc/self/ns/net"
_ID = "i-0123456789abcdef0"


@pytest.fixture
def guests(tmp_path: Path) -> LinuxGuests:
    (tmp_path / "run/guests").mkdir(parents=True)
    return LinuxGuests(tmp_path / "run", tmp_path / "state", [], tmp_path / "ca.pem")


def _record(tmp_path: Path, started: int | None = None) -> Path:
    path = tmp_path / f"run/guests/{_ID}.json"
    record = describe_process(os.getpid(), _NAMESPACE)
    write_record(path, record if started is None else record._replace(started=started))
    return path


def test_a_running_guest_is_found_and_can_be_entered(guests: LinuxGuests, tmp_path: Path) -> None:
    _record(tmp_path)
    assert guests.observe() == {_ID}
    entrance = guests.entrance(_ID)
    assert entrance is not None
    assert (entrance.init_pid, entrance.root, entrance.namespace) == (
        os.getpid(),
        f"/proc/{os.getpid()}/root",
        _NAMESPACE,
    )


def test_a_reused_process_id_is_no_guest(guests: LinuxGuests, tmp_path: Path) -> None:
    path = _record(tmp_path, started=1)
    assert guests.entrance(_ID) is None
    guests.stop(_ID)
    assert not path.exists()
    path = _record(tmp_path, started=1)
    assert guests.observe() == frozenset()
    assert guests.take_ended() == {_ID: GuestEnd.KILLED}
    assert not path.exists()


def test_what_is_not_there_can_be_stopped_and_forgotten(guests: LinuxGuests, tmp_path: Path) -> None:
    layers = tmp_path / f"state/instances/{_ID}/layers"
    layers.mkdir(parents=True)
    guests.stop(_ID)
    guests.update(guest())
    assert layers.is_dir()
    guests.forget(_ID)
    assert not layers.parent.exists()
    guests.remove_all()
    assert list((tmp_path / "run").iterdir()) == []


def test_a_console_shows_its_end(guests: LinuxGuests, tmp_path: Path) -> None:
    assert guests.console_output(_ID) == b""
    guests.console(_ID).parent.mkdir(parents=True)
    guests.console(_ID).write_bytes(b"first\n" + b"x" * 65535 + b"\n")
    assert guests.console_output(_ID) == b"x" * 65535 + b"\n"
    guests.stop(_ID)
    assert len(guests.console_output(_ID)) == 65536
    guests.forget(_ID)
    assert guests.console_output(_ID) == b""
