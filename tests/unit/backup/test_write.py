"""What a backup holds, that it is whole or not there, and that making it leaves nothing behind."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sqlite3
import stat
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from skywalk.backup import write
from skywalk.backup.manifest import NAME, decode_manifest
from skywalk.backup.write import BackupFailed, write_backup
from skywalk.resources.persist import SCHEMA_VERSION
from skywalk.values.clock import FixedClock
from support.stored_region import stored_region

CLOCK = FixedClock()


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    return stored_region(tmp_path / "state")


def names_below(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


def test_it_holds_what_lasts_and_nothing_else(state_dir: Path, tmp_path: Path) -> None:
    before, target = names_below(state_dir), tmp_path / "b.tar"
    manifest = write_backup(state_dir, target, CLOCK)
    with tarfile.open(target) as archive:
        assert archive.getnames() == [
            NAME,
            "state.sqlite",
            "region.key",
            "ca.pem",
            "ca-key.pem",
            "config.toml",
            "backends/s3/objects/abc123",
            "backends/s3/state.pickle",
        ]
        text = archive.extractfile(NAME)
        assert text is not None
        assert decode_manifest(text.read()) == manifest
    assert (manifest.created_at, manifest.schema_version, manifest.revision) == (
        "2026-01-01T00:00:00.000Z",
        SCHEMA_VERSION,
        1,
    )
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names_below(state_dir) == before
    assert names_below(tmp_path) == ["b.tar", *(f"state/{name}" for name in before)]


def test_the_manifest_says_what_it_is(state_dir: Path, tmp_path: Path) -> None:
    write_backup(state_dir, tmp_path / "b.tar", CLOCK)
    with tarfile.open(tmp_path / "b.tar") as archive:
        text = archive.extractfile(NAME)
        assert text is not None
        data = json.loads(text.read())
    assert (data["format"], data["format_version"]) == ("skywalk-backup", 1)
    # printf kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk | sha256sum
    assert data["files"]["region.key"] == {
        "size": 32,
        "sha256": "5e318f8cf9cbe249a30812b8ca132d691ded7a91991413558db5758575f5e01f",
    }


def test_commits_that_are_in_the_wal_alone_are_in_it(state_dir: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(state_dir / "state.sqlite", isolation_level=None)) as daemon:
        daemon.execute("PRAGMA journal_mode=WAL")
        daemon.execute("PRAGMA wal_autocheckpoint=0")
        daemon.execute("UPDATE meta SET value = '41' WHERE name = 'revision'")
        assert write_backup(state_dir, tmp_path / "b.tar", CLOCK).revision == 41


def test_a_file_that_is_there_is_left_alone(state_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("dear")
    with pytest.raises(BackupFailed, match=r"b\.tar is there already"):
        write_backup(state_dir, tmp_path / "b.tar", CLOCK)
    assert (tmp_path / "b.tar").read_text() == "dear"


def test_one_that_came_meanwhile_is_left_alone_too(
    state_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os.path, "lexists", lambda _: False)
    (tmp_path / "b.tar").write_text("dear")
    with pytest.raises(BackupFailed, match="no backup was made"):
        write_backup(state_dir, tmp_path / "b.tar", CLOCK)
    assert (tmp_path / "b.tar").read_text() == "dear"
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_no_region(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="there is no region in"):
        write_backup(tmp_path, tmp_path / "b.tar", CLOCK)
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_not_there(state_dir: Path, tmp_path: Path) -> None:
    (state_dir / "region.key").unlink()
    with pytest.raises(BackupFailed, match=r"no backup was made: .*region\.key"):
        write_backup(state_dir, tmp_path / "b.tar", CLOCK)
    assert names_below(tmp_path) == [f"state/{name}" for name in names_below(state_dir)]
    assert not (state_dir / "backup").exists()


def test_a_damaged_database(state_dir: Path, tmp_path: Path) -> None:
    (state_dir / "state.sqlite").write_bytes(b"no database")
    with pytest.raises(BackupFailed, match="cannot be read: file is not a database"):
        write_backup(state_dir, tmp_path / "b.tar", CLOCK)


def test_two_at_a_time_are_refused(state_dir: Path, tmp_path: Path) -> None:
    (state_dir / "backup").mkdir()
    descriptor = os.open(state_dir / "backup", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(BackupFailed, match="another backup of this region is being made"):
        write_backup(state_dir, tmp_path / "b.tar", CLOCK)
    os.close(descriptor)
    write_backup(state_dir, tmp_path / "b.tar", CLOCK)


def test_a_killed_backup_leaves_nothing_under_its_name_and_the_next_is_made(state_dir: Path, tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        try:
            write._name_it = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
            write_backup(state_dir, tmp_path / "b.tar", CLOCK)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert not (tmp_path / "b.tar").exists()
    before = {name for name in names_below(state_dir) if not name.startswith(("backup/", "backends/s3/snapshot/"))}
    write_backup(state_dir, tmp_path / "b.tar", CLOCK)
    assert set(names_below(state_dir)) == before
