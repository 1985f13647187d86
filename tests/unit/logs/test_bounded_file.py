"""A log stays small and whole, with several writers, without its folder, and on a full disk."""

from __future__ import annotations

import errno
import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from skywalk.logs import bounded_file
from skywalk.logs.bounded_file import BoundedFile
from skywalk.logs.lines import TextLines
from skywalk.logs.setup import Log

LINE = "x" * 99 + "\n"


def test_lines_are_appended_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("before\n")
    path.chmod(0o600)
    file = BoundedFile(path)
    file.write("one\n")
    file.write("two\n")
    file.close()
    assert path.read_text() == "before\none\ntwo\n"
    other = BoundedFile(tmp_path / "new")
    other.write("one\n")
    other.close()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600


def test_what_is_too_large_is_moved_aside_and_what_was_aside_goes(tmp_path: Path) -> None:
    path = tmp_path / "log"
    file = BoundedFile(path, max_bytes=1000)
    for number in range(35):
        file.write(f"{number:04}" + LINE[4:])
    file.close()
    numbers = [int(line[:4]) for name in ("log.1", "log") for line in (tmp_path / name).read_text().splitlines()]
    assert numbers == list(range(20, 35))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["log", "log.1"]
    assert all(one.stat().st_size <= 1000 for one in tmp_path.iterdir())


def test_several_processes_lose_and_mix_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log"
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from skywalk.logs.bounded_file import BoundedFile\n"
        "file = BoundedFile(Path(sys.argv[1]), max_bytes=150_000)\n"
        "for number in range(1000):\n"
        "    file.write(f'{sys.argv[2]} {number:04} ' + 'x' * 90 + '\\n')\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, str(path), str(one)]) for one in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    lines = [line for name in ("log.1", "log") for line in (tmp_path / name).read_text().splitlines()]
    assert {len(line) for line in lines} == {97}
    assert len(lines) > 1400  # 200 kB were written, two files hold 150 kB each
    for one in "01":
        numbers = [int(line.split()[1]) for line in lines if line.startswith(one)]
        assert numbers == list(range(numbers[0], 1000))


def test_the_outputs_of_the_process_follow(tmp_path: Path) -> None:
    path = tmp_path / "log"
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from skywalk.logs.bounded_file import BoundedFile\n"
        "file = BoundedFile(Path(sys.argv[1]), max_bytes=200, outputs=(1, 2))\n"
        "for number in range(5):\n"
        "    file.write('x' * 99 + '\\n')\n"
        "os.write(2, b'said of a crash\\n')\n"
        "print('printed')\n"
    )
    with path.open("ab") as output:
        subprocess.run([sys.executable, "-c", program, str(path)], stdout=output, stderr=output, check=True)
    assert path.read_text().splitlines()[1:] == ["said of a crash", "printed"]


def test_a_file_that_was_removed_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_file, "LOOK_SECONDS", 0.0)
    path = tmp_path / "log"
    file = BoundedFile(path)
    file.write("one\n")
    path.unlink()
    file.write("two\n")
    file.close()
    assert path.read_text() == "two\n"


def test_without_its_folder_lines_are_lost_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_file, "LOOK_SECONDS", 0.0)
    file = BoundedFile(tmp_path / "none" / "log")
    file.write("one\n")
    (tmp_path / "none").mkdir()
    file.write("two\n")
    file.close()
    assert (tmp_path / "none" / "log").read_text() == "two\n"


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, write, is_full = tmp_path / "log", os.write, True

    def limited(descriptor: int, data: bytes) -> int:
        if is_full and len(data) > 3:
            if path.stat().st_size >= 3:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(descriptor, data[:3])
        return write(descriptor, data)

    file = BoundedFile(path)
    monkeypatch.setattr(os, "write", limited)
    file.write("first\n")
    file.write("second\n")
    is_full = False
    file.write("third\n")
    monkeypatch.undo()
    file.close()
    assert path.read_text() == "fir\nthird\n"


def test_a_file_system_that_is_full(tmp_path: Path) -> None:
    """/dev/full takes nothing at all."""
    (tmp_path / "log").symlink_to("/dev/full")
    file = BoundedFile(tmp_path / "log")
    for _ in range(3):
        file.write(LINE)
    file.close()


def test_a_record_that_cannot_be_said_ends_nothing(tmp_path: Path) -> None:
    file = BoundedFile(tmp_path / "log")
    handler = Log(TextLines("daemon"), file.write)
    logger = logging.Logger("broken")
    logger.addHandler(handler)
    logger.warning("%d of many", "none")
    logger.warning("next")
    file.close()
    first, second = (tmp_path / "log").read_text().splitlines()
    assert first == "a line of broken could not be made: '%d of many'"
    assert second.endswith("WARNING daemon broken: next")
