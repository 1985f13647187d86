"""The machine's file systems, as its mount table tells them, and which of them a guest gets layers over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

# File systems of the kernel's own making, or that belong to a login session.
_NOT_FILES = frozenset(
    [
        "autofs",
        "binder",
        "binfmt_misc",
        "bpf",
        "cgroup",
        "cgroup2",
        "configfs",
        "debugfs",
        "devpts",
        "devtmpfs",
        "efivarfs",
        "fusectl",
        "fuse.gvfsd-fuse",
        "fuse.portal",
        "hugetlbfs",
        "mqueue",
        "nsfs",
        "proc",
        "pstore",
        "ramfs",
        "resctrl",
        "rpc_pipefs",
        "securityfs",
        "selinuxfs",
        "sysfs",
        "tracefs",
    ]
)
# A guest has its own of these, or (the last) they are other machines' roots.
_NOT_SHARED = tuple(
    PurePosixPath(path)
    for path in [
        "/proc",
        "/sys",
        "/dev",
        "/run",
        "/var/run",
        "/var/lib/docker",
        "/var/lib/containerd",
        "/var/lib/containers",
        "/var/lib/kubelet",
    ]
)
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class FileSystem:
    """`read_only` is the file system's own state or its mount's; one that `repeats` shows again what is there without
    it (a folder mounted on itself)."""

    mount_point: PurePosixPath
    kind: str
    read_only: bool
    repeats: bool = False


def parse_mount_table(text: str) -> Iterator[FileSystem]:
    """The lines of a mountinfo file. Source: proc(5)."""
    shown: dict[str, tuple[str, PurePosixPath, PurePosixPath]] = {}
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        number, parent, device, root, place, flags, *_ = before.split(" ")
        kind, _, super_options = after.split(" ", 2)
        mount_point, folder = PurePosixPath(_unescape(place)), PurePosixPath(_unescape(root))
        below = shown.get(parent)
        shown[number] = (device, mount_point, folder)
        repeats = below is not None and (device, folder) == (below[0], _through(mount_point, below[1], below[2]))
        yield FileSystem(mount_point, kind, "ro" in {*flags.split(","), *super_options.split(",")}, repeats)


def _through(path: PurePosixPath, mount_point: PurePosixPath, folder: PurePosixPath) -> PurePosixPath | None:
    """Which folder of a file system a path shows, if its `folder` is mounted at `mount_point`."""
    return folder / path.relative_to(mount_point) if path.is_relative_to(mount_point) else None


def _unescape(text: str) -> str:
    # Bytes of other alphabets come as they are; only blanks and the backslash are in octal.
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), text)


def choose_shared(table: Iterable[FileSystem], hidden: Iterable[PurePosixPath]) -> tuple[FileSystem, ...]:
    """Those below the root that guests see, parents first; of several at one place the last, which is on top."""
    left_out = tuple(hidden)
    chosen = {
        system.mount_point: system
        for system in table
        if not is_apart(system.mount_point, system)
        and not system.repeats
        and system.mount_point != PurePosixPath("/")
        and not any(system.mount_point.is_relative_to(path) for path in left_out)
    }
    return tuple(chosen[mount_point] for mount_point in sorted(chosen))


def is_apart(place: PurePosixPath, system: FileSystem | None) -> bool:
    """Whether guests do not see what the machine has at a place, where `system` may be mounted."""
    if system is not None and system.kind in _NOT_FILES:
        return True
    return any(place.is_relative_to(path) for path in _NOT_SHARED)
