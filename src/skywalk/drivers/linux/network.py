"""Plan → layout: the namespaces, links, addresses, routes, rules and settings that carry a VPC. Pure.

    instance eth0 ──────── p-…  router  internet ──────── v-…  internet
    NAT gateway eth0 ───── p-…          e-…      ──────── e-…  endpoints
                                        n-…      ──────── n-…  endpoints
                                        x-…      ──────── x-…  router of another VPC

A gateway endpoint has a link of its own (`e-…`), all interface endpoints of a VPC share one (`n-…`).

The router has a /32 route for every address of its ports and interface endpoints in table 10: the VPC's local route.
Before it only those routes of the packet's route table are asked that are more specific. What table 10 does not have
and is not of the VPC is decided by the rest of the route table, and by a blackhole after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network

from skywalk.drivers.interface_names import DeviceKind, interface_name
from skywalk.drivers.linux.inner_routes import tables_with_inner_routes
from skywalk.drivers.linux.layout import (
    ENDPOINTS,
    INTERNET,
    LOOPBACK,
    ROUTER,
    KernelRoute,
    KernelRule,
    Layout,
    Link,
    LinkAddress,
    Loopback,
    Neighbour,
    PeeringLink,
    Row,
    Setting,
    is_confined,
)
from skywalk.drivers.linux.marks import inner_table, route_table_marks
from skywalk.drivers.linux.nat_gateway_ruleset import nat_gateway_ruleset
from skywalk.drivers.linux.port_pieces import (
    ANYWHERE,
    BEYOND_MAC,
    LOCAL_TABLE,
    MAIN_TABLE,
    ROUTER_MAC,
    PortBook,
    PortLayout,
)
from skywalk.drivers.linux.router_ruleset import METADATA_ADDRESS, router_ruleset
from skywalk.drivers.linux.routing import BEYOND, endpoint_device, endpoints_device, peering_device, route_rows
from skywalk.drivers.linux.rtnetlink import RouteKind
from skywalk.drivers.linux.service_rulesets import endpoint_ruleset, internet_ruleset
from skywalk.drivers.linux.zones import INTERNET_DEVICE
from skywalk.plan.peerings import Peering
from skywalk.plan.places import INTERNET as INTERNET_OWNER
from skywalk.plan.plan import InternetPlan, Plan
from skywalk.plan.services import GatewayEndpoint

LINK_MTU = 1500
"""Bytes. AWS has 9001 inside a VPC; larger segments travel unsplit between namespaces anyway (GSO)."""

_KERNEL_LOCAL_TABLE = 255
_INNER_PRIORITY, _LOCAL_PRIORITY, _ROUTE_TABLE_PRIORITY = 5, 10, 1000
_BEHIND_THE_UPLINK = 1000

_NAMESPACE_SETTINGS = (
    # IPv6 carries nothing yet: no address may appear by itself.
    ("ipv6/conf/all/disable_ipv6", "1"),
    ("ipv6/conf/default/disable_ipv6", "1"),
)
_FORWARDING_SETTINGS = (
    ("ipv4/ip_forward", "1"),
    # Sources are checked by port in the ruleset; a new namespace copies the machine's rp_filter.
    ("ipv4/conf/all/rp_filter", "0"),
    ("ipv4/conf/default/rp_filter", "0"),
    ("ipv4/conf/all/send_redirects", "0"),
    ("ipv4/conf/default/send_redirects", "0"),
    ("ipv4/conf/all/accept_redirects", "0"),
    ("ipv4/conf/default/accept_redirects", "0"),
)
_INSTANCE_SETTINGS = (
    ("ipv4/conf/all/promote_secondaries", "1"),
    # Not the machine's: of several interfaces each takes what its router sends it.
    ("ipv4/conf/all/rp_filter", "0"),
    ("ipv4/conf/default/rp_filter", "0"),
)


def namespace_settings(namespace: str) -> tuple[tuple[str, str], ...]:
    """What a namespace is set to, by its name: paths below /proc/sys/net, and values."""
    more = _INSTANCE_SETTINGS if is_confined(namespace) else _FORWARDING_SETTINGS
    return _NAMESPACE_SETTINGS + more


def lay_out(plan: Plan, book: PortBook | None = None) -> Layout:
    """One VPC, with its part of the internet namespace. A `book` is one VPC's, and saves what it has made before."""
    ports = (book or PortBook()).read(plan)
    namespaces = {ROUTER: plan.vpc_id}
    if endpoint_ids := _endpoint_ids(plan):
        namespaces[ENDPOINTS] = endpoint_ids[0]
    namespaces.update((port.host_id, port.host_id) for port in plan.ports)
    namespaces.update((guest.instance_id, guest.instance_id) for guest in plan.guests)
    rulesets = {ROUTER: router_ruleset(plan, ports)}
    if endpoint_ids:
        rulesets[ENDPOINTS] = endpoint_ruleset(plan, ports)
    for gateway in plan.nat_gateways:
        namespaces[gateway.nat_gateway_id] = gateway.nat_gateway_id
        rulesets[gateway.nat_gateway_id] = nat_gateway_ruleset(gateway, plan.router.networks)
    return Layout(namespaces, _all_rows(plan, namespaces, ports), rulesets)


