"""Pass: security groups. Only groups that some port has are in the plan, and what their rules name.

A rule that names a group of another VPC lets its members through while the peering connection is active.
Source: VPC Peering Guide, "Update your security groups to reference peer security groups".
"""

from __future__ import annotations

from collections.abc import Iterator

from skywalk.compile.interface_endpoints import live_interface_endpoints
from skywalk.compile.live import live_interfaces
from skywalk.compile.once import once
from skywalk.compile.resolver_endpoints import compile_resolver_ports
from skywalk.plan.filters import ANY_PROTOCOL, Direction, FilterRule, GroupMembers, PrefixSet
from skywalk.plan.origin import Origin
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.prefix_lists import prefix_list
from skywalk.resources.security_group import SecurityGroup, SecurityGroupRule
from skywalk.resources.snapshot import Snapshot
from skywalk.values.addresses import Address, Network

_PROTOCOL_NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58}


@once
def _used_groups(snapshot: Snapshot) -> tuple[SecurityGroup, ...]:
    used = {group_id for live in live_interfaces(snapshot) for group_id in live.eni.security_group_ids}
    of_endpoints = (eni for live in live_interface_endpoints(snapshot) for eni in live.interfaces)
    used.update(group_id for eni in of_endpoints for group_id in eni.security_group_ids)
    used.update(group_id for port in compile_resolver_ports(snapshot) for group_id in port.security_group_ids)
    return tuple(group for _, group in sorted(snapshot.security_groups.items()) if group.id in used)


def compile_filter_rules(snapshot: Snapshot) -> tuple[FilterRule, ...]:
    rows = [
        _filter_rule(group, rule)
        for group in _used_groups(snapshot)
        for rule in group.rules
        if rule.ipv6_network is None  # there is no IPv6 traffic that it could let through
    ]
    return tuple(sorted(rows, key=lambda row: row.key))


def _filter_rule(group: SecurityGroup, rule: SecurityGroupRule) -> FilterRule:
    return FilterRule(
        rule_id=rule.rule_id,
        security_group_id=group.id,
        direction=Direction.OUT if rule.is_egress else Direction.IN,
        protocol=_protocol_number(rule.protocol),
        from_port=rule.from_port,
        to_port=rule.to_port,
        peer_network=rule.ipv4_network,
        peer_group_id=rule.referenced_group_id,
        peer_prefix_list_id=rule.prefix_list_id,
        origin=Origin(rule.rule_id, f"{'egress' if rule.is_egress else 'ingress'} rule of {group.id}"),
    )


def _protocol_number(protocol: str) -> int:
    return ANY_PROTOCOL if protocol == "-1" else _PROTOCOL_NUMBERS.get(protocol) or int(protocol)


def compile_group_members(snapshot: Snapshot) -> tuple[GroupMembers, ...]:
    """The members of every group that a rule in use names: all interfaces, whether anything runs behind them or not."""
    named = {rule.referenced_group_id for group in _used_groups(snapshot) for rule in group.rules}
    members: dict[str, set[Address]] = {group_id: set() for group_id in named if group_id is not None}
    for eni in _known_interfaces(snapshot):
        for group_id in members.keys() & set(eni.security_group_ids):
            members[group_id].update(one.address for one in eni.addresses)
    return tuple(
        GroupMembers(
            security_group_id=group_id,
            addresses=tuple(sorted(addresses, key=int)),
            origin=Origin(group_id, "members of the security group"),
        )
        for group_id, addresses in sorted(members.items())
    )


def _known_interfaces(snapshot: Snapshot) -> Iterator[NetworkInterface]:
    yield from snapshot.network_interfaces.values()
    yield from snapshot.peer_interfaces.values()


def compile_prefix_sets(snapshot: Snapshot) -> tuple[PrefixSet, ...]:
    """The networks of every prefix list that a rule in use names."""
    named = {rule.prefix_list_id for group in _used_groups(snapshot) for rule in group.rules}
    found = (_prefix_set(snapshot, list_id) for list_id in sorted(one for one in named if one is not None))
    return tuple(one for one in found if one is not None)


def _prefix_set(snapshot: Snapshot, prefix_list_id: str) -> PrefixSet | None:
    own = snapshot.prefix_lists.get(prefix_list_id)
    amazons = prefix_list(snapshot.vpc.scope.region, prefix_list_id)
    networks: tuple[Network, ...]
    if own is not None:
        name, networks = own.name, tuple(sorted(own.ipv4_networks))
    elif amazons is not None:
        name, networks = amazons.name, amazons.networks
    else:
        return None
    return PrefixSet(prefix_list_id, networks, Origin(prefix_list_id, f"prefix list {name}"))
