"""Network ACLs as chains: one per ACL and direction, and one per subnet that knows what stays within it.

The packets of a port, or of an interface endpoint's address, go from a map into the chain of its subnet, which lets
through what goes on to an interface of the same subnet and marks it for the other end of the hop, and from there into
the chain of the ACL: its rules in order, and at the end a drop. An ACL that lets everything through, both ways, is one
step: from the map to an accept.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from skywalk.drivers.linux.rule_matches import match_network, match_protocol
from skywalk.drivers.linux.ruleset import Chain
from skywalk.plan.filters import ANY_PROTOCOL, Direction
from skywalk.plan.network_acls import AclRule
from skywalk.plan.plan import Plan
from skywalk.plan.segments import Segment

WITHIN_SUBNET: Final = 1
"""The mark of a packet whose hop stays within a subnet. By then its route table, the former mark, has been asked."""


class AclChains:
    """The chains that the ACLs of a plan's ports need."""

    def __init__(self, plan: Plan) -> None:
        self._segments = {segment.subnet_id: segment for segment in plan.segments}
        self._rules: dict[tuple[str, Direction], list[str]] = defaultdict(list)
        starts_open: set[tuple[str, Direction]] = set()
        for rule in sorted(plan.acl_rules, key=lambda rule: rule.rule_number):
            text = render_acl_rule(rule)
            if text is None:
                continue
            place = rule.network_acl_id, rule.direction
            if place not in self._rules and _lets_all_through(rule):
                starts_open.add(place)
            self._rules[place].append(text)
        places = {acl_id for acl_id, _ in starts_open}
        self._open = {one for one in places if all((one, each) in starts_open for each in Direction)}
        used = {each.subnet_id for ports in (plan.ports, plan.endpoint_ports) for each in ports}
        segments = [segment for segment in plan.segments if segment.subnet_id in used]
        acl_ids = sorted({segment.network_acl_id for segment in segments})
        self.chains = [self._acl_chain(acl_id, direction) for acl_id in acl_ids for direction in Direction]
        self.chains += [_subnet_chain(each) for each in segments if not self._is_open(each.network_acl_id)]

    def entry(self, subnet_id: str, direction: Direction) -> str:
        """The chain in which packets of the subnet's interfaces start."""
        segment = self._segments[subnet_id]
        if direction is Direction.IN or self._is_open(segment.network_acl_id):
            return acl_chain(segment.network_acl_id, direction)
        return subnet_chain(segment.subnet_id)

    def _is_open(self, acl_id: str) -> bool:
        return acl_id in self._open

    def _acl_chain(self, acl_id: str, direction: Direction) -> Chain:
        if self._is_open(acl_id):
            return Chain(acl_chain(acl_id, direction), ("accept",))
        within = (f"meta mark {WITHIN_SUBNET} accept",) if direction is Direction.IN else ()
        return Chain(acl_chain(acl_id, direction), (*within, *self._rules.get((acl_id, direction), ()), "drop"))


def acl_chain(network_acl_id: str, direction: Direction) -> str:
    return f"{network_acl_id}-{direction}"


def subnet_chain(subnet_id: str) -> str:
    return f"{subnet_id}-out"


def _subnet_chain(segment: Segment) -> Chain:
    """What leaves the subnet is the ACL's matter. Asked is where the packet goes next, which may be an appliance."""
    return Chain(
        subnet_chain(segment.subnet_id),
        (
            f"rt nexthop {segment.network} meta mark set {WITHIN_SUBNET} accept",
            f"goto {acl_chain(segment.network_acl_id, Direction.OUT)}",
        ),
    )


def render_acl_rule(rule: AclRule) -> str | None:
    """`ip saddr 10.0.2.0/24 tcp dport 22 drop comment "rule 90"`; None for what IPv4 packets cannot match."""
    network = match_network(rule.direction, rule.network)
    if network is None:
        return None
    protocol = match_protocol(rule.protocol, rule.from_port, rule.to_port)
    verdict = "accept" if rule.is_allow else "drop"
    return " ".join(part for part in (network, protocol, verdict, f'comment "rule {rule.rule_number}"') if part)


def _lets_all_through(rule: AclRule) -> bool:
    return rule.is_allow and rule.protocol == ANY_PROTOCOL and rule.network.prefixlen == 0
