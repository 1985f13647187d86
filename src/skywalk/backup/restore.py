"""Makes a state directory of a backup: everything is checked before anything is written, and it is there whole or not
at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from skywalk.backup.content import mode
from skywalk.backup.manifest import MAX_BYTES, NAME, BackupRefused, Manifest, decode_manifest

PIECE_BYTES = 1 << 20
_TRUNCATED = "the backup is truncated"

Open = Callable[[str], IO[bytes] | None]
"""Where a file's content goes to, by its name; None for nowhere."""


def restore_backup(source: Path, state_dir: Path) -> Manifest:
    """Raises BackupRefused; `state_dir`, which must not be there or be empty, is then as it was."""
    _check_empty(state_dir)
    try:
        with source.open("rb") as file:
            read_backup(file)
            return _put(file, state_dir)
    except OSError as error:
        raise BackupRefused(f"nothing was restored: {error}") from error


def read_backup(file: IO[bytes], target: Open = lambda _: None) -> Manifest:
    """Reads all of a backup and checks it; what is in it goes to `target`. Raises BackupRefused, OSError."""
    file.seek(0)
    try:
        with tarfile.open(fileobj=file, mode="r:", bufsize=PIECE_BYTES) as archive:
            manifest = _read_manifest(archive)
            for name, entry in manifest.files.items():
                member = _next(archive, name, entry.size)
                if _copy(archive, member, target(name)) != entry.sha256:
                    raise BackupRefused(f"the backup has been tampered with: {name} is not what it was")
            if archive.next() is not None:
                raise BackupRefused("the backup has been tampered with: it has more in it than it says")
    except EOFError:
        raise BackupRefused(_TRUNCATED) from None
    except tarfile.TarError as error:
        cut = "unexpected end of data" in str(error)
        raise BackupRefused(_TRUNCATED if cut else f"this is not a backup of skywalk: {error}") from None
    return manifest


def _read_manifest(archive: tarfile.TarFile) -> Manifest:
    member = archive.next()
    if member is None or member.name != NAME or not _is_plain(member) or member.size > MAX_BYTES:
        raise BackupRefused("this is not a backup of skywalk: it does not begin with a manifest")
    content = archive.extractfile(member)
    assert content is not None
    text = content.read()
    if len(text) != member.size:
        raise EOFError
    return decode_manifest(text)


def _next(archive: tarfile.TarFile, name: str, size: int) -> tarfile.TarInfo:
    """The next member, which must be that of the manifest: a plain file of this name and size."""
    member = archive.next()
    if member is None:
        raise EOFError
    if member.name != name or not _is_plain(member) or member.size != size:
        raise BackupRefused(f"the backup has been tampered with: it has {member.name!r} in the place of {name}")
    return member


def _is_plain(member: tarfile.TarInfo) -> bool:
    return member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()


def _copy(archive: tarfile.TarFile, member: tarfile.TarInfo, target: IO[bytes] | None) -> str:
    """The sum of the content, which goes to `target`. Raises EOFError, OSError."""
    digest, left = hashlib.sha256(), member.size
    content = archive.extractfile(member)
    assert content is not None
    try:
        while left and (piece := content.read(min(left, PIECE_BYTES))):
            digest.update(piece)
            left -= len(piece)
            if target is not None:
                target.write(piece)
    except tarfile.ReadError:
        raise EOFError from None
    finally:
        if target is not None:
            target.flush()
            os.fsync(target.fileno())
            target.close()
    if left:
        raise EOFError
    return digest.hexdigest()


def _check_empty(state_dir: Path) -> None:
    if os.path.lexists(state_dir) and (not state_dir.is_dir() or any(state_dir.iterdir())):
        raise BackupRefused(
            f"{state_dir} is not empty: a backup is restored into a new or empty folder; choose another with "
            "--state-dir, or move this one away"
        )


def _put(file: IO[bytes], state_dir: Path) -> Manifest:
    """Writes beside the state directory, checks once more what was written, and gives it its name."""
    state_dir.parent.mkdir(parents=True, exist_ok=True)
    written = Path(tempfile.mkdtemp(prefix=f".{state_dir.name}.", dir=state_dir.parent))  # mode 0700
    try:
        manifest = read_backup(file, lambda name: _new_file(written / name, mode(name)))
        written.rename(state_dir)  # in the place of an empty folder, or nowhere
    except BaseException:
        shutil.rmtree(written, ignore_errors=True)
        raise
    folder = os.open(state_dir.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return manifest


def _new_file(path: Path, permissions: int) -> IO[bytes]:
    for folder in reversed(path.parents):  # each for the owner alone, not the last one only
        folder.mkdir(exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, permissions)
    os.fchmod(descriptor, permissions)
    return open(descriptor, "wb")
