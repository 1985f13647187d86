"""Security groups as chains: one per group and direction, one more per combination of groups that ports have.

A group's chain accepts what its rules let through and says nothing of the rest, which the base chains drop.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address
from itertools import product

from skywalk.drivers.linux.rule_matches import match_network, match_protocol, peer_field
from skywalk.drivers.linux.ruleset import Chain
from skywalk.drivers.linux.sets import DataType, Element, SetDeclaration, interval_elements
from skywalk.plan.filters import Direction, FilterRule, GroupMembers
from skywalk.plan.plan import Plan

ElementsOf = Callable[[GroupMembers], frozenset[Element]]

UNFILTERED = "unfiltered"
"""The chain of ports of which groups say nothing."""


class GroupChains:
    """The chains and sets that a plan's groups need."""

    def __init__(self, plan: Plan, elements_of: ElementsOf | None = None) -> None:
        self._elements_of = elements_of or member_elements
        self._rules: dict[str, list[str]] = defaultdict(list)
        self.sets: list[SetDeclaration] = []
        self.elements: dict[str, frozenset[Element]] = {}
        for rule in plan.filter_rules:
            text = render_filter_rule(rule)
            if text is not None:
                self._rules[group_chain(rule.security_group_id, rule.direction)].append(text)
        self._add_sets(plan)
        self.chains = [Chain(name, tuple(rules)) for name, rules in sorted(self._rules.items())]
        if not all(port.is_filtered for port in plan.ports):
            self.chains.append(Chain(UNFILTERED, ("accept",)))
        filtered = [port.security_group_ids for port in plan.ports if port.is_filtered]
        self._add_combinations(filtered, Direction)
        self._add_combinations((port.security_group_ids for port in plan.endpoint_ports), (Direction.IN,))

    def entry(self, group_ids: tuple[str, ...], direction: Direction, *, is_filtered: bool = True) -> str | None:
        """The chain in which packets of an interface with these groups start; None where nothing lets one through."""
        return self._entry(group_ids, direction) if is_filtered else UNFILTERED

    def _entry(self, group_ids: tuple[str, ...], direction: Direction) -> str | None:
        names = self._chains_of(group_ids, direction)
        if len(names) < 2:
            return names[0] if names else None
        digest = hashlib.sha256(" ".join(names).encode()).hexdigest()[:16]
        return f"groups-{digest}-{direction}"

    def _chains_of(self, group_ids: tuple[str, ...], direction: Direction) -> list[str]:
        names = (group_chain(group_id, direction) for group_id in sorted(set(group_ids)))
        return [name for name in names if name in self._rules]

    def _add_combinations(self, combinations: Iterable[tuple[str, ...]], directions: Iterable[Direction]) -> None:
        known = {chain.name for chain in self.chains}
        for group_ids, direction in product(sorted(set(combinations)), directions):
            names = self._chains_of(group_ids, direction)
            entry = self._entry(group_ids, direction)
            if entry is not None and len(names) > 1 and entry not in known:
                known.add(entry)
                self.chains.append(Chain(entry, tuple(f"jump {name}" for name in names)))

    def _add_sets(self, plan: Plan) -> None:
        """A set for every group and prefix list that a rule names, though it may have no members."""
        members = {row.security_group_id: row for row in plan.group_members}
        prefixes = {row.prefix_list_id: row.networks for row in plan.prefix_sets}
        for group_id in sorted({rule.peer_group_id for rule in plan.filter_rules if rule.peer_group_id}):
            self.sets.append(SetDeclaration(members_set(group_id), (DataType.ADDRESS,)))
            row = members.get(group_id)
            self.elements[members_set(group_id)] = frozenset() if row is None else self._elements_of(row)
        for list_id in sorted({rule.peer_prefix_list_id for rule in plan.filter_rules if rule.peer_prefix_list_id}):
            self.sets.append(SetDeclaration(prefixes_set(list_id), (DataType.ADDRESS,), is_interval=True))
            self.elements[prefixes_set(list_id)] = interval_elements(prefixes.get(list_id, ()))


def member_elements(row: GroupMembers) -> frozenset[Element]:
    return frozenset(Element((address,)) for address in row.addresses if isinstance(address, IPv4Address))


def members_set(security_group_id: str) -> str:
    return f"members-{security_group_id}"


def prefixes_set(prefix_list_id: str) -> str:
    return f"prefixes-{prefix_list_id}"


def group_chain(security_group_id: str, direction: Direction) -> str:
    return f"{security_group_id}-{direction}"


def render_filter_rule(rule: FilterRule) -> str | None:
    """`ip saddr 10.0.0.0/16 tcp dport 443 accept comment "sgr-…"`; None for what IPv4 packets cannot match."""
    peer = _peer(rule)
    if peer is None:
        return None
    protocol = match_protocol(rule.protocol, rule.from_port, rule.to_port)
    return " ".join(part for part in (peer, protocol, "accept", f'comment "{rule.rule_id}"') if part)


def _peer(rule: FilterRule) -> str | None:
    field = peer_field(rule.direction)
    if rule.peer_group_id is not None:
        return f"{field} @{members_set(rule.peer_group_id)}"
    if rule.peer_prefix_list_id is not None:
        return f"{field} @{prefixes_set(rule.peer_prefix_list_id)}"
    return match_network(rule.direction, rule.peer_network) if rule.peer_network is not None else None
