"""No test is lost between the processes that `./test` starts: each file goes to one of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from support.sharing import LONGEST_FIRST, VARIABLE, Share, rank, share_of

HERE = Path(__file__).parent
LIVE = HERE / "live"
MARK = re.compile(r"\npytestmark = (\[\s+)?pytest\.mark\.live\b")


def files(folder: Path) -> Iterator[Path]:
    return folder.rglob("test_*.py")


def test_a_file_goes_to_the_first_who_asks(tmp_path: Path) -> None:
    one, other = (Share(tmp_path) for _ in range(2))
    files = [Path("live/test_a.py"), Path("live/test_b.py"), Path("live/test_c.py")]
    assert one.takes(files[0])
    assert other.takes(files[1])
    # In pytest's order: each test of a file asks, and what another one has is passed over.
    assert [one.takes(file) for file in [*files, *files]] == [True, False, True] * 2
    assert [other.takes(file) for file in [*files, *files]] == [False, True, False] * 2


def test_one_process_alone_shares_nothing(tmp_path: Path) -> None:
    assert share_of({}) is None
    share = share_of({VARIABLE: str(tmp_path)})
    assert share is not None
    assert share.takes(LIVE / "test_cli.py")
    assert os.listdir(tmp_path) == ["test_cli"]


def test_the_longest_come_first() -> None:
    ordered = sorted(files(LIVE), key=rank)
    assert [path.stem for path in ordered[: len(LONGEST_FIRST)]] == list(LONGEST_FIRST)


def test_live_tests_are_those_of_the_live_folder() -> None:
    """`./test` looks for them there only, and takes all others for tests that need no root."""
    assert [path.name for path in files(LIVE) if not MARK.search(path.read_text())] == []
    marked = [path for path in files(HERE) if "pytest.mark.live" in path.read_text()]
    assert [path for path in marked if LIVE not in path.parents and path != Path(__file__)] == []
