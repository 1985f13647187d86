"""Whether the disk takes anything: known from commits, and tried where it is not known."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.control.measured_store import BELIEVED_SECONDS, DOUBTED_SECONDS, MeasuredPersistence
from skywalk.resources.persist import NoPersistence, NotKeptError
from skywalk.values.clock import FixedClock


class Disk(NoPersistence):
    def __init__(self) -> None:
        self.is_full = False
        self.tried = 0

    def write(self, revision: int, put: Any, removed: Any) -> None:
        if self.is_full:
            raise NotKeptError("the change cannot be kept: its disk is full")

    def try_writing(self) -> None:
        self.tried += 1
        if self.is_full:
            raise NotKeptError("nothing can be kept: its disk is full")


class Watched:
    def __init__(self) -> None:
        self.disk, self.clock = Disk(), FixedClock()
        self.persistence = MeasuredPersistence(self.disk, self.clock)


def test_a_full_disk_is_noticed_without_a_call_that_fails_and_so_is_room() -> None:
    watched = Watched()
    assert watched.persistence.trouble() is None
    watched.disk.is_full = True
    watched.clock.advance(BELIEVED_SECONDS)
    assert watched.persistence.trouble() == "nothing can be kept: its disk is full"
    watched.disk.is_full = False
    watched.clock.advance(DOUBTED_SECONDS)
    assert watched.persistence.trouble() is None


def test_what_commits_tell_needs_no_trial() -> None:
    watched = Watched()
    watched.persistence.write(1, [], [])
    assert watched.persistence.trouble() is None
    watched.disk.is_full = True
    with pytest.raises(NotKeptError):
        watched.persistence.write(2, [], [])
    assert watched.persistence.trouble() == "the change cannot be kept: its disk is full"
    watched.disk.is_full = False
    watched.persistence.write(2, [], [])
    assert watched.persistence.trouble() is None
    assert watched.disk.tried == 0


def test_it_is_not_tried_for_everybody_who_asks() -> None:
    watched = Watched()
    for _ in range(100):
        watched.persistence.trouble()
    assert watched.disk.tried == 1
