"""A user namespace in which an ordinary user is root, over network and mount namespaces of its own.

Where the user has been given further numbers (/etc/subuid, /etc/subgid) and newuidmap is there to map them, programs in
instances can be other users too; else root is the only one.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from skywalk.drivers.linux.features import may_manage_networks
from skywalk.drivers.linux.guests import kernel
from skywalk.values.errors import SkywalkError

_OWN_NAMESPACES = kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWNET
_GRANTS = {"uid": Path("/etc/subuid"), "gid": Path("/etc/subgid")}


def become_root_of_own() -> None:
    """The calling process, which has one thread, is root from here on: in namespaces of its own, over the user's files
    and the numbers the user has been given. Raises OSError."""
    user, group = os.geteuid(), os.getegid()
    mapper = _Mapper(os.getpid(), {"uid": user, "gid": group}, find_grants(user))
    try:
        kernel.unshare(_OWN_NAMESPACES)
    finally:
        mapper.go()
    for kind, own in (("uid", user), ("gid", group)):
        if not Path(f"/proc/self/{kind}_map").read_text():
            # One who may map nobody else must give up changing groups. Source: user_namespaces(7).
            if kind == "gid":
                Path("/proc/self/setgroups").write_text("deny")
            Path(f"/proc/self/{kind}_map").write_text(f"0 {own} 1")
    # What the machine mounts and unmounts is seen here, but not the other way round.
    kernel.mount("", "/", "", kernel.MS_REC | kernel.MS_SLAVE)


def as_root_of_own(work: Callable[[], None]) -> None:
    """Does something as root over the user's files and those of the numbers the user has been given: in a process of
    its own, or here by one who is root. Raises SkywalkError with what the work raised."""
    if may_manage_networks():
        return work()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            # Where that is not possible, the files are the user's.
            with suppress(OSError):
                become_root_of_own()
            work()
        except (SkywalkError, OSError) as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as told:
        said = told.read().decode()
    os.waitpid(child, 0)
    if said:
        raise SkywalkError(said)
    return None


def find_grants(user: int) -> dict[str, tuple[int, int] | None]:
    """What a user has been given of users' numbers (`uid`) and of groups' (`gid`)."""
    return {kind: find_grant(path, user) for kind, path in _GRANTS.items()}


def find_grant(path: Path, user: int) -> tuple[int, int] | None:
    """The first numbers that a user has been given, as first and count. Source: subuid(5)."""
    names = {str(user)}
    with suppress(KeyError):
        names.add(pwd.getpwuid(user).pw_name)
    with suppress(OSError):
        for line in path.read_text().splitlines():
            name, *numbers = line.split(":")
            if name in names and len(numbers) == 2 and all(each.isdigit() for each in numbers):
                return int(numbers[0]), int(numbers[1])
    return None


def mapping_command(kind: str, process: int, own: int, grant: tuple[int, int] | None) -> list[str]:
    """The command that maps root to the user and the numbers after it to those given; empty if it cannot be done."""
    program = shutil.which(f"new{kind}map")
    if grant is None or program is None:
        return []
    return [program, str(process), *("0", str(own), "1"), *("1", str(grant[0]), str(grant[1]))]


class _Mapper:
    """A process that stays outside, where alone numbers can be mapped by those who may."""

    def __init__(self, process: int, own: dict[str, int], grants: dict[str, tuple[int, int] | None]) -> None:
        commands = [mapping_command(kind, process, own[kind], grants[kind]) for kind in own]
        # Both or none: a user without a group of that kind would be half a user.
        self._process = 0
        if not all(commands):
            return
        waiting, self._releasing = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            os.close(self._releasing)
            os.read(waiting, 1)
            os._exit(_run_all(commands))
        os.close(waiting)

    def go(self) -> None:
        """Returns when it is done; what it could not do is seen in the maps."""
        if self._process:
            os.close(self._releasing)
            os.waitpid(self._process, 0)


def _run_all(commands: Iterable[list[str]]) -> int:
    try:
        for command in commands:
            done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            if done.returncode != 0:
                return 1
    except OSError:
        return 1
    return 0
