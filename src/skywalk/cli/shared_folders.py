"""`exec --bind`: folders of the machine that an instance may write to, until it stops.

Refused is a folder above, at or below which the instance has a mount of its own: there lies what is hidden from it
(state directories, `~/.aws`), or the instance's own /proc, /sys, /dev and /run. What the machine has mounted below a
shared folder is not shared with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from skywalk.drivers.driver import GuestEntrance
from skywalk.drivers.linux.guests import kernel
from skywalk.drivers.linux.guests.filesystems import FileSystem, parse_mount_table
from skywalk.values.errors import SkywalkError

_ROOT = PurePosixPath("/")
# The same bits in statvfs(3) and mount(2).
_KEPT_FLAGS = kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NOEXEC


def take_folders(entrance: GuestEntrance, folders: Sequence[Path]) -> list[tuple[str, int]]:
    """Their places and descriptors of detached mounts of them; not of those that the instance shares already.

    Raises SkywalkError for what is no folder, or may not be shared.
    """
    taken = []
    for folder in dict.fromkeys(folders):
        place = folder.resolve()
        if not place.is_dir():
            raise SkywalkError(f"--bind {folder}: no such folder")
        if _is_shared(entrance, place):
            continue
        mounts = parse_mount_table(Path(f"/proc/{entrance.init_pid}/mountinfo").read_text(errors="surrogateescape"))
        own = (system for system in mounts if not _is_shared(entrance, Path(system.mount_point)))
        if obstacle := find_obstacle(PurePosixPath(place), own):
            raise SkywalkError(f"--bind {folder}: cannot be shared, {obstacle} is the instance's own or hidden from it")
        taken.append((str(place), kernel.take_tree(str(place))))
    return taken


def put_folders(taken: Iterable[tuple[str, int]]) -> None:
    """Mounts them; the caller is in the instance's mount namespace. Device files in them cannot be opened there."""
    for place, tree in taken:
        os.makedirs(place, exist_ok=True)
        kernel.put_tree(tree, place)
        kept = os.statvfs(place).f_flag & _KEPT_FLAGS
        kernel.mount("", place, "", kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_NODEV | kept)


def find_obstacle(place: PurePosixPath, mounts: Iterable[FileSystem]) -> PurePosixPath | None:
    """A mount of the instance's own in the way of sharing; its root and the machine's file systems (overlays there) are
    none."""
    for system in mounts:
        at = system.mount_point
        if system.kind != "overlay" and at != _ROOT and (at.is_relative_to(place) or place.is_relative_to(at)):
            return at
    return None


def _is_shared(entrance: GuestEntrance, place: Path) -> bool:
    try:
        return os.path.samestat(os.stat(place), os.stat(f"{entrance.root}{place}"))
    except OSError:
        return False
