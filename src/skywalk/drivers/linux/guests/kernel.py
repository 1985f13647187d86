"""System calls that Python's standard library has not (3.11): namespaces, mounts, capabilities. Each raises OSError."""

from __future__ import annotations

import ctypes
import fcntl
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MS_SLAVE = 0x80000
_MNT_DETACH = 2

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_CAPABILITY_VERSION_3 = 0x20080522

_NS_GET_USERNS = 0xB701
"""Source: ioctl_ns(2)."""

# The same numbers on every architecture. Source: Linux, scripts/syscall.tbl.
_SYS_OPEN_TREE = 428
_SYS_MOVE_MOUNT = 429
_AT_FDCWD = -100
_OPEN_TREE_CLONE = 1
_OPEN_TREE_CLOEXEC = os.O_CLOEXEC
_MOVE_MOUNT_F_EMPTY_PATH = 4

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
_libc.umount2.argtypes = (ctypes.c_char_p, ctypes.c_int)
_libc.pivot_root.argtypes = (ctypes.c_char_p, ctypes.c_char_p)
_libc.prctl.argtypes = (ctypes.c_int, *(ctypes.c_ulong,) * 4)
_libc.syscall.restype = ctypes.c_long


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilityData(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def unshare(namespaces: int) -> None:
    _check(_libc.unshare(namespaces), "unshare")


def setns(descriptor: int, namespaces: int) -> None:
    """Enters the namespace behind a descriptor or, given a pidfd, all those named of that process (kernel 5.8)."""
    _check(_libc.setns(descriptor, namespaces), "setns")


def enter_owner(network_namespace: int) -> None:
    """Enters the user namespace that a network namespace belongs to: from here on the caller is root over that one,
    and over nothing else that it could not change as a user. The last of its namespaces to enter."""
    users = fcntl.ioctl(network_namespace, _NS_GET_USERNS)
    try:
        if not os.path.samestat(os.fstat(users), os.stat("/proc/self/ns/user")):
            setns(users, CLONE_NEWUSER)
    finally:
        os.close(users)


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    texts = [text.encode() if text else None for text in (source, target, kind)]
    _check(_libc.mount(*texts, flags, data.encode() or None), f"mount {target}")


def unmount(place: str) -> None:
    """Takes the mount at a place away, from here at once, altogether when nobody uses it any more."""
    _check(_libc.umount2(os.fsencode(place), _MNT_DETACH), f"umount {place}")


def bind(source: str, target: str, flags: int = 0) -> None:
    """Shows `source` at `target`, under mount flags of its own: read-only here does not make it so there."""
    mount(source, target, "", MS_BIND)
    if not flags:
        return
    try:
        mount("", target, "", MS_REMOUNT | MS_BIND | flags)
    except PermissionError:
        # In a user namespace the flags of the mount it comes from may not be taken away.
        mount("", target, "", MS_REMOUNT | MS_BIND | flags | flags_of(target))


def flags_of(path: str) -> int:
    """The flags of the mount that a path is on, as mount(2) takes them. Source: statvfs(3), the same bits."""
    return os.statvfs(path).f_flag & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)


def make_root(folder: str) -> None:
    """Makes a mounted folder the root of the calling process's mount namespace; the old one goes away entirely."""
    os.chdir(folder)
    # The old root is stacked on the new one and then taken off it. Source: pivot_root(2), "pivot_root(".", ".")".
    _check(_libc.pivot_root(b".", b"."), "pivot_root")
    _check(_libc.umount2(b".", _MNT_DETACH), "umount")
    os.chdir("/")


def take_tree(folder: str) -> int:
    """A descriptor of a detached mount of `folder` alone, without what is mounted below it."""
    flags = _OPEN_TREE_CLONE | _OPEN_TREE_CLOEXEC
    return _check(_libc.syscall(_SYS_OPEN_TREE, _AT_FDCWD, os.fsencode(folder), flags), f"open_tree {folder}")


def put_tree(tree: int, target: str) -> None:
    """Mounts what `take_tree` took, in the caller's mount namespace."""
    arguments = (tree, b"", _AT_FDCWD, os.fsencode(target), _MOVE_MOUNT_F_EMPTY_PATH)
    _check(_libc.syscall(_SYS_MOVE_MOUNT, *arguments), f"move_mount {target}")


def drop_from_bounding_set(capability: int) -> None:
    _check(_libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0), f"drop capability {capability}")


def clear_inherited_capabilities() -> None:
    """Nothing but the bounding set decides what root's next program may do."""
    _check(_libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "clear ambient capabilities")
    header, data = _CapabilityHeader(_CAPABILITY_VERSION_3, 0), (_CapabilityData * 2)()
    _check(_libc.capget(ctypes.byref(header), data), "capget")
    for part in data:
        part.inheritable = 0
    _check(_libc.capset(ctypes.byref(header), data), "capset")


def set_dumpable(dumpable: bool) -> None:
    """A process that is not dumpable cannot be traced or looked into; the next exec makes it dumpable again."""
    _check(_libc.prctl(_PR_SET_DUMPABLE, int(dumpable), 0, 0, 0), "set dumpable")


def adopt_orphans() -> None:
    """What descendants of this process leave behind become its children."""
    _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "become subreaper")


def die_with_parent(signal_number: int) -> None:
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "set parent's death signal")


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result
