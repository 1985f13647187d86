"""Pass: the members of the groups that rules name: all interfaces, whether anything runs behind them or not."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable
from ipaddress import IPv4Address

from skywalk.plan.filters import GroupMembers
from skywalk.plan.origin import Origin
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.snapshot import Snapshot
from skywalk.values.changed_part import exchanged


class MembersMemory:
    """The addresses of the interfaces of a VPC and of its peers, as far as it knows them, by group. Only interfaces
    that have come, changed or gone are looked at."""

    def __init__(self) -> None:
        self._interfaces: tuple[NetworkInterface, ...] = ()
        self._groups: dict[str, _Members] = {}

    def members_of(self, snapshot: Snapshot, used: Iterable[SecurityGroup]) -> tuple[GroupMembers, ...]:
        """Of every group that a rule of `used` ones names."""
        now = (*snapshot.network_interfaces.values(), *snapshot.peer_interfaces.values())
        leaving, entering = exchanged(self._interfaces, now)
        for eni in leaving:
            self._take(eni, -1)
        for eni in entering:
            self._take(eni, +1)
        self._interfaces = now
        named = {rule.referenced_group_id for group in used for rule in group.rules}
        found = (self._groups.get(one) or _Members(one) for one in sorted(filter(None, named)))
        return tuple(members.row() for members in found)

    def _take(self, eni: NetworkInterface, count: int) -> None:
        for group_id in eni.security_group_ids:
            group = self._groups.setdefault(group_id, _Members(group_id))
            for one in eni.addresses:
                group.change(one.address, count)
            if group.is_empty:
                del self._groups[group_id]


class _Members:
    """An address may be several interfaces' for a while."""

    def __init__(self, security_group_id: str) -> None:
        self._counts: Counter[IPv4Address] = Counter()
        self._addresses: list[IPv4Address] = []
        self._row: GroupMembers | None = None
        self._id = security_group_id

    @property
    def is_empty(self) -> bool:
        return not self._addresses

    def change(self, address: IPv4Address, count: int) -> None:
        before = self._counts[address]
        self._counts[address] += count
        if not self._counts[address]:
            del self._counts[address]
            del self._addresses[bisect_left(self._addresses, int(address), key=int)]
            self._row = None
        elif not before:
            insort(self._addresses, address, key=int)
            self._row = None

    def row(self) -> GroupMembers:
        if self._row is None:
            origin = Origin(self._id, "members of the security group")
            self._row = GroupMembers(self._id, tuple(self._addresses), origin)
        return self._row
