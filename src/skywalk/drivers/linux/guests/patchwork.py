"""The machine's files as pieces, for guests in a user namespace.

There no overlay may have "/" as its lower layer, nor any folder below which something is mounted: what a mount covers
must stay covered. So "/" and such folders become folders of the guest's own, filled with what the machine has there,
piece by piece; the largest pieces possible are overlays.

Folders of the system's belong to nobody who is known in the namespace, so not even the guest's root may make files in
them. A layer of equally named folders of the user's own, laid over them, changes that.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from stat import S_IMODE, S_ISDIR, S_ISLNK, S_ISREG

from skywalk.drivers.linux.guests.filesystems import FileSystem, is_apart

SYSTEM_FOLDERS = ("/etc", "/opt", "/srv", "/usr", "/var")
"""Those in which the guest's root may change something everywhere, down to OWNED_LEVELS below them."""
OWNED_LEVELS = 3
_OWNED_FILES = (
    "var/lib/dpkg/lock",
    "var/lib/dpkg/lock-frontend",
    "var/lib/dpkg/triggers/Lock",
    "var/lib/apt/lists/lock",
    "var/cache/apt/archives/lock",
    "var/log/dpkg.log",
    "var/log/alternatives.log",
)
"""What package managers write to as it is; anything else they replace."""
_COPIED_FILES = ("var/lib/dpkg/status",)
"""What they make links to, which only a file's owner may."""
_EVERYTHING = os.R_OK | os.X_OK


class Kind(Enum):
    """`FOLDER`: the guest's own; `SHOWN`: the machine's, read-only; `FILE`: likewise."""

    FOLDER = "folder"
    LAYER = "layer"
    SHOWN = "shown"
    FILE = "file"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Piece:
    """`mode` is that of a folder, `target` that of a link."""

    kind: Kind
    place: str
    mode: int = 0o755
    target: str = ""

    @property
    def is_settings(self) -> bool:
        """Of such a file a guest has a copy, to change as it likes."""
        return self.place.startswith("/etc/")


@dataclass(frozen=True, slots=True)
class Patchwork:
    """`over` are further layers, by the place of the piece that they lie over, the highest first; `loose` are files,
    by place, that lie over none."""

    pieces: Sequence[Piece]
    over: Mapping[str, Sequence[Path]]
    loose: Mapping[str, Path]


def lay_over(pieces: Sequence[Piece], layers: Iterable[tuple[str, Path]]) -> Patchwork:
    """A patchwork with layers (place and folder, the highest first) over its pieces, each as far as it has folders."""
    over: dict[str, list[Path]] = {}
    loose: dict[str, Path] = {}
    places = {piece.place for piece in pieces if piece.kind is Kind.LAYER}
    for place, layer in layers:
        for piece in places:
            if PurePosixPath(piece).is_relative_to(place):
                folder = layer / PurePosixPath(piece).relative_to(place)
                if folder.is_dir():
                    over.setdefault(piece, []).append(folder)
        for file in layer.rglob("*"):
            lies = PurePosixPath(place) / file.relative_to(layer)
            if file.is_file() and not places.intersection(map(str, lies.parents)):
                loose[str(lies)] = file
    return Patchwork(pieces, over, loose)


def find_pieces(file_systems: Collection[FileSystem], root: Path = Path("/")) -> Iterator[Piece]:
    """What lies in "/", parents first. `file_systems` are all that are mounted, the user's own namespaces left out;
    `root` is another place for "/", for tests."""
    mounted = {system.mount_point: system for system in file_systems}
    split = {parent for place in mounted for parent in place.parents}
    yield from _pieces_in(PurePosixPath("/"), root, mounted, split)


def _pieces_in(
    folder: PurePosixPath, root: Path, mounted: Mapping[PurePosixPath, FileSystem], split: Collection[PurePosixPath]
) -> Iterator[Piece]:
    for name in sorted(os.listdir(_real(root, folder))):
        place = folder / name
        real = _real(root, place)
        try:
            status = os.lstat(real)
        except OSError:  # gone meanwhile, or somebody's own mount
            continue
        if S_ISLNK(status.st_mode):
            yield Piece(Kind.LINK, str(place), target=os.readlink(real))
        elif S_ISREG(status.st_mode):
            yield Piece(Kind.FILE, str(place))
        elif S_ISDIR(status.st_mode):
            system = mounted.get(place)
            if is_apart(place, system) or not os.access(real, _EVERYTHING):
                yield Piece(Kind.FOLDER, str(place), S_IMODE(status.st_mode) | 0o700)
            elif place in split:
                yield Piece(Kind.FOLDER, str(place), S_IMODE(status.st_mode) | 0o700)
                yield from _pieces_in(place, root, mounted, split)
            elif system is not None and system.read_only:
                yield Piece(Kind.SHOWN, str(place))
            else:
                yield Piece(Kind.LAYER, str(place))


def own_system_folders(folder: Path, machine: Path = Path("/")) -> dict[str, Path]:
    """The layers of folders for SYSTEM_FOLDERS, by place, made below `folder` and brought up to date."""
    layers = {}
    for place in SYSTEM_FOLDERS:
        real, layer = machine / place.strip("/"), folder / place.strip("/")
        if real.is_dir() and not real.is_symlink():
            layer.mkdir(parents=True, exist_ok=True)
            _mirror(str(real), str(layer), OWNED_LEVELS)
            layers[place] = layer
    for name in _OWNED_FILES:
        if os.path.exists(machine / name) and (folder / name).parent.is_dir():
            (folder / name).touch()
    for name in _COPIED_FILES:
        if os.path.isfile(machine / name) and (folder / name).parent.is_dir():
            shutil.copy(machine / name, folder / name)
    return layers


def _mirror(source: str, mirror: str, levels: int) -> None:
    """Makes `mirror` hold a folder for each in `source` that belongs to somebody else, and no other."""
    wanted = dict(_foreign_folders(source)) if levels else {}
    for name in os.listdir(mirror):
        if name not in wanted:
            _remove_folders(f"{mirror}/{name}")
    for name, mode in wanted.items():
        own = f"{mirror}/{name}"
        if not os.path.isdir(own):
            os.mkdir(own)
            os.chmod(own, mode)
        _mirror(f"{source}/{name}", own, levels - 1)


def _foreign_folders(folder: str) -> Iterator[tuple[str, int]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False) or not os.access(entry.path, _EVERYTHING):
            continue
        status = entry.stat(follow_symlinks=False)
        if status.st_uid != os.geteuid():
            yield entry.name, S_IMODE(status.st_mode)


def _remove_folders(folder: str) -> None:
    for path, _, _ in os.walk(folder, topdown=False):
        os.rmdir(path)


def _real(root: Path, place: PurePosixPath) -> str:
    return str(root / place.relative_to("/"))
