from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from skywalk.drivers.linux.guests.records import (
    describe_process,
    has_process,
    is_alive,
    read_record,
    read_records,
    write_record,
)

_NAMESPACE = "/proc/self/ns/net"


def test_a_record_comes_back(tmp_path: Path) -> None:
    record = describe_process(os.getpid(), _NAMESPACE, "eu-west-1")
    write_record(tmp_path / "i-1.json", record)
    assert read_record(tmp_path / "i-1.json") == record
    assert list(read_records(tmp_path)) == [(tmp_path / "i-1.json", record)]
    assert record.network_namespace == os.stat(_NAMESPACE).st_ino


def test_a_broken_record_is_none(tmp_path: Path) -> None:
    (tmp_path / "i-1.json").write_text('{"pid": 1')
    (tmp_path / "i-2.json").write_text('{"process": 1}')
    assert list(read_records(tmp_path)) == [(tmp_path / "i-1.json", None), (tmp_path / "i-2.json", None)]
    assert read_record(tmp_path / "i-3.json") is None


def test_a_later_process_with_the_same_number_is_another() -> None:
    record = describe_process(os.getpid(), _NAMESPACE)
    assert is_alive(record)
    assert has_process(record)
    assert not has_process(record._replace(started=record.started - 1))
    assert not is_alive(record._replace(started=record.started - 1))
    assert not is_alive(record._replace(pid_namespace=1))


def test_a_process_that_has_ended_but_is_not_reaped_is_dead() -> None:
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as process:
        record = describe_process(process.pid, _NAMESPACE)
        assert is_alive(record)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not is_alive(record)


def test_a_record_of_an_older_skywalk_has_no_region(tmp_path: Path) -> None:
    older = describe_process(os.getpid(), _NAMESPACE)._asdict()
    del older["region"]
    (tmp_path / "i-1.json").write_text(json.dumps(older))
    found = read_record(tmp_path / "i-1.json")
    assert found is not None
    assert (found.pid, found.region) == (os.getpid(), "")
