"""The filters of a VPC's router: source checks, route marks, security groups, network ACLs, public addresses.

In nftables `accept` ends one base chain only, so that each question has a base chain of its own and a packet must
please all of them:

    arrival (before conntrack)   may this address come by this link; which route table; which conntrack zone
    legs                         endpoints answer only, the internet reaches translated addresses only, peers meet
                                 interfaces only
    out_of_groups, into_groups   security groups of the sender, of the receiver; default deny
    acl_out, acl_in              network ACLs of the sender's subnet, of the receiver's; default deny
    departure (after NAT)        nothing with a private address leaves through the internet gateway

Of interface endpoints, which share a link (`n-…`), route table, groups and ACLs are known by address.

Neither groups nor ACLs apply to the router's own services (resolver and metadata), as on AWS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address
from typing import Final

from skywalk.drivers.interface_names import DeviceKind, interface_name
from skywalk.drivers.linux.acl_chains import AclChains
from skywalk.drivers.linux.group_chains import GroupChains
from skywalk.drivers.linux.inner_routes import inner_routed_segments
from skywalk.drivers.linux.marks import route_table_marks
from skywalk.drivers.linux.ruleset import Chain, Ruleset, version_chain
from skywalk.drivers.linux.sets import DataType, Element, SetDeclaration, Value, interval_elements
from skywalk.drivers.linux.zones import INTERNET_DEVICE, ZONE_SETS, zone_chains, zone_elements
from skywalk.plan.filters import Direction
from skywalk.plan.peerings import Peering
from skywalk.plan.plan import Plan
from skywalk.plan.segments import EndpointPort, Port, Segment

METADATA_ADDRESS = IPv4Address("169.254.169.254")
ROUTE_TABLE_MAP: Final = "route_table"
"""The map from a port to the mark that chooses its route table."""

_TCP, _UDP = 6, 17
_DNS, _HTTP = 53, 80

_SETS = (
    SetDeclaration("port_address", (DataType.DEVICE, DataType.ADDRESS)),
    SetDeclaration("unchecked_port", (DataType.DEVICE,)),
    SetDeclaration("vpc", (DataType.ADDRESS,), is_interval=True),
    SetDeclaration("service", (DataType.ADDRESS, DataType.PROTOCOL, DataType.SERVICE)),
    SetDeclaration(ROUTE_TABLE_MAP, (DataType.DEVICE,), DataType.MARK),
    SetDeclaration("inner_routed", (DataType.DEVICE,), DataType.VERDICT),
    SetDeclaration("endpoint_route_table", (DataType.ADDRESS,), DataType.MARK),
    SetDeclaration("endpoint_inner_routed", (DataType.ADDRESS,), DataType.VERDICT),
    SetDeclaration("peer_network", (DataType.DEVICE, DataType.ADDRESS), is_interval=True),
    *ZONE_SETS,
    SetDeclaration("group_out", (DataType.DEVICE,), DataType.VERDICT),
    SetDeclaration("group_in", (DataType.DEVICE,), DataType.VERDICT),
    SetDeclaration("acl_out", (DataType.DEVICE,), DataType.VERDICT),
    SetDeclaration("acl_in", (DataType.DEVICE,), DataType.VERDICT),
    SetDeclaration("endpoint_group_in", (DataType.ADDRESS,), DataType.VERDICT),
    SetDeclaration("endpoint_acl_out", (DataType.ADDRESS,), DataType.VERDICT),
    SetDeclaration("endpoint_acl_in", (DataType.ADDRESS,), DataType.VERDICT),
    SetDeclaration("public_address", (DataType.ADDRESS,)),
    SetDeclaration("public_to_private", (DataType.ADDRESS,), DataType.ADDRESS),
    SetDeclaration("private_to_public", (DataType.ADDRESS,), DataType.ADDRESS),
)

_CHAINS = (
    Chain(
        "arrival",
        (
            'iifname "p-*" jump from_port',
            'iifname "n-*" jump from_endpoint',
            'iifname "internet" ip daddr != @public_address drop',
            'iifname "internet" ip saddr @vpc drop',
            'iifname "e-*" ip saddr @vpc drop',
            'iifname "x-*" iifname . ip saddr != @peer_network drop',
            'iifname "x-*" ip daddr != @vpc drop',
            f'iifname "internet" meta mark set iifname map @{ROUTE_TABLE_MAP}',
            "jump zones",
        ),
        "type filter hook prerouting priority -300; policy accept;",
    ),
    Chain(
        "from_port",
        (
            "iifname . ip saddr != @port_address iifname != @unchecked_port drop",
            f"meta mark set iifname map @{ROUTE_TABLE_MAP}",
            "iifname vmap @inner_routed",
        ),
    ),
    # No mark: no address of an interface endpoint.
    Chain(
        "from_endpoint",
        (
            "meta mark set ip saddr map @endpoint_route_table",
            "meta mark 0 drop",
            "ip saddr vmap @endpoint_inner_routed",
        ),
    ),
    Chain(
        "to_private",
        ('iifname "internet" dnat to ip daddr map @public_to_private',),
        "type nat hook prerouting priority -100; policy accept;",
    ),
    # Who asks is known by its address: also an appliance asks by its own alone.
    Chain(
        "to_services",
        ("iifname . ip saddr @port_address ip daddr . meta l4proto . th dport @service accept",),
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
            'iifname "n-*" ct state != established drop',
            'iifname "internet" ct status & (snat | dnat) == 0 drop',
            'oifname "p-*" oifname . ip daddr != @port_address oifname != @unchecked_port drop',
            'iifname "x-*" oifname != "p-*" oifname != "n-*" drop',
            'oifname "x-*" ip saddr != @vpc drop',
        ),
        "type filter hook forward priority -40; policy accept;",
    ),
    Chain(
        "out_of_groups",
        ("ct state established,related jump tracked_out", "iifname vmap @group_out", 'iifname != "p-*" accept'),
        "type filter hook forward priority -30; policy drop;",
    ),
    # After those of the sender's groups, so that what these refuse is not the ACL's; stateless.
    Chain(
        "acl_out",
        (
            "iifname vmap @acl_out",
            'iifname "n-*" ip saddr vmap @endpoint_acl_out',
            'iifname != "p-*" iifname != "n-*" accept',
        ),
        "type filter hook forward priority -20; policy drop;",
    ),
    Chain(
        "acl_in",
        (
            "oifname vmap @acl_in",
            'oifname "n-*" ip daddr vmap @endpoint_acl_in',
            'oifname != "p-*" oifname != "n-*" accept',
        ),
        "type filter hook forward priority -10; policy drop;",
    ),
    Chain(
        "into_groups",
        (
            "ct state established,related jump tracked_in",
            "oifname vmap @group_in",
            'oifname "n-*" ip daddr vmap @endpoint_group_in',
            'oifname != "p-*" oifname != "n-*" accept',
        ),
        "type filter hook forward priority 0; policy drop;",
    ),
    Chain("through", ("jump passed",), "type filter hook forward priority 10; policy accept;"),
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
    groups, acls = GroupChains(plan), AclChains(plan)
    inner = inner_routed_segments(plan)
    elements = {
        "port_address": _port_addresses(plan.ports),
        "unchecked_port": frozenset(Element((_device(port),)) for port in plan.ports if not port.source_dest_check),
        "vpc": interval_elements(plan.router.networks),
        "service": _services(plan),
        ROUTE_TABLE_MAP: _marks(plan),
        "inner_routed": _inner_routed(plan.ports, inner),
        "peer_network": _peer_networks(plan.peerings),
        "group_out": groups.verdicts(plan.ports, Direction.OUT),
        "group_in": groups.verdicts(plan.ports, Direction.IN),
        "acl_out": acls.verdicts(plan.ports, Direction.OUT),
        "acl_in": acls.verdicts(plan.ports, Direction.IN),
        "endpoint_route_table": _endpoint_marks(plan),
        "endpoint_inner_routed": _endpoint_inner_routed(plan.endpoint_ports, inner),
        "endpoint_group_in": groups.endpoint_verdicts(plan.endpoint_ports),
        "endpoint_acl_out": acls.endpoint_verdicts(plan.endpoint_ports, Direction.OUT),
        "endpoint_acl_in": acls.endpoint_verdicts(plan.endpoint_ports, Direction.IN),
        **zone_elements(plan),
        **_translations(plan),
        **groups.elements,
    }
    chains = (*_CHAINS, _VERSION, *groups.chains, *acls.chains, *zone_chains(plan), *map(_inner_chain, inner))
    return Ruleset(
        sets={each.name: each for each in (*_SETS, *groups.sets)},
        chains={each.name: each for each in chains},
        elements={name: found for name, found in elements.items() if found},
    )


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
    found = {_device(port): marks[port.route_table_id] for port in plan.ports}
    if plan.router.gateway_route_table_id is not None:
        found[INTERNET_DEVICE] = marks[plan.router.gateway_route_table_id]
    return frozenset(Element((device,), data=mark) for device, mark in found.items())


def _endpoint_marks(plan: Plan) -> frozenset[Element]:
    marks = route_table_marks(plan)
    return frozenset(
        Element((port.address,), data=marks[port.route_table_id])
        for port in plan.endpoint_ports
        if isinstance(port.address, IPv4Address)
    )


def _endpoint_inner_routed(ports: Iterable[EndpointPort], segments: Iterable[Segment]) -> frozenset[Element]:
    chains = {segment.subnet_id: _inner_chain(segment).name for segment in segments}
    return frozenset(
        Element((port.address,), data=chains[port.subnet_id])
        for port in ports
        if port.subnet_id in chains and isinstance(port.address, IPv4Address)
    )


def _inner_routed(ports: Iterable[Port], segments: Iterable[Segment]) -> frozenset[Element]:
    chains = {segment.subnet_id: _inner_chain(segment).name for segment in segments}
    return frozenset(
        Element((_device(port),), data=chains[port.subnet_id]) for port in ports if port.subnet_id in chains
    )


def _inner_chain(segment: Segment) -> Chain:
    """What stays in its subnet is never led through an appliance, whatever the route table says of the VPC."""
    return Chain(f"{segment.subnet_id}-inner", (f"ip daddr {segment.network} meta mark set 0",))


def _peer_networks(peerings: Iterable[Peering]) -> frozenset[Element]:
    return frozenset(
        Element((device, *interval.key), (device, *(interval.last or interval.key)))
        for peering in peerings
        for device in (interface_name(DeviceKind.PEERING, peering.vpc_peering_connection_id),)
        for interval in interval_elements(peering.peer_networks)
    )


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
