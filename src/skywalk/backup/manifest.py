"""The manifest: what a backup is, by whom and when it was made, and what is in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from skywalk.backup.content import REQUIRED, may_hold
from skywalk.resources.persist import SCHEMA_VERSION
from skywalk.values.errors import SkywalkError

FORMAT = "skywalk-backup"
FORMAT_VERSION = 1
NAME = "manifest.json"
MAX_BYTES = 256 << 20
"""Some two million files."""


class BackupRefused(SkywalkError):
    """The file is no backup that can be restored here; the text says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file's size in bytes and its SHA-256 sum in hexadecimal digits."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`created_at` is ISO 8601. `revision` is the store's. `files` are in the order of the archive."""

    created_at: str
    skywalk_version: str
    schema_version: int
    revision: int
    files: Mapping[str, Entry]

    def encode(self) -> bytes:
        head = {"format": FORMAT, "format_version": FORMAT_VERSION}
        return json.dumps(head | asdict(self), indent=1).encode() + b"\n"

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files.values())


def decode_manifest(text: bytes) -> Manifest:
    """Raises BackupRefused: first for what is newer, of which nothing else can be said, then for what cannot be."""
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise ValueError
        _refuse_newer(data)
        manifest = Manifest(
            created_at=str(data["created_at"]),
            skywalk_version=str(data["skywalk_version"]),
            schema_version=int(data["schema_version"]),
            revision=int(data["revision"]),
            files={str(name): Entry(int(one["size"]), str(one["sha256"])) for name, one in data["files"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupRefused("this is not a backup of skywalk: its manifest cannot be read") from None
    for name in manifest.files:
        if not may_hold(name):
            raise BackupRefused(f"the backup has been tampered with: it names {name!r}, which no backup has")
    if not manifest.files.keys() >= REQUIRED:
        raise BackupRefused(f"the backup is incomplete: it lacks {min(REQUIRED - manifest.files.keys())}")
    return manifest


def _refuse_newer(data: Mapping[str, Any]) -> None:
    for what, known in (("format_version", FORMAT_VERSION), ("schema_version", SCHEMA_VERSION)):
        if int(data[what]) > known:
            raise BackupRefused(
                f"the backup was written by a newer skywalk ({data['skywalk_version']}): it has "
                f"{what.replace('_', ' ')} {data[what]}, this skywalk knows {known}"
            )
