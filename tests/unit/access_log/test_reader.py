"""Reading what others write meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

from skywalk.access_log.lines import Lines
from skywalk.access_log.reader import Reader
from skywalk.access_log.rotating_files import RotatingFiles
from skywalk.values.chance import SeededChance
from support.access_log import ENDPOINT_ID, check, entry, place


class Writer:
    def __init__(self, folder: Path, name: str = "edge-0", maximum_bytes: int = 1 << 20) -> None:
        self.files = RotatingFiles(place(folder, maximum_bytes, 10, name))
        self.lines = Lines(SeededChance(sum(name.encode())))

    def write(self, *names: str, endpoint_id: str = ENDPOINT_ID) -> None:
        self.files.append(endpoint_id, [self.lines.line(entry([check(resource=name)]), 0.0) for name in names])


def new(reader: Reader) -> list[str]:
    return sorted(record.questions[0][0].request.resource for record in reader.records())


def test_nothing_is_there_yet(tmp_path: Path) -> None:
    assert new(Reader(tmp_path / "access-log")) == []
    assert new(Reader(tmp_path / "access-log", "vpce-1")) == []


def test_all_writers_and_endpoints_or_one(tmp_path: Path) -> None:
    Writer(tmp_path).write("a")
    Writer(tmp_path, "daemon").write("b")
    Writer(tmp_path, "edge-1").write("c", endpoint_id="vpce-1")
    assert new(Reader(tmp_path / "access-log")) == ["a", "b", "c"]
    assert new(Reader(tmp_path / "access-log", ENDPOINT_ID)) == ["a", "b"]


def test_only_what_has_come_since(tmp_path: Path) -> None:
    writer, reader = Writer(tmp_path), Reader(tmp_path / "access-log")
    writer.write("a", "b")
    assert new(reader) == ["a", "b"]
    assert new(reader) == []
    writer.write("c")
    assert new(reader) == ["c"]


def test_files_that_are_moved_aside_meanwhile(tmp_path: Path) -> None:
    writer, reader = Writer(tmp_path, maximum_bytes=1500), Reader(tmp_path / "access-log")
    seen = []
    for number in range(30):
        writer.write(f"{number:02d}")
        if number % 3 == 0:
            seen += new(reader)
    seen += new(reader)
    assert sorted(seen) == [f"{number:02d}" for number in range(30)]
    assert len(list((tmp_path / "access-log" / ENDPOINT_ID).iterdir())) > 2


def test_a_line_is_read_when_it_has_its_end(tmp_path: Path) -> None:
    writer, reader = Writer(tmp_path), Reader(tmp_path / "access-log")
    writer.write("a", "b")
    file = tmp_path / "access-log" / ENDPOINT_ID / "edge-0.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole[:-9])
    assert new(reader) == ["a"]
    with file.open("ab") as rest:
        rest.write(whole[-9:])
    assert new(reader) == ["b"]


def test_what_is_no_line_of_ours_is_skipped(tmp_path: Path) -> None:
    writer, reader = Writer(tmp_path), Reader(tmp_path / "access-log")
    writer.write("a")
    file = tmp_path / "access-log" / ENDPOINT_ID / "edge-0.jsonl"
    with file.open("a") as other:
        other.write('\n[]\n"as"\n{"as":7}\n{"as":0}\n{"is":1,"id":5}\n{"as":1,"time":"x","n":1}\nnonsense\n\xff\n')
    writer.write("b")
    assert new(reader) == ["a", "b"]


def test_a_file_that_was_cut_is_read_from_its_beginning(tmp_path: Path) -> None:
    writer, reader = Writer(tmp_path), Reader(tmp_path / "access-log")
    writer.write("a", "b")
    assert new(reader) == ["a", "b"]
    os.truncate(tmp_path / "access-log" / ENDPOINT_ID / "edge-0.jsonl", 0)
    writer.write("c")
    assert new(reader) == ["c"]
