"""A backup comes back as it was; whatever else a file may be is refused before anything is written."""

from __future__ import annotations

import io
import json
import stat
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from skywalk.backup.manifest import BackupRefused
from skywalk.backup.restore import restore_backup
from skywalk.backup.write import write_backup
from skywalk.resources.account import Account
from skywalk.resources.persist import SCHEMA_VERSION, SqlitePersistence
from skywalk.resources.store import Store
from skywalk.values.clock import FixedClock
from support.stored_region import ACCOUNT, stored_region

Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    write_backup(stored_region(tmp_path / "state"), tmp_path / "b.tar", FixedClock())
    return tmp_path / "b.tar"


def members(path: Path) -> Members:
    with tarfile.open(path) as archive:
        return [(one, getattr(archive.extractfile(one), "read", bytes)()) for one in archive.getmembers()]


def written(path: Path, changed: Members) -> Path:
    with tarfile.open(path, "w") as archive:
        for member, content in changed:
            archive.addfile(member, io.BytesIO(content))
    return path


def with_manifest(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The same backup whose manifest says something else."""
    (member, text), *others = members(path)
    data = json.loads(text)
    change(data)
    text = json.dumps(data).encode()
    member.size = len(text)
    return written(path, [(member, text), *others])


def refusal(backup: Path, state_dir: Path) -> str:
    """The words of the refusal; nothing may have been written."""
    around = sorted(state_dir.parent.iterdir())
    with pytest.raises(BackupRefused) as refused:
        restore_backup(backup, state_dir)
    assert sorted(state_dir.parent.iterdir()) == around
    return str(refused.value)


def test_everything_is_as_it_was(backup: Path, tmp_path: Path) -> None:
    new = tmp_path / "deep" / "new"
    manifest = restore_backup(backup, new)
    former = tmp_path / "state"
    for name in manifest.files:
        if name != "state.sqlite":
            assert (new / name).read_bytes() == (former / name).read_bytes()
    with closing(Store(SqlitePersistence(new / "state.sqlite"))) as store:
        assert store.of_type(Account) == [ACCOUNT]
        assert store.revision == 1
    modes = {str(one.relative_to(new)): stat.S_IMODE(one.stat().st_mode) for one in new.rglob("*")}
    modes = {name: mode for name, mode in modes.items() if not name.startswith("state.sqlite-")}
    assert modes == {
        "state.sqlite": 0o600,
        "region.key": 0o600,
        "ca.pem": 0o644,
        "ca-key.pem": 0o600,
        "config.toml": 0o600,
        "backends": 0o700,
        "backends/s3": 0o700,
        "backends/s3/objects": 0o700,
        "backends/s3/objects/abc123": 0o600,
        "backends/s3/state.pickle": 0o600,
    }
    assert stat.S_IMODE(new.stat().st_mode) == 0o700
    assert list(new.parent.iterdir()) == [new]


def test_an_empty_folder_is_taken(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    restore_backup(backup, tmp_path / "new")
    assert (tmp_path / "new" / "region.key").read_bytes() == b"k" * 32


def test_a_folder_with_anything_in_it_is_left_alone(backup: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "config.toml").write_text("edge_workers = 9\n")
    assert "is not empty: a backup is restored into a new or empty folder" in refusal(backup, new)
    assert (new / "config.toml").read_text() == "edge_workers = 9\n"
    assert "is not empty" in refusal(backup, new / "config.toml")


def test_no_file(tmp_path: Path) -> None:
    assert "nothing was restored: [Errno 2]" in refusal(tmp_path / "none.tar", tmp_path / "new")


@pytest.mark.parametrize("content", [b"", b"text", b"\0" * 4096, b"x" * 4096])
def test_what_is_no_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.tar").write_bytes(content)
    assert refusal(tmp_path / "b.tar", tmp_path / "new").startswith("this is not a backup of skywalk")


def test_an_archive_of_something_else(tmp_path: Path) -> None:
    member = tarfile.TarInfo("letters.txt")
    written(tmp_path / "b.tar", [(member, b"")])
    assert refusal(tmp_path / "b.tar", tmp_path / "new") == (
        "this is not a backup of skywalk: it does not begin with a manifest"
    )


def test_wherever_it_is_cut_it_is_refused(backup: Path, tmp_path: Path) -> None:
    """After each member's start, its content's start, and in between."""
    whole = backup.read_bytes()
    with tarfile.open(backup) as archive:
        places = {one.offset_data + step for one in archive.getmembers() for step in (-512, -100, 0, one.size // 2)}
    for place in sorted(places - {0}):
        backup.write_bytes(whole[:place])
        assert refusal(backup, tmp_path / "new") in (
            "the backup is truncated",
            "this is not a backup of skywalk: truncated header",
            "this is not a backup of skywalk: it does not begin with a manifest",
        ), place


def test_a_newer_format(backup: Path, tmp_path: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data.clear()
        data.update(format="skywalk-backup", format_version=2, skywalk_version="9.1.0", parts="in another form")

    assert refusal(with_manifest(backup, change), tmp_path / "new") == (
        "the backup was written by a newer skywalk (9.1.0): it has format version 2, this skywalk knows 1"
    )


def test_a_newer_schema(backup: Path, tmp_path: Path) -> None:
    with_manifest(backup, lambda data: data.update(schema_version=SCHEMA_VERSION + 1, skywalk_version="9.1.0"))
    assert refusal(backup, tmp_path / "new") == (
        f"the backup was written by a newer skywalk (9.1.0): it has schema version {SCHEMA_VERSION + 1}, "
        f"this skywalk knows {SCHEMA_VERSION}"
    )


@pytest.mark.parametrize(
    "name",
    [
        "../escaped",
        "/etc/escaped",
        "backends/s3/objects/../../../../escaped",
        "backends/s3/objects/a/b",
        "backends/s3/objects/",
        "backends/other/state.pickle",
        "region.key\n",
        "lock",
        "",
    ],
)
def test_a_name_that_leads_elsewhere(backup: Path, tmp_path: Path, name: str) -> None:
    def change(data: dict[str, Any]) -> None:
        data["files"] = {**data["files"], name: data["files"]["region.key"]}

    with_manifest(backup, change)
    added = tarfile.TarInfo(name)
    added.size = 32
    written(backup, [*members(backup), (added, b"k" * 32)])
    assert refusal(backup, tmp_path / "new") == (
        f"the backup has been tampered with: it names {name!r}, which no backup has"
    )
    assert not (tmp_path / "escaped").exists()


def test_a_member_that_is_not_in_the_manifest(backup: Path, tmp_path: Path) -> None:
    written(backup, [*members(backup), (tarfile.TarInfo("../escaped"), b"")])
    assert refusal(backup, tmp_path / "new") == "the backup has been tampered with: it has more in it than it says"


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_a_member_that_is_no_plain_file(backup: Path, tmp_path: Path, kind: bytes) -> None:
    changed = members(backup)
    changed[2][0].type, changed[2][0].linkname, changed[2][0].size = kind, "/etc/passwd", 0
    written(backup, [(changed[2][0], b"") if one is changed[2] else one for one in changed])
    assert refusal(backup, tmp_path / "new") == (
        "the backup has been tampered with: it has 'region.key' in the place of region.key"
    )


def test_a_manifest_that_is_a_link(backup: Path, tmp_path: Path) -> None:
    (manifest, _), *others = members(backup)
    manifest.type, manifest.linkname, manifest.size = tarfile.SYMTYPE, "/etc/passwd", 0
    written(backup, [(manifest, b""), *others])
    assert "it does not begin with a manifest" in refusal(backup, tmp_path / "new")


def test_content_that_is_not_what_it_was(backup: Path, tmp_path: Path) -> None:
    written(backup, [(one, b"KEY" if one.name == "ca-key.pem" else content) for one, content in members(backup)])
    assert refusal(backup, tmp_path / "new") == "the backup has been tampered with: ca-key.pem is not what it was"


def test_files_in_another_order(backup: Path, tmp_path: Path) -> None:
    manifest, database, key, *others = members(backup)
    written(backup, [manifest, key, database, *others])
    assert refusal(backup, tmp_path / "new").startswith("the backup has been tampered with: it has 'region.key' in the")


def test_a_file_that_a_region_needs_is_not_there(backup: Path, tmp_path: Path) -> None:
    with_manifest(backup, lambda data: data["files"].pop("ca-key.pem"))
    assert refusal(backup, tmp_path / "new") == "the backup is incomplete: it lacks ca-key.pem"


@pytest.mark.parametrize(
    "text", [b"{}", b"[]", b"null", b"{", b'{"format": "other"}', b'{"format": "skywalk-backup"}', b"\xff"]
)
def test_a_manifest_that_cannot_be(backup: Path, tmp_path: Path, text: bytes) -> None:
    (member, _), *others = members(backup)
    member.size = len(text)
    written(backup, [(member, text), *others])
    assert refusal(backup, tmp_path / "new") == "this is not a backup of skywalk: its manifest cannot be read"
