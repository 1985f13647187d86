"""The journal: what is found after a kill, whole, torn, or of another state."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

import pytest

from skywalk.backends.journal import BODIES, JOURNAL, Change, Finished, Journal


def change(name: str, file_name: str = "") -> Change:
    content = None if file_name else name.encode()
    return Change("PUT", f"/{name}", (("host", "h"),), 17, b"seed", content, file_name)


class Opened:
    """One process's use of the journal."""

    def __init__(self, folder: Path, generation: int = 0) -> None:
        self.journal = Journal(folder)
        self.found: list[Finished] = list(self.journal.read(generation))

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.journal.close()

    def do(self, name: str, *keys: bytes, answer_sum: int = 1) -> None:
        self.journal.begin(change(name))
        self.journal.finish(keys, answer_sum)

    @property
    def targets(self) -> list[str]:
        return [one.change.target for one in self.found]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A folder whose journal has three finished changes."""
    with Opened(tmp_path) as opened:
        opened.do("a")
        opened.do("b", b"key 1", b"key 2", answer_sum=2)
        opened.do("c")
    return tmp_path


def test_changes_are_found_in_their_order(written: Path) -> None:
    with Opened(written) as opened:
        assert opened.found == [
            Finished(change("a"), (), 1),
            Finished(change("b"), (b"key 1", b"key 2"), 2),
            Finished(change("c"), (), 1),
        ]
        opened.do("d")
    with Opened(written) as opened:
        assert opened.targets == ["/a", "/b", "/c", "/d"]


def test_a_change_that_was_not_finished_is_none(written: Path) -> None:
    with Opened(written) as opened:
        opened.journal.begin(change("refused"))
        opened.do("d", b"its key")
        opened.journal.begin(change("killed"))
    with Opened(written) as opened:
        assert opened.targets == ["/a", "/b", "/c", "/d"]
        assert opened.found[-1].keys == (b"its key",)


def test_any_torn_end_is_left_out_and_written_over(written: Path) -> None:
    whole = (written / JOURNAL).read_bytes()
    with Opened(written) as opened:
        opened.do("last")
    longer = (written / JOURNAL).read_bytes()
    for end in range(len(whole), len(longer)):
        (written / JOURNAL).write_bytes(longer[:end])
        with Opened(written) as opened:
            assert opened.targets == ["/a", "/b", "/c"]
            opened.do("d")
        with Opened(written) as opened:
            assert opened.targets == ["/a", "/b", "/c", "/d"]


def test_zeros_and_what_was_damaged_end_it(written: Path) -> None:
    whole = (written / JOURNAL).read_bytes()
    (written / JOURNAL).write_bytes(whole + bytes(100))
    with Opened(written) as opened:
        assert opened.targets == ["/a", "/b", "/c"]
    at = whole.index(b"/b")
    (written / JOURNAL).write_bytes(whole[:at] + b"x" + whole[at + 1 :])
    with Opened(written) as opened:
        assert opened.targets == ["/a"]


def test_it_is_of_one_state_alone(written: Path) -> None:
    with Opened(written, generation=1) as opened:
        assert opened.found == []
        opened.do("after the first state")
    with Opened(written, generation=1) as opened:
        assert opened.targets == ["/after the first state"]
        opened.journal.restart(2)
        opened.do("after the second")
    with Opened(written, generation=2) as opened:
        assert opened.targets == ["/after the second"]


def test_files_of_bodies_are_there_as_long_as_a_change_names_them(tmp_path: Path) -> None:
    with Opened(tmp_path) as opened:
        for name in ("named", "arriving", "left"):
            (tmp_path / BODIES / name).write_bytes(b"x")
        opened.journal.begin(change("a", "named"))
        opened.journal.finish((), 1)
    (tmp_path / BODIES / "arriving").unlink()
    with Opened(tmp_path) as opened:
        assert [path.name for path in (tmp_path / BODIES).iterdir()] == ["named"]
        (tmp_path / BODIES / "arriving").write_bytes(b"x")
        opened.journal.restart(1)
        assert [path.name for path in (tmp_path / BODIES).iterdir()] == ["arriving"]


def test_after_a_restart_that_failed_nothing_can_be_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with Opened(tmp_path) as opened:
        with monkeypatch.context() as patched:
            patched.setattr("os.pwrite", no_room)
            with pytest.raises(OSError, match="No space left"):
                opened.journal.restart(1)
        with pytest.raises(OSError, match="the saved state has no journal"):
            opened.journal.begin(change("a"))
        opened.journal.restart(2)
        opened.do("b")
    with Opened(tmp_path, generation=2) as opened:
        assert opened.targets == ["/b"]


def test_what_found_no_room_leaves_nothing(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def little_room(descriptor: int, data: bytes, at: int) -> int:
        if at >= size + 4:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[:4], at)

    size, real = (written / JOURNAL).stat().st_size, os.pwrite
    with Opened(written) as opened:
        with monkeypatch.context() as patched:
            patched.setattr("os.pwrite", little_room)
            with pytest.raises(OSError, match="No space left"):
                opened.journal.begin(change("refused"))
        assert (written / JOURNAL).stat().st_size == size
        opened.do("d")
    with Opened(written) as opened:
        assert opened.targets == ["/a", "/b", "/c", "/d"]
