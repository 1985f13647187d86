"""Whether a region can have namespaces here and, where it cannot, what stands in the way and how to allow it."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from skywalk.drivers.linux.features import may_manage_networks
from skywalk.drivers.linux.sysctl import write_setting
from skywalk.drivers.linux.user_namespace import become_root_of_own

_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1
_LIMITS = ("user", "net", "mnt", "pid", "uts", "ipc")
_SETTINGS = (
    ("kernel/unprivileged_userns_clone", "0", "1"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
    *((f"user/max_{kind}_namespaces", "0", "15000") for kind in _LIMITS),
)
"""What forbids user namespaces, the value that does, and one that does not. Source: namespaces(7); Debian's and
Ubuntu's kernels (the first two)."""
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
_OF_CONTAINERS = (
    "inside a container, start it with --privileged, or with --security-opt seccomp=unconfined "
    "--security-opt apparmor=unconfined --security-opt systempaths=unconfined"
)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """`reason` in the kernel's words; `remedies` are sentences, the most likely first."""

    reason: str
    remedies: tuple[str, ...]


def find_obstacle() -> Obstacle | None:
    """None where a region can have its namespaces, with root or without. It is tried, by a process of its own."""
    if may_manage_networks():
        return None
    reason = _try()
    return Obstacle(reason, find_remedies(_read_settings(), _is_container())) if reason else None


def find_remedies(settings: Mapping[str, str], is_container: bool) -> tuple[str, ...]:
    """`settings` are values by path below /proc/sys."""
    wrong = [
        f"sudo sysctl -w {path.replace('/', '.')}={good}" for path, bad, good in _SETTINGS if settings.get(path) == bad
    ]
    allowed = [f"allow user namespaces: {'; '.join(wrong)}"] if wrong else []
    return (*allowed, *([_OF_CONTAINERS] if is_container else []), "or run it as root")


def _try() -> str:
    """What was refused, or nothing."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            become_root_of_own()
            # AppArmor lets everybody make a user namespace, and takes the capabilities away in it.
            _bring_up_loopback()
            write_setting("ipv4/ip_forward", "1")
        except OSError as error:
            os.write(writing, f"{error.filename or 'network'}: {error.strerror}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as told:
        said = told.read().decode()
    os.waitpid(child, 0)
    return said


def _bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        fcntl.ioctl(asking, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))


def _read_settings() -> dict[str, str]:
    found = {}
    for path, _, _ in _SETTINGS:
        file = Path("/proc/sys") / path
        if file.is_file():
            found[path] = file.read_text().strip()
    return found


def _is_container() -> bool:
    return any(mark.exists() for mark in _CONTAINER_MARKS)
