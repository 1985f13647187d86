"""Members of groups, of which only what has changed is looked at."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from skywalk.compile.group_members import MembersMemory
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.snapshot import Snapshot
from support.launching import Home
from support.region import Region

MEMBERS = list[tuple[str, list[str]]]


def snapshot() -> Snapshot:
    """Of a VPC with one instance, whose default group names itself."""
    home = Home(Region())
    home.launch()
    found = home.region.store.snapshot(home.vpc_id)
    assert found is not None
    return found


def with_interfaces(base: Snapshot, *interfaces: NetworkInterface) -> Snapshot:
    return replace(base, network_interfaces={eni.id: eni for eni in interfaces})


def told(memory: MembersMemory, of: Snapshot) -> list[str]:
    """The addresses of the default group's members."""
    (row,) = memory.members_of(of, of.security_groups.values())
    assert row == MembersMemory().members_of(of, of.security_groups.values())[0]
    return [str(address) for address in row.addresses]


def test_an_address_stays_a_member_as_long_as_one_interface_has_it() -> None:
    base, memory = snapshot(), MembersMemory()
    (eni,) = base.network_interfaces.values()
    (first,) = eni.addresses
    twin, other = (
        replace(eni, id="eni-2"),
        replace(eni, id="eni-3", addresses=(replace(first, address=IPv4Address("10.0.1.9")),)),
    )
    assert told(memory, with_interfaces(base, eni, twin, other)) == sorted([str(first.address), "10.0.1.9"])
    assert told(memory, with_interfaces(base, twin)) == [str(first.address)]
    assert told(memory, with_interfaces(base)) == []
    assert told(memory, with_interfaces(base, other)) == ["10.0.1.9"]


def test_without_a_change_it_is_the_same_row() -> None:
    base, memory = snapshot(), MembersMemory()
    (before,) = memory.members_of(base, base.security_groups.values())
    (after,) = memory.members_of(replace(base, revision=99), base.security_groups.values())
    assert after is before
