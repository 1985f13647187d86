"""A machine that is short of something: a small disk under a region, processes without descriptors."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from support.descriptors import descriptors_below
from support.live_region import LiveRegion, live_region


@dataclass(frozen=True)
class Disk:
    """A file system of its own, in memory."""

    folder: Path

    def fill(self) -> None:
        """Takes all room that there is, to the last page."""
        with (self.folder / "filler").open("ab", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(4096))

    def free(self) -> None:
        (self.folder / "filler").unlink()


@contextmanager
def small_disk(mebibytes: int) -> Iterator[Disk]:
    # Guests of other tests' regions have no part of /run: no file system goes that one of them is about to get.
    folder = Path(tempfile.mkdtemp(prefix="skywalk-disk-", dir="/run"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "skywalk-test", str(folder)], check=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


@contextmanager
def region_on(disk: Disk, *, started: bool = True) -> Iterator[LiveRegion]:
    """A region whose state directory is on this disk, which has room again when it ends."""
    with live_region(started=started, made=lambda _, port: LiveRegion(disk.folder / "region", port)) as region:
        try:
            yield region
        finally:
            with suppress(FileNotFoundError):
                disk.free()


@contextmanager
def without_descriptors(pid: int) -> Iterator[None]:
    """A process that can open nothing more, as long as the body runs; what it has open stays so."""
    with descriptors_below(pid=pid):
        yield
