"""Pass: network ACLs. Only those that a subnet is in are in the plan."""

from __future__ import annotations

from skywalk.plan.filters import ANY_PROTOCOL, Direction
from skywalk.plan.network_acls import AclRule
from skywalk.plan.origin import Origin
from skywalk.resources.network_acl import NetworkAcl, NetworkAclEntry
from skywalk.resources.snapshot import Snapshot
from skywalk.values.addresses import Network


def network_acl_by_subnet(snapshot: Snapshot) -> dict[str, str]:
    """Each subnet's network ACL."""
    return {association.subnet_id: acl.id for acl in snapshot.network_acls.values() for association in acl.associations}


def compile_acl_rules(snapshot: Snapshot) -> tuple[AclRule, ...]:
    rows = [
        _rule(acl, entry, network)
        for _, acl in sorted(snapshot.network_acls.items())
        if acl.associations
        for entry in acl.entries
        if (network := entry.ipv4_network) is not None  # there is no IPv6 traffic that it could decide on
    ]
    return tuple(sorted(rows, key=lambda row: row.key))


def _rule(acl: NetworkAcl, entry: NetworkAclEntry, network: Network) -> AclRule:
    first, last = _ports(entry)
    direction = Direction.OUT if entry.is_egress else Direction.IN
    words = f"{'egress' if entry.is_egress else 'ingress'} entry {entry.rule_number} of {acl.id}"
    return AclRule(
        network_acl_id=acl.id,
        direction=direction,
        rule_number=entry.rule_number,
        is_allow=entry.is_allow,
        protocol=int(entry.protocol),
        from_port=first,
        to_port=last,
        network=network,
        origin=Origin(acl.id, words),
    )


def _ports(entry: NetworkAclEntry) -> tuple[int, int]:
    """The range of ports, or type and code; -1 where the entry has none."""
    if entry.icmp_type is not None:
        return entry.icmp_type, -1 if entry.icmp_code is None else entry.icmp_code
    if entry.from_port is None or entry.to_port is None:
        return ANY_PROTOCOL, ANY_PROTOCOL
    return entry.from_port, entry.to_port
