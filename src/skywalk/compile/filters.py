"""Pass: security groups. Only groups that some port has are in the plan, and what their rules name.

A rule that names a group of another VPC lets its members through while the peering connection is active.
Source: VPC Peering Guide, "Update your security groups to reference peer security groups".
"""

from __future__ import annotations

from collections.abc import Iterable

from skywalk.compile.live import live_interfaces
from skywalk.compile.resolver_endpoints import compile_resolver_ports
from skywalk.plan.filters import ANY_PROTOCOL, Direction, FilterRule, PrefixSet
from skywalk.plan.origin import Origin
from skywalk.resources.prefix_lists import prefix_list
from skywalk.resources.security_group import SecurityGroup, SecurityGroupRule
from skywalk.resources.snapshot import Snapshot
from skywalk.values.addresses import Network

_PROTOCOL_NUMBERS = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58}


def used_groups(snapshot: Snapshot, of_endpoints: frozenset[str]) -> tuple[SecurityGroup, ...]:
    """The groups that some port has, by id; `of_endpoints` are those of interface endpoints."""
    used = {group_id for live in live_interfaces(snapshot) for group_id in live.eni.security_group_ids}
    used.update(of_endpoints)
    used.update(group_id for port in compile_resolver_ports(snapshot) for group_id in port.security_group_ids)
    return tuple(group for _, group in sorted(snapshot.security_groups.items()) if group.id in used)


def compile_filter_rules(used: Iterable[SecurityGroup]) -> tuple[FilterRule, ...]:
    rows = [
        _filter_rule(group, rule)
        for group in used
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


def compile_prefix_sets(snapshot: Snapshot, used: Iterable[SecurityGroup]) -> tuple[PrefixSet, ...]:
    """The networks of every prefix list that a rule in use names."""
    named = {rule.prefix_list_id for group in used for rule in group.rules}
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
