from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterator

import pytest

from skywalk.drivers.linux.guests.ends import Ends
from skywalk.drivers.linux.guests.records import Record, describe_process

INSTANCE = "i-1"


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as made:
        yield made


def record(process: subprocess.Popen[bytes]) -> Record:
    return describe_process(process.pid, "/proc/self/ns/net")


def is_readable(ends: Ends, seconds: float) -> bool:
    return bool(select.select([ends.descriptor], [], [], seconds)[0])


def test_an_end_is_noticed_once(process: subprocess.Popen[bytes]) -> None:
    ends = Ends()
    assert ends.follow(INSTANCE, record(process))
    assert ends.take() == frozenset()
    assert not is_readable(ends, 0)
    process.kill()
    assert is_readable(ends, 10)
    assert ends.take() == {INSTANCE}
    assert ends.take() == frozenset()
    assert not is_readable(ends, 0)


def test_what_is_no_longer_followed_is_not_told(process: subprocess.Popen[bytes]) -> None:
    ends = Ends()
    assert ends.follow(INSTANCE, record(process))
    ends.forget(INSTANCE)
    process.kill()
    process.wait()
    assert not is_readable(ends, 0)
    assert ends.take() == frozenset()


def test_another_process_with_that_id_is_not_followed(process: subprocess.Popen[bytes]) -> None:
    ends = Ends()
    assert not ends.follow(INSTANCE, record(process)._replace(started=1))
    assert ends.take() == frozenset()


def test_one_that_is_gone_already_is_not_followed(process: subprocess.Popen[bytes]) -> None:
    gone = record(process)
    process.kill()
    process.wait()
    assert not Ends().follow(INSTANCE, gone)


def test_ends_that_are_known_make_the_descriptor_readable() -> None:
    ends = Ends()
    ends.add(INSTANCE)
    assert is_readable(ends, 0)
    assert ends.take() == {INSTANCE}
    assert not is_readable(ends, 0)


def test_descriptors_are_given_back(process: subprocess.Popen[bytes]) -> None:
    before = len(os.listdir("/proc/self/fd"))
    ends = Ends()
    ends.follow(INSTANCE, record(process))
    ends.follow(INSTANCE, record(process))
    del ends
    assert len(os.listdir("/proc/self/fd")) == before
