"""Makes a backup: the backends' state, then the database, each at one moment; then one file with all of it.

A daemon may run meanwhile and serve. What a request has changed in a backend and not yet in the store, or the other
way round, is as after a power cut at that moment.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import IO

from skywalk import __version__
from skywalk.backends.snapshot import snapshot
from skywalk.backup.content import CONFIG, DATABASE, KEYS, SERVICES
from skywalk.backup.manifest import NAME, Entry, Manifest
from skywalk.resources.migrations import keep_copy
from skywalk.resources.persist import stored_version
from skywalk.values.clock import Clock, format_timestamp
from skywalk.values.errors import SkywalkError

PIECE_BYTES = 1 << 20


class BackupFailed(SkywalkError):
    """There is no backup; the text says why."""


def write_backup(state_dir: Path, target: Path, clock: Clock) -> Manifest:
    """One file, readable by its owner alone, that is whole when it has its name. Raises BackupFailed, SkywalkError."""
    if not (state_dir / DATABASE).exists():
        raise BackupFailed(f"there is no region in {state_dir}")
    if os.path.lexists(target):
        raise BackupFailed(f"{target} is there already")
    try:
        with ExitStack() as held:
            folder = held.enter_context(_working_folder(state_dir))
            files = _gather(state_dir, folder, held)
            manifest = _describe(folder / DATABASE, files, clock)
            _write_whole(target, manifest, files)
    except sqlite3.Error as error:
        raise BackupFailed(f"the state in {state_dir} cannot be read: {error}") from error
    except OSError as error:
        raise BackupFailed(f"no backup was made: {error}") from error
    return manifest


@contextmanager
def _working_folder(state_dir: Path) -> Iterator[Path]:
    """For the copy of the database, within the state directory; also tells that one backup is made at a time."""
    folder = state_dir / "backup"
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed("another backup of this region is being made") from None
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)


def _gather(state_dir: Path, folder: Path, held: ExitStack) -> dict[str, Path]:
    """Name in the archive → file that does not change any more. What is temporary goes with `held`."""
    files = {name: state_dir / name for name in KEYS}
    if (state_dir / CONFIG).exists():
        files[CONFIG] = state_dir / CONFIG
    for service in SERVICES:
        own = state_dir / "backends" / service
        if own.exists():
            found = held.enter_context(snapshot(service, own))
            members = sorted(one for one in found.rglob("*") if one.is_file())
            files.update((f"backends/{service}/{one.relative_to(found)}", one) for one in members)
    # After the backends: a bucket that the region knows and its backend does not can be made again.
    with closing(sqlite3.connect(state_dir / DATABASE, isolation_level=None)) as database:
        keep_copy(database, folder / DATABASE)
    return {DATABASE: folder / DATABASE, **files}


def _describe(database: Path, files: Mapping[str, Path], clock: Clock) -> Manifest:
    with closing(sqlite3.connect(database)) as copy:
        sound = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if sound != "ok":
            raise BackupFailed(f"the database is damaged: {sound}")
        version = stored_version(copy)
        row = copy.execute("SELECT value FROM meta WHERE name = 'revision'").fetchone()
    return Manifest(
        created_at=format_timestamp(clock.now()),
        skywalk_version=__version__,
        schema_version=version or 0,
        revision=int(row[0]) if row else 0,
        files={name: _entry(path) for name, path in files.items()},
    )


def _entry(path: Path) -> Entry:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return Entry(file.tell(), digest.hexdigest())


def _write_whole(target: Path, manifest: Manifest, files: Mapping[str, Path]) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.absolute().parent)  # mode 0600
    try:
        with open(descriptor, "wb") as file:
            _write(file, manifest, files)
            file.flush()
            os.fsync(descriptor)
        _name_it(name, target)
    finally:
        Path(name).unlink(missing_ok=True)
    folder = os.open(target.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _name_it(name: str, target: Path) -> None:
    try:
        os.link(name, target)  # unlike a rename it never takes another file's place
    except PermissionError:
        os.rename(name, target)  # a file system without links


def _write(file: IO[bytes], manifest: Manifest, files: Mapping[str, Path]) -> None:
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT, bufsize=PIECE_BYTES) as archive:
        text = manifest.encode()
        archive.addfile(_member(NAME, len(text)), io.BytesIO(text))
        for name, path in files.items():
            with path.open("rb") as content:
                # A file that is shorter by now is an error, and one that is longer is found by its sum when restored.
                archive.addfile(_member(name, manifest.files[name].size), content)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member
