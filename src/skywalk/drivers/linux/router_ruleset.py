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

from skywalk.drivers.interface_names import DeviceKind, interface_name
from skywalk.drivers.linux.layout import ROUTER
from skywalk.drivers.linux.marks import route_table_marks
from skywalk.drivers.linux.port_pieces import ROUTE_TABLE_MAP, PortBook, PortLayout, inner_chain
from skywalk.drivers.linux.ruleset import Chain, Ruleset, version_chain
from skywalk.drivers.linux.sets import DataType, Element, SetDeclaration, Value, interval_elements
from skywalk.drivers.linux.zones import INTERNET_DEVICE, ZONE_SETS, zone_chains, zone_elements
from skywalk.plan.peerings import Peering
from skywalk.plan.plan import Plan

METADATA_ADDRESS = IPv4Address("169.254.169.254")
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


def router_ruleset(plan: Plan, ports: PortLayout | None = None) -> Ruleset:
    """`ports` is what the plan's ports add, where that is known."""
    ports = ports or PortBook().read(plan)
    elements = {
        "vpc": interval_elements(plan.router.networks),
        "service": _services(plan),
        "peer_network": _peer_networks(plan.peerings),
        **ports.elements(ROUTER),
        **zone_elements(plan),
        **_translations(plan),
        **ports.groups.elements,
    }
    elements[ROUTE_TABLE_MAP] = elements.get(ROUTE_TABLE_MAP, frozenset()) | _gateway_mark(plan)
    groups, acls, inner = ports.groups, ports.acls, map(inner_chain, ports.inner)
    chains = (*_CHAINS, _VERSION, *groups.chains, *acls.chains, *zone_chains(plan), *inner)
    return Ruleset(
        sets={each.name: each for each in (*_SETS, *groups.sets)},
        chains={each.name: each for each in chains},
        elements={name: found for name, found in elements.items() if found},
    )


def _services(plan: Plan) -> frozenset[Element]:
    names: set[tuple[Value, ...]] = {
        (address, protocol, _DNS)
        for address in plan.router.resolver_addresses
        if isinstance(address, IPv4Address)
        for protocol in (_UDP, _TCP)
    }
    return frozenset(Element(key) for key in {*names, (METADATA_ADDRESS, _TCP, _HTTP)})


def _gateway_mark(plan: Plan) -> frozenset[Element]:
    """Of what comes in by the internet gateway, where that has a route table."""
    table_id = plan.router.gateway_route_table_id
    if table_id is None:
        return frozenset()
    return frozenset({Element((INTERNET_DEVICE,), data=route_table_marks(plan)[table_id])})


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
