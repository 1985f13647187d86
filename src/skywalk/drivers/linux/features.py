"""What this process may do on this machine: told once, so that the rest need not ask who it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_EVERYBODY = 0xFFFFFFFF
"""So many users has the machine's own user namespace. Source: user_namespaces(7)."""
_NEEDED_CAPABILITIES = {"NET_ADMIN": 12, "SYS_ADMIN": 21}
_TERMINALS_GROUP = 5


@dataclass(frozen=True, slots=True)
class Features:
    """`whole_machine`: the machine's own user namespace, so that all its users are known here, devices can be made,
    and "/" can be the lower layer of an overlay. Elsewhere the machine's files belong to nobody who is known.

    `terminals_group`: whether the group of terminals (5 on all Linux distributions) is known.
    """

    whole_machine: bool = True
    terminals_group: bool = True


def read_features() -> Features:
    """Those of the calling process."""
    return features_of(*(Path(f"/proc/self/{kind}_map").read_text() for kind in ("uid", "gid")))


def features_of(uid_map: str, gid_map: str) -> Features:
    """Lines of a map: number inside, number outside, how many. Source: user_namespaces(7)."""
    users, groups = ([tuple(map(int, line.split())) for line in text.splitlines()] for text in (uid_map, gid_map))
    everybody = [(0, 0, _EVERYBODY)]
    return Features(users == groups == everybody, _is_known(_TERMINALS_GROUP, groups))


def may_manage_networks() -> bool:
    """Whether the calling process can make namespaces and links where it is: root on most machines, but not in most
    containers."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "CapEff":
            return all(int(value, 16) >> number & 1 for number in _NEEDED_CAPABILITIES.values())
    return False


def _is_known(number: int, extents: Iterable[tuple[int, ...]]) -> bool:
    return any(first <= number < first + count for first, _, count in extents)
