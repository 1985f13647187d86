"""What a process takes of the machine, as the kernel tells it to everybody of the same user."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Usage:
    """Resident memory, CPU time since its start, and open descriptors of one process."""

    memory_bytes: int
    cpu_seconds: float
    descriptors: int


def read_usage(pid: int) -> Usage | None:
    """None for one that is gone or that belongs to somebody else. Source: proc(5)."""
    folder = Path(f"/proc/{pid}")
    try:
        # The name in brackets may hold anything; what follows the last one is numbers.
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        pages = int((folder / "statm").read_text().split()[1])
        descriptors = len(os.listdir(folder / "fd"))
    except (OSError, IndexError):
        return None
    ticks = int(fields[11]) + int(fields[12])
    return Usage(pages * _PAGE_BYTES, ticks / _TICKS_PER_SECOND, descriptors)
