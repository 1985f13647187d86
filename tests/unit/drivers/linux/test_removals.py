from __future__ import annotations

import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from skywalk.drivers.linux.removals import Removals


@pytest.fixture
def removals() -> Iterator[Removals]:
    made = Removals()
    yield made
    made.close()


def folder(tmp_path: Path, name: str, *files: str) -> Path:
    made = tmp_path / name
    made.mkdir()
    for file in files:
        (made / file).touch()
    return made


def test_names_that_are_removed_or_moved_away_are_told(removals: Removals, tmp_path: Path) -> None:
    one, two = folder(tmp_path, "one", "a", "b"), folder(tmp_path, "two", "c")
    removals.add(one)
    removals.add(two)
    (one / "new").touch()
    assert removals.take() == []
    (one / "a").unlink()
    (two / "c").rename(tmp_path / "elsewhere")
    assert select.select([removals.descriptor], [], [], 0)[0]
    assert removals.take() == [one / "a", two / "c"]
    assert removals.take() == []


def test_a_folder_is_looked_at_until_it_is_taken_away(removals: Removals, tmp_path: Path) -> None:
    one = folder(tmp_path, "one", "a", "b")
    removals.add(one)
    removals.add(one)
    (one / "a").unlink()
    assert removals.take() == [one / "a"]
    removals.remove(one)
    removals.remove(one)
    (one / "b").unlink()
    assert removals.take() == []


def test_a_folder_made_anew_can_be_looked_at_again(removals: Removals, tmp_path: Path) -> None:
    one = folder(tmp_path, "one", "a")
    removals.add(one)
    (one / "a").unlink()
    one.rmdir()
    assert removals.take() == [one / "a"]
    folder(tmp_path, "one", "b")
    removals.add(one)
    (one / "b").unlink()
    assert removals.take() == [one / "b"]


def test_a_folder_that_is_not_there(removals: Removals, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        removals.add(tmp_path / "nowhere")
