"""Network namespaces: make, enter, remove. Each is a file below one folder, on which the namespace is mounted.

Those of instances belong to a user namespace each. Root in one may configure its network as it likes, but root over
the network namespaces of others it is not: through the number that the kernel shows it of its link's peer it could
else delete the links of a router. Source: Linux, net/core/rtnetlink.c, rtnl_get_net_ns_capable (IFLA_TARGET_NETNSID).

The folder is a mount of its own and private, so that the files mounted in it do not appear in other mount
namespaces of the machine; unlinking a file takes the copies away that an instance's mount namespace inherited.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_MS_BIND = 0x1000
_MS_REC = 0x4000
_MS_PRIVATE = 0x40000
_MNT_DETACH = 2
_OWN_NAMESPACE = "/proc/thread-self/ns/net"
# Says when its namespaces are there, and ends when they have been taken.
_MAKER = ("unshare", "--user", "--net", "--", "sh", "-c", "echo; read _")
EXIT_LOST = 70
TOO_MANY = "the kernel allows no more namespaces; its limits are in /proc/sys/user"
"""What ENOSPC means of a namespace. Source: namespaces(7)."""

# Python 3.11 has no os.setns and os.unshare.
_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_void_p)
_libc.umount2.argtypes = (ctypes.c_char_p, ctypes.c_int)


class NamespaceFolder:
    """The namespaces of one region: `path(owner, name)` is `<folder>/<owner>/<name>`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._is_prepared = False

    def path(self, owner: str, name: str) -> Path:
        return self._folder / owner / name

    def owners(self) -> frozenset[str]:
        if not self._folder.is_dir():
            return frozenset()
        return frozenset(entry.name for entry in self._folder.iterdir() if entry.is_dir())

    def names(self, owner: str) -> frozenset[str]:
        """The namespaces of an owner that exist; files on which nothing is mounted (any more) do not count."""
        folder = self._folder / owner
        if not folder.is_dir():
            return frozenset()
        return frozenset(entry.name for entry in folder.iterdir() if _is_mounted(entry))

    def holds(self, owner: str, name: str) -> bool:
        path = self.path(owner, name)
        return path.exists() and _is_mounted(path)

    def create(self, owner: str, name: str, *, confined: bool = False) -> None:
        """Makes a namespace, where `confined` in a user namespace of its own; nothing if it is there."""
        path = self.path(owner, name)
        self._prepare()
        path.parent.mkdir(exist_ok=True)
        if path.exists() and _is_mounted(path):
            return
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o444))
        try:
            if confined:
                _make_confined(path)
            else:
                _make(path)
        except BaseException:
            path.unlink()
            raise

    def restore(self, owner: str, name: str, source: str) -> None:
        """Gives a namespace that has lost its name, and lives on at `source`, its name again."""
        path = self.path(owner, name)
        self._prepare()
        path.parent.mkdir(exist_ok=True)
        path.touch(0o444)
        _bind(source, path)

    def remove(self, owner: str, name: str) -> None:
        """Takes a namespace's name away: it ends with the last process and socket in it."""
        path = self.path(owner, name)
        with suppress(FileNotFoundError):
            if _is_mounted(path):
                _check(_libc.umount2(os.fsencode(path), _MNT_DETACH), path)
            path.unlink()
        with suppress(OSError):
            path.parent.rmdir()

    def remove_all(self) -> None:
        """Removes every namespace and the folder."""
        self._is_prepared = False
        # The folder's mount takes those in it along: the kernel waits for every processor at each of them.
        while self._folder in _mount_points():
            _check(_libc.umount2(os.fsencode(self._folder), _MNT_DETACH), self._folder)
        for owner in self.owners():
            for entry in list((self._folder / owner).iterdir()):
                self.remove(owner, entry.name)
        if self._folder.is_dir():
            shutil.rmtree(self._folder)

    def _prepare(self) -> None:
        # Once: the list of mounts grows with the region.
        if self._is_prepared:
            return
        if not self._folder.is_dir() or self._folder not in _mount_points():
            self._folder.mkdir(parents=True, exist_ok=True)
            name = os.fsencode(self._folder)
            _check(_libc.mount(name, name, b"none", _MS_BIND, None), self._folder)
            _check(_libc.mount(b"none", name, b"none", _MS_PRIVATE | _MS_REC, None), self._folder)
        self._is_prepared = True


@contextmanager
def inside(path: Path) -> Iterator[None]:
    """The calling thread is in the namespace for the length of the block; what it opens there stays there.

    Never await inside: the whole event loop would be there. Raises OSError.
    """
    with _returning():
        target = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _check(_libc.setns(target, _CLONE_NEWNET), path)
        finally:
            os.close(target)
        yield


@contextmanager
def in_new_namespace() -> Iterator[None]:
    """The calling thread is in a namespace without a name: it lasts as long as the sockets that are opened there.
    Raises OSError."""
    with _returning():
        _check(_libc.unshare(_CLONE_NEWNET), Path(_OWN_NAMESPACE))
        yield


@contextmanager
def _returning() -> Iterator[None]:
    """Whatever the block does to the calling thread's network namespace is undone after it."""
    home = os.open(_OWN_NAMESPACE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield
    finally:
        if _libc.setns(home, _CLONE_NEWNET) != 0:
            # Whatever this process opened from now on would be in somebody's VPC.
            os.write(2, b"skywalk: the way back from a network namespace failed\n")
            os._exit(EXIT_LOST)
        os.close(home)


def _make(path: Path) -> None:
    with _returning():
        result = _libc.unshare(_CLONE_NEWNET)
        if result < 0 and ctypes.get_errno() == errno.ENOSPC:
            raise OSError(errno.ENOSPC, TOO_MANY, str(path))
        _check(result, path)
        _bind(_OWN_NAMESPACE, path)


def _make_confined(path: Path) -> None:
    # By a process of its own: only one that has a single thread can make a user namespace.
    pipe = subprocess.PIPE
    with subprocess.Popen(_MAKER, stdin=pipe, stdout=pipe, stderr=pipe, env={**os.environ, "LC_ALL": "C"}) as maker:
        assert maker.stdout is not None
        assert maker.stderr is not None
        if not maker.stdout.readline():
            said = maker.stderr.read().decode(errors="replace").strip()
            if os.strerror(errno.ENOSPC) in said:
                raise OSError(errno.ENOSPC, TOO_MANY, str(path))
            raise OSError(errno.EPERM, f"no user namespace can be made: {said}", str(path))
        for kind in ("uid_map", "gid_map"):
            Path(f"/proc/{maker.pid}/{kind}").write_text(_onto_itself(Path(f"/proc/self/{kind}").read_text()))
        _bind(f"/proc/{maker.pid}/ns/net", path)


def _onto_itself(own_map: str) -> str:
    """The map that gives everybody the number that they have here. Lines: number inside, number outside, how many."""
    extents = (line.split() for line in own_map.splitlines())
    return "".join(f"{first} {first} {count}\n" for first, _, count in extents)


def _bind(source: str, path: Path) -> None:
    _check(_libc.mount(source.encode(), os.fsencode(path), b"none", _MS_BIND, None), path)


def _is_mounted(path: Path) -> bool:
    return path.stat().st_dev != path.parent.stat().st_dev


def _mount_points() -> frozenset[Path]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    # Blanks in mount points are written in octal. Source: proc(5), mountinfo.
    return frozenset(Path(line.split(" ")[4].encode().decode("unicode_escape")) for line in lines)


def _check(result: int, path: Path) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(path))
