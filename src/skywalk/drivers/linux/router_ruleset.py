"""The filters of a VPC's router: source checks, route marks, security groups, public addresses.

In nftables `accept` ends one base chain only, so that each question has a base chain of its own and a packet must
please all of them:

    arrival (before conntrack)   may this address come by this link; which route table; which conntrack zone
    legs                         endpoints answer only, the internet reaches translated addresses only
    out_of_groups, into_groups   security groups of the sender, of the receiver; default deny
    departure (after NAT)        nothing with a private address leaves through the internet gateway

Security groups do not apply to the router's own services (resolver and metadata), as on AWS.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from skywalk.drivers.interface_names import DeviceKind, interface_name
from skywalk.drivers.linux.marks import route_table_marks
from skywalk.drivers.linux.ruleset import Chain, Ruleset, version_chain
from skywalk.drivers.linux.sets import DataType, Element, SetDeclaration, Value, interval_elements
from skywalk.plan.filters import ANY_PROTOCOL, Direction, FilterRule
from skywalk.plan.places import INTERNET
from skywalk.plan.plan import Plan
from skywalk.plan.segments import Port

METADATA_ADDRESS = IPv4Address("169.254.169.254")
INTERNET_DEVICE: Final = "internet"
ROUTE_TABLE_MAP: Final = "route_table"
"""The map from a port to the mark that chooses its route table."""

_ICMP, _TCP, _UDP = 1, 6, 17
_DNS, _HTTP = 53, 80
_HIGHEST_PORT = 65535

_SETS = (
    SetDeclaration("port_address", (DataType.DEVICE, DataType.ADDRESS)),
    SetDeclaration("unchecked_port", (DataType.DEVICE,)),
    SetDeclaration("vpc", (DataType.ADDRESS,), is_interval=True),
    SetDeclaration("service", (DataType.ADDRESS, DataType.PROTOCOL, DataType.SERVICE)),
    SetDeclaration(ROUTE_TABLE_MAP, (DataType.DEVICE,), DataType.MARK),
    SetDeclaration("leg_zone", (DataType.DEVICE,), DataType.ZONE),
    SetDeclaration("group_out", (DataType.DEVICE,), DataType.VERDICT),
    SetDeclaration("group_in", (DataType.DEVICE,), DataType.VERDICT),
    SetDeclaration("public_address", (DataType.ADDRESS,)),
    SetDeclaration("public_to_private", (DataType.ADDRESS,), DataType.ADDRESS),
    SetDeclaration("private_to_public", (DataType.ADDRESS,), DataType.ADDRESS),
)

_CHAINS = (
    Chain(
        "arrival",
        (
            'iifname "p-*" jump from_port',
            'iifname "internet" ip daddr != @public_address drop',
            'iifname "internet" ip saddr @vpc drop',
            'iifname "e-*" ip saddr @vpc drop',
            "ct zone set iifname map @leg_zone",
        ),
        "type filter hook prerouting priority -300; policy accept;",
    ),
    Chain(
        "from_port",
        (
            "iifname . ip saddr != @port_address iifname != @unchecked_port drop",
            f"meta mark set iifname map @{ROUTE_TABLE_MAP}",
        ),
    ),
    Chain(
        "to_private",
        ('iifname "internet" dnat to ip daddr map @public_to_private',),
        "type nat hook prerouting priority -100; policy accept;",
    ),
    Chain(
        "to_services",
        ('iifname "p-*" ip daddr . meta l4proto . th dport @service accept',),
        "type filter hook input priority 0; policy drop;",
    ),
    # AWS's router sends no ICMP errors of its own; only answers of its services leave.
    Chain(
        "from_services",
        ('oifname "p-*" ip saddr . meta l4proto . th sport @service accept',),
        "type filter hook output priority 0; policy drop;",
    ),
    Chain(
        "legs",
        (
            'iifname "e-*" ct state != established drop',
            'iifname "internet" ct status & (snat | dnat) == 0 drop',
            'oifname "p-*" oifname . ip daddr != @port_address oifname != @unchecked_port drop',
        ),
        "type filter hook forward priority -40; policy accept;",
    ),
    Chain(
        "out_of_groups",
        ("ct state established,related accept", "iifname vmap @group_out", 'iifname != "p-*" accept'),
        "type filter hook forward priority -30; policy drop;",
    ),
    Chain(
        "into_groups",
        ("ct state established,related accept", "oifname vmap @group_in", 'oifname != "p-*" accept'),
        "type filter hook forward priority 0; policy drop;",
    ),
    Chain(
        "to_public",
        ('oifname "internet" snat to ip saddr map @private_to_public',),
        "type nat hook postrouting priority 100; policy accept;",
    ),
    # Also connections from before a change: one that was translated may not go on towards an endpoint, nor one
    # that was not towards the internet.
    Chain(
        "departure",
        ('oifname "internet" ip saddr != @public_address drop', 'oifname "e-*" ip saddr != @vpc drop'),
        "type filter hook postrouting priority 150; policy accept;",
    ),
)
_VERSION = version_chain(_SETS, _CHAINS)


def router_ruleset(plan: Plan) -> Ruleset:
    groups = _GroupChains(plan)
    elements = {
        "port_address": _port_addresses(plan.ports),
        "unchecked_port": frozenset(Element((_device(port),)) for port in plan.ports if not port.source_dest_check),
        "vpc": interval_elements(plan.router.networks),
        "service": _services(plan),
        ROUTE_TABLE_MAP: _marks(plan),
        "leg_zone": frozenset(Element((leg_device(zone.leg),), data=zone.zone) for zone in plan.conntrack_zones),
        "group_out": groups.verdicts(plan.ports, Direction.OUT),
        "group_in": groups.verdicts(plan.ports, Direction.IN),
        **_translations(plan),
        **groups.elements,
    }
    return Ruleset(
        sets={each.name: each for each in (*_SETS, *groups.sets)},
        chains={each.name: each for each in (*_CHAINS, _VERSION, *groups.chains)},
        elements={name: found for name, found in elements.items() if found},
    )


def leg_device(leg: str) -> str:
    """The device of a leg of the router: a network interface's, an endpoint's or the internet's."""
    if leg == INTERNET:
        return INTERNET_DEVICE
    return interface_name(DeviceKind.PORT if leg.startswith("eni-") else DeviceKind.ENDPOINT, leg)


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
    return " ".join(part for part in (peer, _protocol(rule), "accept", f'comment "{rule.rule_id}"') if part)


