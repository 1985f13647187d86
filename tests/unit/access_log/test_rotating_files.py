"""Files of a writer: bounded in size and number, each readable alone, private."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from skywalk.access_log.lines import Lines
from skywalk.access_log.reader import Reader
from skywalk.access_log.rotating_files import RotatingFiles
from skywalk.values.chance import SeededChance
from support.access_log import ENDPOINT_ID, check, entry, place


def resources(folder: Path) -> list[str]:
    return [record.questions[0][0].request.resource for record in Reader(folder / "access-log").records()]


def append(files: RotatingFiles, lines: Lines, resource: str, endpoint_id: str = ENDPOINT_ID) -> None:
    files.append(endpoint_id, [lines.line(entry([check(resource=resource)]), 0.0)])


@pytest.fixture
def lines() -> Lines:
    return Lines(SeededChance())


def test_files_are_for_their_owner_alone(tmp_path: Path, lines: Lines) -> None:
    append(RotatingFiles(place(tmp_path)), lines, "a")
    folder = tmp_path / "access-log"
    assert [path.stat().st_mode & 0o777 for path in (folder, folder / ENDPOINT_ID)] == [0o700, 0o700]
    assert (folder / ENDPOINT_ID / "edge-0.jsonl").stat().st_mode & 0o777 == 0o600


def test_what_lines_share_is_written_once_for_a_file(tmp_path: Path, lines: Lines) -> None:
    files = RotatingFiles(place(tmp_path))
    for name in ("a", "b", "c"):
        append(files, lines, name)
    text = (tmp_path / "access-log" / ENDPOINT_ID / "edge-0.jsonl").read_text()
    assert [line[:6] for line in text.splitlines()] == ['{"is":', '{"as":', '{"as":', '{"as":']


def test_full_files_are_moved_aside_and_the_oldest_goes(tmp_path: Path, lines: Lines) -> None:
    files = RotatingFiles(place(tmp_path, maximum_bytes=1500, files=3))
    for number in range(40):
        append(files, lines, f"arn:{number:04d}")
    folder = tmp_path / "access-log" / ENDPOINT_ID
    assert sorted(path.name for path in folder.iterdir()) == ["edge-0.jsonl", "edge-0.jsonl.1", "edge-0.jsonl.2"]
    assert all(path.stat().st_size < 2000 for path in folder.iterdir())
    kept = sorted(resources(tmp_path))
    assert kept == [f"arn:{number:04d}" for number in range(40 - len(kept), 40)]
    assert 5 < len(kept) < 40


def test_one_file_begins_anew(tmp_path: Path, lines: Lines) -> None:
    files = RotatingFiles(place(tmp_path, maximum_bytes=1500, files=1))
    for number in range(40):
        append(files, lines, f"arn:{number:04d}")
    assert [path.name for path in (tmp_path / "access-log" / ENDPOINT_ID).iterdir()] == ["edge-0.jsonl"]
    assert resources(tmp_path)[-1] == "arn:0039"


def test_another_process_goes_on_behind_a_torn_line(tmp_path: Path, lines: Lines) -> None:
    append(RotatingFiles(place(tmp_path)), lines, "a")
    file = tmp_path / "access-log" / ENDPOINT_ID / "edge-0.jsonl"
    os.truncate(file, file.stat().st_size - 5)
    append(RotatingFiles(place(tmp_path)), Lines(SeededChance(2)), "b")
    assert resources(tmp_path) == ["b"]


def test_a_folder_that_was_taken_away_is_made_anew(tmp_path: Path, lines: Lines) -> None:
    files = RotatingFiles(place(tmp_path))
    append(files, lines, "a")
    shutil.rmtree(tmp_path / "access-log")
    append(files, lines, "b")
    assert resources(tmp_path) == ["b"]


def test_the_endpoint_that_was_silent_longest_makes_room(tmp_path: Path, lines: Lines) -> None:
    files = RotatingFiles(place(tmp_path), maximum_endpoints=2)
    for number, name in enumerate(("vpce-1", "vpce-2")):
        append(files, lines, name, name)
        os.utime(tmp_path / "access-log" / name / "edge-0.jsonl", (number, number))
    append(files, lines, "vpce-3", "vpce-3")
    assert sorted(path.name for path in (tmp_path / "access-log").iterdir()) == ["vpce-2", "vpce-3"]
