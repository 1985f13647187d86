"""Descriptors that are kept back."""

from __future__ import annotations

import logging
import os

import pytest

from skywalk.accepting.reserve import Reserve
from support.descriptors import descriptors_below, is_open


def numbers_of(reserve: Reserve) -> list[int]:
    return list(reserve._kept)


def test_one_that_is_given_up_is_the_next_that_is_opened() -> None:
    reserve = Reserve(2)
    *_, last = numbers_of(reserve)
    with descriptors_below():
        assert reserve.give_up_one()
        taken = os.open(os.devnull, os.O_RDONLY)
        assert taken == last
        reserve.fill()
        assert len(numbers_of(reserve)) == 1
        os.close(taken)
        reserve.fill()
        assert len(numbers_of(reserve)) == 2
    reserve.close()
    assert not any(is_open(number) for number in (last, *numbers_of(reserve)))


def test_there_are_no_more_than_were_kept() -> None:
    reserve = Reserve(1)
    assert [reserve.give_up_one(), reserve.give_up_one()] == [True, False]


def test_no_descriptor_of_it_is_inherited() -> None:
    reserve = Reserve(1)
    assert not os.get_inheritable(numbers_of(reserve)[0])
    reserve.close()


def test_a_shortage_is_said_once_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    reserve = Reserve(0)
    reserve.note_plenty()
    reserve.note_shortage("Too many open files")
    reserve.note_shortage("Too many open files")
    assert (reserve.shortage, reserve.turned_away) == ("Too many open files", 2)
    reserve.note_plenty()
    reserve.note_plenty()
    assert reserve.shortage is None
    assert [record.message for record in caplog.records] == [
        "no descriptors are left, new connections are turned away: Too many open files",
        "there are descriptors again: new connections are taken",
    ]
