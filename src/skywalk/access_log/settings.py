"""Where the access log is, how large it may grow, and the names of its files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = "access-log"
"""In the region's state directory; in it a folder for each endpoint, by its id."""

DEFAULT_MAXIMUM_BYTES = 4 << 20
DEFAULT_FILES = 4
MAXIMUM_ENDPOINTS = 1000
"""So many endpoints' folders are kept; for another one, that which was written to least recently goes."""

SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True)
class AccessLogSettings:
    """`maximum_bytes` of one file; `files` of one process for one endpoint, the one that is written among them."""

    enabled: bool = True
    maximum_bytes: int = DEFAULT_MAXIMUM_BYTES
    files: int = DEFAULT_FILES


@dataclass(frozen=True, slots=True)
class Place:
    """What one process is told: the folder, and its own name as a writer (`edge-0`)."""

    folder: Path
    writer: str
    settings: AccessLogSettings = AccessLogSettings()

    def encode(self) -> str:
        return json.dumps({"folder": str(self.folder), "writer": self.writer, "settings": asdict(self.settings)})


def decode_place(text: str) -> Place:
    """Raises ValueError, KeyError, TypeError for what `encode` has not made."""
    told = json.loads(text)
    return Place(Path(told["folder"]), told["writer"], AccessLogSettings(**told["settings"]))