def _all_rows(plan: Plan, namespaces: Mapping[str, str], ports: PortLayout) -> dict[Row, str]:
    """Of a row that several have the first one's resource counts."""
    rows: dict[Row, str] = {}
    for owner, row in _rows(plan, namespaces):
        rows.setdefault(row, owner)
    for piece in (ports.ports, ports.endpoint_ports):
        count = len(rows) + len(piece.rows)
        known = dict(rows)
        rows.update(piece.rows)  # without hashing again what is hashed already
        if len(rows) != count:
            rows.update(known)
    return rows


def lay_out_internet(plan: InternetPlan) -> Layout:
    """What is the region's own in the internet namespace: services at their public addresses. The way to an uplink
    is the uplink's own; without it, or while it is not there, all else ends here."""
    rows: dict[Row, str] = dict.fromkeys(_settings(INTERNET), INTERNET_OWNER)
    rows[Loopback(INTERNET)] = INTERNET_OWNER
    metric = _BEHIND_THE_UPLINK if plan.has_uplink else 0
    rows[KernelRoute(INTERNET, MAIN_TABLE, ANYWHERE, RouteKind.BLACKHOLE, metric=metric)] = INTERNET_OWNER
    for service in plan.sites:
        for network in service.networks:
            if isinstance(network, IPv4Network):
                rows.setdefault(_local_route(INTERNET, network), service.key)
    return Layout({INTERNET: INTERNET_OWNER}, rows, {INTERNET: internet_ruleset(plan)})


def _endpoint_ids(plan: Plan) -> list[str]:
    """Of all whose addresses are in the endpoint namespace."""
    gateways = [endpoint.vpc_endpoint_id for endpoint in plan.gateway_endpoints]
    return [*gateways, *(port.owner_id for port in plan.endpoint_ports)]


def vpc_device(vpc_id: str) -> str:
    """The device of a VPC in the internet namespace."""
    return interface_name(DeviceKind.VPC, vpc_id)


def _rows(plan: Plan, namespaces: Mapping[str, str]) -> Iterator[tuple[str, Row]]:
    for namespace, owner in namespaces.items():
        yield owner, Loopback(namespace)
        yield from ((owner, setting) for setting in _settings(namespace))
    yield from ((plan.vpc_id, row) for row in _router_rows(plan))
    for endpoint in plan.gateway_endpoints:
        yield from ((endpoint.vpc_endpoint_id, row) for row in _endpoint_rows(endpoint))
    if plan.endpoint_ports:
        yield from ((plan.endpoint_ports[0].owner_id, row) for row in _shared_link_rows(plan.vpc_id))
    for peering in plan.peerings:
        yield from ((peering.vpc_peering_connection_id, row) for row in _peering_rows(plan.vpc_id, peering))
    if plan.router.has_internet:
        yield from ((plan.vpc_id, row) for row in _internet_rows(plan))
    yield from route_rows(plan)


def _settings(namespace: str) -> Iterator[Row]:
    return (Setting(namespace, path, value) for path, value in namespace_settings(namespace))


