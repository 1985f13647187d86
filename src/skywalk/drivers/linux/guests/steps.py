"""The steps by which a guest's root file system comes to be: each one word and its arguments, as JSON carries them.

Places are absolute paths inside the guest. `perform` does a step below the folder that will become the guest's root,
and is the only part with effects. A guest may have put symbolic links anywhere into its layers before it is started
anew; so a place that leads through one is never used, as it could lead out to the machine's own files.
"""

from __future__ import annotations

import base64
import errno
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from stat import S_IFCHR, S_IMODE, S_ISLNK
from typing import NamedTuple

from skywalk.drivers.linux.features import read_features
from skywalk.drivers.linux.guests import kernel

Step = tuple[str | int, ...]

_READ_ONLY = kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV
# No redirects: a renamed folder of the machine would show under its new name what a cover hides under the old one.
# No index: the lower file system changes between starts, which is no reason to refuse one.
_OVERLAY_OPTIONS = "index=off,nfs_export=off,redirect_dir=nofollow"
# Attributes that users may set. And no writing out at the end: a guest has many overlays there, each of which would
# wait for the whole file system below it. Source: Linux, Documentation/filesystems/overlayfs.rst, "Volatile mount".
_OF_USERS = ",userxattr,volatile"
_SHOWN_OTHERWISE = {"proc": "/proc", "sysfs": "/sys"}


def layer(place: str, lower: Sequence[str], name: str) -> Step:
    """An overlay of the machine's folders, highest first, with the guest's layer `name` on top; if the file system
    there cannot be a lower one, the machine's folder read-only."""
    return ("layer", place, ":".join(_escape(folder) for folder in lower), lower[-1], name)


def ground(place: str, name: str) -> Step:
    """A folder of the guest's own, kept as its layer `name`."""
    return ("ground", place, name)


def place(place: str, mode: int) -> Step:
    """A folder, if nothing is there yet."""
    return ("place", place, mode)


def patch(source: str, place: str) -> Step:
    """A file of the machine, read-only, at a place that is made for it if nothing is there yet."""
    return ("patch", place, source)


def copy(source: str, place: str) -> Step:
    """A file of the machine at a place where nothing is yet, if it can be read; from then on it is the guest's."""
    return ("copy", place, source)


def mount(place: str, kind: str, flags: int, data: str = "") -> Step:
    return ("mount", place, kind, flags, data)


def bind(source: str, place: str) -> Step:
    """A file or folder of the machine, read-only, where the guest has something to put it on."""
    return ("bind", place, source)


def cover(place: str, folder: str, file: str) -> Step:
    """Hides a place, if it is there, behind an empty `folder` or `file` of the machine."""
    return ("cover", place, folder, file)


def own(place: str, source: str) -> Step:
    """A folder that is the guest's alone and writable, kept at `source`, below a folder that must exist."""
    return ("own", place, source)


def freeze(place: str, *but: str) -> Step:
    """Makes a place read-only, if it is there, except some of the names in it."""
    return ("freeze", place, *but)


def folder(place: str, mode: int) -> Step:
    return ("folder", place, mode)


def node(place: str, major: int, minor: int) -> Step:
    """A character device that everybody may use."""
    return ("node", place, major, minor)


def link(place: str, target: str) -> Step:
    return ("link", place, target)


def file(place: str, content: bytes, mode: int = 0o644) -> Step:
    """A new file in place of whatever is there, with the folders above it."""
    return ("file", place, base64.b64encode(content).decode(), mode)


def perform(step: Sequence[str | int], root: str, layers: str) -> None:
    """Does one step in the calling process's mount namespace. `root` is the folder that becomes the guest's root,
    `layers` the one that keeps its layers; both without symbolic links. Raises OSError."""
    verb, inside, *arguments = step
    _VERBS[str(verb)](_Place(root, layers, str(inside)), *arguments)


class _Place(NamedTuple):
    root: str
    layers: str
    inside: str

    @property
    def path(self) -> str:
        return f"{self.root}{self.inside}".rstrip("/")

    def is_straight(self) -> bool:
        """Whether no part of it, as far as it exists, is a symbolic link."""
        path = self.root
        for name in self.inside.strip("/").split("/"):
            path = f"{path}/{name}"
            try:
                if S_ISLNK(os.lstat(path).st_mode):
                    return False
            except FileNotFoundError:
                return True
        return True

    def checked(self) -> str:
        """Its path. Raises OSError if it leads through a symbolic link."""
        if not self.is_straight():
            raise OSError(errno.ELOOP, "leads through a symbolic link", self.inside)
        return self.path

    def parent(self) -> _Place:
        return self._replace(inside=os.path.dirname(self.inside))


def mount_overlay(place: str, lower: str, upper: str, work: str) -> None:
    """`lower` are folders as `lowerdir` takes them. Raises OSError."""
    options = f"lowerdir={lower},upperdir={_escape(upper)},workdir={_escape(work)},{_OVERLAY_OPTIONS}"
    kernel.mount(
        "overlay", place, "overlay", kernel.MS_NODEV, options if _features().whole_machine else options + _OF_USERS
    )


def _escape(path: str) -> str:
    # Source: Linux, Documentation/filesystems/overlayfs.rst; a comma parts mount options.
    return path.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,")


def _perform_ground(place: _Place, name: str) -> None:
    own = f"{place.layers}/{name}/upper"
    os.makedirs(own, exist_ok=True)
    kernel.bind(own, place.checked(), kernel.MS_NODEV)