def _peer(rule: FilterRule) -> str | None:
    field = "ip saddr" if rule.direction is Direction.IN else "ip daddr"
    if rule.peer_group_id is not None:
        return f"{field} @{members_set(rule.peer_group_id)}"
    if rule.peer_prefix_list_id is not None:
        return f"{field} @{prefixes_set(rule.peer_prefix_list_id)}"
    if not isinstance(rule.peer_network, IPv4Network):
        return None
    return f"{field} {rule.peer_network}" if rule.peer_network.prefixlen else ""


def _protocol(rule: FilterRule) -> str:
    match rule.protocol:
        case -1:
            return ""
        case 1:
            return _icmp(rule)
        case 6 | 17:
            name = "tcp" if rule.protocol == _TCP else "udp"
            if (rule.from_port, rule.to_port) == (0, _HIGHEST_PORT) or rule.from_port == ANY_PROTOCOL:
                return f"meta l4proto {name}"
            return f"{name} dport {_ports(rule.from_port, rule.to_port)}"
        case number:
            return f"meta l4proto {number}"


def _ports(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _icmp(rule: FilterRule) -> str:
    if rule.from_port < 0:
        return "meta l4proto icmp"
    code = f" icmp code {rule.to_port}" if rule.to_port >= 0 else ""
    return f"icmp type {rule.from_port}{code}"


def _device(port: Port) -> str:
    return interface_name(DeviceKind.PORT, port.network_interface_id)


def _port_addresses(ports: Iterable[Port]) -> frozenset[Element]:
    return frozenset(
        Element((_device(port), address))
        for port in ports
        for address in port.addresses
        if isinstance(address, IPv4Address)
    )


def _services(plan: Plan) -> frozenset[Element]:
    names: set[tuple[Value, ...]] = {
        (address, protocol, _DNS)
        for address in plan.router.resolver_addresses
        if isinstance(address, IPv4Address)
        for protocol in (_UDP, _TCP)
    }
    return frozenset(Element(key) for key in {*names, (METADATA_ADDRESS, _TCP, _HTTP)})


def _marks(plan: Plan) -> frozenset[Element]:
    marks = route_table_marks(plan)
    return frozenset(Element((_device(port),), data=marks[port.route_table_id]) for port in plan.ports)


def _translations(plan: Plan) -> Mapping[str, frozenset[Element]]:
    pairs = [
        (row.public_address, row.private_address)
        for row in plan.translations
        if isinstance(row.public_address, IPv4Address) and isinstance(row.private_address, IPv4Address)
    ]
    return {
        "public_address": frozenset(Element((public,)) for public, _ in pairs),
        "public_to_private": frozenset(Element((public,), data=private) for public, private in pairs),
        "private_to_public": frozenset(Element((private,), data=public) for public, private in pairs),
    }


class _GroupChains:
    """Two chains per group that has rules or members, one more pair for every combination of groups in use."""

    def __init__(self, plan: Plan) -> None:
        self._rules: dict[str, list[str]] = defaultdict(list)
        self.sets: list[SetDeclaration] = []
        self.elements: dict[str, frozenset[Element]] = {}
        for rule in plan.filter_rules:
            text = render_filter_rule(rule)
            if text is not None:
                self._rules[group_chain(rule.security_group_id, rule.direction)].append(text)
        self._add_sets(plan)
        self.chains = [Chain(name, tuple(rules)) for name, rules in sorted(self._rules.items())]
        self._add_combinations(plan.ports)

    def verdicts(self, ports: Iterable[Port], direction: Direction) -> frozenset[Element]:
        found = ((_device(port), self._entry(port.security_group_ids, direction)) for port in ports)
        return frozenset(Element((device,), data=chain) for device, chain in found if chain is not None)

    def _entry(self, group_ids: tuple[str, ...], direction: Direction) -> str | None:
        """The chain in which packets of an interface with these groups start; None where nothing lets one through."""
        names = self._chains_of(group_ids, direction)
        if len(names) < 2:
            return names[0] if names else None
        digest = hashlib.sha256(" ".join(names).encode()).hexdigest()[:16]
        return f"groups-{digest}-{direction}"

    def _chains_of(self, group_ids: tuple[str, ...], direction: Direction) -> list[str]:
        names = (group_chain(group_id, direction) for group_id in sorted(set(group_ids)))
        return [name for name in names if name in self._rules]

    def _add_combinations(self, ports: Iterable[Port]) -> None:
        combinations = sorted({port.security_group_ids for port in ports})
        found: dict[str, Chain] = {}
        for group_ids in combinations:
            for direction in Direction:
                names = self._chains_of(group_ids, direction)
                entry = self._entry(group_ids, direction)
                if entry is not None and len(names) > 1:
                    found[entry] = Chain(entry, tuple(f"jump {name}" for name in names))
        self.chains.extend(found.values())

    def _add_sets(self, plan: Plan) -> None:
        """A set for every group and prefix list that a rule names, though it may have no members."""
        members = {row.security_group_id: row.addresses for row in plan.group_members}
        prefixes = {row.prefix_list_id: row.networks for row in plan.prefix_sets}
        for group_id in sorted({rule.peer_group_id for rule in plan.filter_rules if rule.peer_group_id}):
            self.sets.append(SetDeclaration(members_set(group_id), (DataType.ADDRESS,)))
            self.elements[members_set(group_id)] = frozenset(
                Element((address,)) for address in members.get(group_id, ()) if isinstance(address, IPv4Address)
            )
        for list_id in sorted({rule.peer_prefix_list_id for rule in plan.filter_rules if rule.peer_prefix_list_id}):
            self.sets.append(SetDeclaration(prefixes_set(list_id), (DataType.ADDRESS,), is_interval=True))
            self.elements[prefixes_set(list_id)] = interval_elements(prefixes.get(list_id, ()))
