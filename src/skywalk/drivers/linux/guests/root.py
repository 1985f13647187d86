"""A guest's root file system as steps, in order; pure."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from skywalk.drivers.linux.features import Features
from skywalk.drivers.linux.guests import steps
from skywalk.drivers.linux.guests.base import Base
from skywalk.drivers.linux.guests.filesystems import FileSystem
from skywalk.drivers.linux.guests.kernel import MS_NODEV, MS_NOEXEC, MS_NOSUID
from skywalk.drivers.linux.guests.passage import PROGRAMS
from skywalk.drivers.linux.guests.patchwork import Kind, Patchwork
from skywalk.drivers.linux.guests.steps import Step

REGION_ANCHOR = "/usr/local/share/ca-certificates/skywalk-region.crt"
"""Where Debian's update-ca-certificates, run in a guest, finds the region's CA again."""

_PLAIN = MS_NOSUID | MS_NODEV
_CHARACTER_DEVICES = {
    "null": (1, 3),
    "zero": (1, 5),
    "full": (1, 7),
    "random": (1, 8),
    "urandom": (1, 9),
    "tty": (5, 0),
}
_TERMINALS_GROUP = 5
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - the place that shm_open(3) uses
_SIZE = "size=256m"
"""Of each file system in memory: without it each guest could take half of the machine's."""
# What of /proc speaks of the machine or steers it. Source: OCI runtime specification, default masked and read-only
# paths. Of /proc/sys only net is the guest's own.
_PROC_COVERED = ("acpi", "kcore", "keys", "latency_stats", "sched_debug", "scsi", "timer_list", "timer_stats")
_PROC_FROZEN = ("bus", "fs", "irq", "sysrq-trigger")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The machine around a guest, as far as its root depends on it; all paths without symbolic links.

    `hidden` no guest may see; `settings_folders` are the users' `~/.aws`, of which a guest has its own. `patchwork` is
    what "/" is made from where it cannot be one overlay.
    """

    base: Base
    file_systems: Sequence[FileSystem]
    hidden: Sequence[Path]
    settings_folders: Sequence[Path]
    features: Features = field(default_factory=Features)
    patchwork: Patchwork | None = None


def lay_out_root(surroundings: Surroundings, own_folders: Path, files: Mapping[str, bytes]) -> tuple[Step, ...]:
    """The steps to a guest's root. `own_folders` keeps the folders that are the guest's alone; `files` are the new
    files it starts with. Its proc is that of the process which performs the steps."""
    return (
        *(_patches(surroundings.patchwork, files) if surroundings.patchwork else _file_systems(surroundings)),
        *(steps.bind(str(store), place) for place, store in surroundings.base.stores.items()),
        *_kernel_file_systems(surroundings.base),
        *_devices(surroundings.features),
        *_run(surroundings.base),
        *_private_places(surroundings, own_folders),
        *(steps.file(place, content) for place, content in files.items()),
    )


def _file_systems(surroundings: Surroundings) -> Iterator[Step]:
    yield steps.layer("/", ("/",), "root")
    for system in surroundings.file_systems:
        place = str(system.mount_point)
        if system.read_only:
            yield steps.bind(place, place)
        else:
            yield steps.layer(place, (place,), quote(place, safe=""))
    # An overlay of its own: overlayfs refuses a lower layer that lies in another one, as the base does in "/".
    yield steps.layer("/etc", (str(surroundings.base.etc_layer), "/etc"), "etc")


def _patches(patchwork: Patchwork, own_files: Container[str]) -> Iterator[Step]:
    yield steps.ground("/", "ground")
    for piece in patchwork.pieces:
        place = piece.place
        if piece.kind is Kind.LINK:
            yield steps.link(place, piece.target)
        elif piece.kind is Kind.FILE:
            # A file that is mounted could not be replaced by the guest's own.
            if place not in own_files:
                yield steps.copy(place, place) if piece.is_settings else steps.patch(place, place)
        else:
            yield steps.place(place, piece.mode)
            if piece.kind is Kind.SHOWN:
                yield steps.bind(place, place)
            elif piece.kind is Kind.LAYER:
                over = patchwork.over.get(place, ())
                yield steps.layer(place, (*map(str, over), place), quote(place, safe=""))
    for place, file in patchwork.loose.items():
        yield steps.patch(str(file), place)


def _kernel_file_systems(base: Base) -> Iterator[Step]:
    yield steps.mount("/proc", "proc", _PLAIN | MS_NOEXEC)
    yield steps.freeze("/proc/sys", "net")
    for name in _PROC_FROZEN:
        yield steps.freeze(f"/proc/{name}")
    for name in _PROC_COVERED:
        yield steps.cover(f"/proc/{name}", str(base.empty_folder), str(base.empty_file))
    yield steps.mount("/sys", "sysfs", _PLAIN | MS_NOEXEC)
    yield steps.freeze("/sys")


def _devices(features: Features) -> Iterator[Step]:
    terminals = f",gid={_TERMINALS_GROUP}" if features.terminals_group else ""
    yield steps.mount("/dev", "tmpfs", MS_NOSUID, "mode=755,size=64k")
    for name, (major, minor) in _CHARACTER_DEVICES.items():
        yield steps.node(f"/dev/{name}", major, minor)
    yield steps.folder("/dev/net", 0o755)
    yield steps.node("/dev/net/tun", 10, 200)
    yield steps.folder("/dev/pts", 0o755)
    yield steps.mount("/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, f"ptmxmode=666,mode=620{terminals}")
    yield steps.folder(_SHARED_MEMORY, 0o1777)
    yield steps.mount(_SHARED_MEMORY, "tmpfs", _PLAIN, f"mode=1777,{_SIZE}")
    yield steps.folder("/dev/mqueue", 0o1777)
    yield steps.mount("/dev/mqueue", "mqueue", _PLAIN | MS_NOEXEC)
    yield steps.link("/dev/ptmx", "pts/ptmx")
    yield steps.link("/dev/fd", "/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        yield steps.link(f"/dev/{name}", f"/proc/self/fd/{number}")


def _run(base: Base) -> Iterator[Step]:
    yield steps.mount("/run", "tmpfs", _PLAIN, f"mode=755,{_SIZE}")
    yield steps.folder("/run/lock", 0o1777)
    yield steps.folder(PROGRAMS, 0o755)
    yield steps.bind(str(base.programs), PROGRAMS)


def _private_places(surroundings: Surroundings, own_folders: Path) -> Iterator[Step]:
    """Covers come last: nothing is mounted over them."""
    base = surroundings.base
    for path in surroundings.settings_folders:
        if not any(path.is_relative_to(hidden) for hidden in surroundings.hidden):
            yield steps.own(str(path), str(own_folders / quote(str(path), safe="")))
    for path in sorted(set(surroundings.hidden)):
        yield steps.cover(str(path), str(base.empty_folder), str(base.empty_file))