def _perform_place(place: _Place, mode: int) -> None:
    if place.is_straight() and not os.path.lexists(place.path):
        os.mkdir(place.path)
        os.chmod(place.path, mode)


def _perform_patch(place: _Place, source: str) -> None:
    if not place.is_straight():
        return
    if not os.path.lexists(place.path):
        _make_empty_file(place.path)
    _perform_bind(place, source)


def _perform_copy(place: _Place, source: str) -> None:
    if place.is_straight() and not os.path.lexists(place.path):
        with suppress(PermissionError):
            shutil.copy(source, place.path, follow_symlinks=False)


def _perform_layer(place: _Place, lower: str, lowest: str, name: str) -> None:
    # The machine may have unmounted it meanwhile.
    if not (place.is_straight() and os.path.isdir(place.path) and os.path.isdir(lowest)):
        return
    upper, work = f"{place.layers}/{name}/upper", f"{place.layers}/{name}/work"
    if not os.path.isdir(work):
        _make_like(lowest, upper)
        os.makedirs(work, exist_ok=True)
    # A mark that some layer was not written out when its overlay ended, and so might not be whole after a crash.
    shutil.rmtree(os.path.join(work, "work", "incompat"), ignore_errors=True)
    try:
        mount_overlay(place.path, lower, upper, work)
    except OSError as error:
        if lowest == "/":
            raise OSError(error.errno, f"{error.strerror}: overlay of / with its layer in {place.layers}") from error
        _perform_bind(place, lowest)


def _perform_mount(place: _Place, kind: str, flags: int, data: str) -> None:
    path = place.checked()
    try:
        kernel.mount(kind, path, kind, flags, data)
    except PermissionError:
        # In a user namespace there is no new one where the machine's is covered in part, as in containers.
        if kind not in _SHOWN_OTHERWISE:
            raise
        kernel.mount(_SHOWN_OTHERWISE[kind], path, "", kernel.MS_BIND | kernel.MS_REC)


def _perform_bind(place: _Place, source: str) -> None:
    if place.is_straight() and os.path.exists(place.path):
        kernel.bind(source, place.path, _READ_ONLY)


def _perform_cover(place: _Place, empty_folder: str, empty_file: str) -> None:
    if place.is_straight() and os.path.lexists(place.path):
        kernel.bind(empty_folder if os.path.isdir(place.path) else empty_file, place.path, _READ_ONLY)


def _perform_own(place: _Place, source: str) -> None:
    home = place.parent().path
    if not (place.is_straight() and os.path.isdir(home)):
        return
    for path in (source, place.path):
        if not os.path.isdir(path):
            try:
                _make_like(home, path)
            except PermissionError:  # a home that this user's guests cannot even look into
                return
            os.chmod(path, 0o700)
    kernel.bind(source, place.path, kernel.MS_NODEV)


def _perform_freeze(place: _Place, *but: str) -> None:
    path = place.checked()
    if not os.path.exists(path):
        return
    if not os.path.ismount(path):
        kernel.bind(path, path)
    for name in but:
        kernel.bind(f"{path}/{name}", f"{path}/{name}")
    kernel.mount("", path, "", kernel.MS_REMOUNT | kernel.MS_BIND | _READ_ONLY | kernel.MS_NOEXEC)


def _perform_folder(place: _Place, mode: int) -> None:
    path = place.checked()
    os.makedirs(path, exist_ok=True)
    os.chmod(path, mode)


def _perform_node(place: _Place, major: int, minor: int) -> None:
    path = place.checked()
    if not _features().whole_machine:
        if os.path.exists(place.inside):
            _make_empty_file(path)
            kernel.bind(place.inside, path)
        return
    os.mknod(path, S_IFCHR, os.makedev(major, minor))
    os.chmod(path, 0o666)  # noqa: S103 - as these devices are everywhere


def _perform_link(place: _Place, target: str) -> None:
    with suppress(FileExistsError):
        os.symlink(target, f"{place.parent().checked()}/{os.path.basename(place.inside)}")


def _perform_file(place: _Place, content: str, mode: int) -> None:
    os.makedirs(place.parent().checked(), exist_ok=True)
    with suppress(FileNotFoundError):
        os.unlink(place.path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(place.path, flags, mode), "wb") as made:
        made.write(base64.b64decode(content))


def _make_like(pattern: str, path: str) -> None:
    """A folder of the same owner and mode as another: the top of a layer gives the merged folder its own."""
    status = os.stat(pattern)
    os.makedirs(path, exist_ok=True)
    # Elsewhere most owners are not known; what is new there is root's.
    if _features().whole_machine:
        os.chown(path, status.st_uid, status.st_gid)
    os.chmod(path, S_IMODE(status.st_mode))


def _make_empty_file(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644))


_features = cache(read_features)
"""Of the process that performs the steps."""

_VERBS: Mapping[str, Callable[..., None]] = {
    "ground": _perform_ground,
    "place": _perform_place,
    "patch": _perform_patch,
    "copy": _perform_copy,
    "layer": _perform_layer,
    "mount": _perform_mount,
    "bind": _perform_bind,
    "cover": _perform_cover,
    "own": _perform_own,
    "freeze": _perform_freeze,
    "folder": _perform_folder,
    "node": _perform_node,
    "link": _perform_link,
    "file": _perform_file,
}