def _router_rows(plan: Plan) -> Iterator[Row]:
    addresses = {
        *(segment.router_address for segment in plan.segments),
        *plan.router.resolver_addresses,
        METADATA_ADDRESS,
    }
    for address in addresses:
        if isinstance(address, IPv4Address):
            yield LinkAddress(ROUTER, LOOPBACK, address, 32)
    for network in plan.router.networks:
        if isinstance(network, IPv4Network):
            yield KernelRoute(ROUTER, LOCAL_TABLE, network, RouteKind.BLACKHOLE)
    yield KernelRoute(ROUTER, MAIN_TABLE, ANYWHERE, RouteKind.BLACKHOLE)
    yield KernelRule(ROUTER, _LOCAL_PRIORITY, 0, LOCAL_TABLE)
    inner = tables_with_inner_routes(plan)
    for table_id, mark in route_table_marks(plan).items():
        yield KernelRule(ROUTER, _ROUTE_TABLE_PRIORITY, mark, mark)
        if table_id in inner:
            yield KernelRule(ROUTER, _INNER_PRIORITY, mark, inner_table(mark))


def _endpoint_rows(endpoint: GatewayEndpoint) -> Iterator[Row]:
    """A link of the endpoint's own. The service's networks are local behind all of them alike: a socket bound to
    the device takes what came in by it, and finds back by the default route of that device."""
    device = endpoint_device(endpoint.vpc_endpoint_id)
    yield from _own_link(Link(ROUTER, device, ROUTER_MAC, ENDPOINTS, device, BEYOND_MAC, endpoint.vpc_endpoint_id))
    yield KernelRoute(ENDPOINTS, MAIN_TABLE, ANYWHERE, RouteKind.UNICAST, device, BEYOND)
    for network in endpoint.networks:
        if isinstance(network, IPv4Network):
            yield _local_route(ENDPOINTS, network)


def _shared_link_rows(vpc_id: str) -> Iterator[Row]:
    """One link for the interface endpoints of a VPC. Sockets there are bound to it as well as to their address, which
    has them find back by its default route."""
    device = endpoints_device(vpc_id)
    yield Link(ROUTER, device, ROUTER_MAC, ENDPOINTS, device, BEYOND_MAC, vpc_id)
    yield Neighbour(ENDPOINTS, device, BEYOND, ROUTER_MAC)
    yield KernelRoute(ENDPOINTS, MAIN_TABLE, ANYWHERE, RouteKind.UNICAST, device, BEYOND)


def _internet_rows(plan: Plan) -> Iterator[Row]:
    device = vpc_device(plan.vpc_id)
    yield from _own_link(Link(ROUTER, INTERNET_DEVICE, ROUTER_MAC, INTERNET, device, BEYOND_MAC, plan.vpc_id))
    for translation in plan.translations:
        if isinstance(translation.public_address, IPv4Address):
            public = IPv4Network(translation.public_address)
            yield KernelRoute(INTERNET, MAIN_TABLE, public, RouteKind.UNICAST, device, BEYOND)


def _peering_rows(vpc_id: str, peering: Peering) -> Iterator[Row]:
    """This side of it: the plan of the other VPC has the other one."""
    device = peering_device(peering.vpc_peering_connection_id)
    macs = (ROUTER_MAC, BEYOND_MAC) if vpc_id < peering.peer_vpc_id else (BEYOND_MAC, ROUTER_MAC)
    yield PeeringLink(ROUTER, device, macs[0], peering.vpc_peering_connection_id, peering.peer_vpc_id, macs[1])
    yield Neighbour(ROUTER, device, BEYOND, macs[1])


def _own_link(link: Link) -> Iterator[Row]:
    yield link
    yield Neighbour(link.namespace, link.device, BEYOND, link.peer_mac)
    yield Neighbour(link.peer_namespace, link.peer_device, BEYOND, link.mac)


def _local_route(namespace: str, network: IPv4Network) -> KernelRoute:
    """All of a network as addresses of this namespace."""
    return KernelRoute(namespace, _KERNEL_LOCAL_TABLE, network, RouteKind.LOCAL, LOOPBACK)
