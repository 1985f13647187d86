"""Plan → layout: the namespaces, links, addresses, routes, rules and settings that carry a VPC. Pure.

    instance eth0 ──────── p-…  router  internet ──────── v-…  internet
                                        e-…      ──────── e-…  endpoints

The router has a /32 route for every address of its ports in table 10, which is asked first: the VPC's local route.
What table 10 does not have and is not of the VPC is decided by the port's route table, and by a blackhole after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, ip_network
from typing import Final

from skywalk.drivers.interface_names import DeviceKind, interface_name
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
    Row,
    Setting,
)
from skywalk.drivers.linux.marks import route_table_marks
from skywalk.drivers.linux.router_ruleset import INTERNET_DEVICE, METADATA_ADDRESS, router_ruleset
from skywalk.drivers.linux.rtnetlink import RouteKind
from skywalk.drivers.linux.service_rulesets import endpoint_ruleset, internet_ruleset
from skywalk.plan.places import INTERNET as INTERNET_OWNER
from skywalk.plan.plan import InternetPlan, Plan
from skywalk.plan.routes import Route, TargetKind
from skywalk.plan.segments import Port
from skywalk.plan.services import GatewayEndpoint

LINK_MTU = 1500
"""Bytes. AWS has 9001 inside a VPC; larger segments travel unsplit between namespaces anyway (GSO)."""

LOCAL_TABLE: Final = 10
"""The VPC's local route, for every packet, marked or not: ARP is answered without marks."""

_MAIN_TABLE, _KERNEL_LOCAL_TABLE = 254, 255
_LOCAL_PRIORITY, _ROUTE_TABLE_PRIORITY = 10, 1000
_ANYWHERE = ip_network("0.0.0.0/0")
_BEYOND = IPv4Address("169.254.255.1")
"""The other end of a link between two of our own namespaces, as a next hop; its MAC is a permanent neighbour's."""

_ROUTER_MAC = "06:00:00:00:00:01"
_BEYOND_MAC = "06:00:00:00:00:02"

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
_INSTANCE_SETTINGS = (("ipv4/conf/all/promote_secondaries", "1"),)


def namespace_settings(namespace: str) -> tuple[tuple[str, str], ...]:
    """What a namespace is set to, by its name: paths below /proc/sys/net, and values."""
    more = _FORWARDING_SETTINGS if namespace in (ROUTER, ENDPOINTS, INTERNET) else _INSTANCE_SETTINGS
    return _NAMESPACE_SETTINGS + more


def device_settings(device: str) -> tuple[tuple[str, str], ...]:
    """What a router's device is set to, by its name: ports answer for all of the VPC, at once (the kernel's own
    delay is up to 0.8 seconds, and there is no default for it to change in a namespace)."""
    if not device.startswith(f"{DeviceKind.PORT}-"):
        return ()
    return ((f"ipv4/conf/{device}/proxy_arp", "1"), (f"ipv4/neigh/{device}/proxy_delay", "0"))


def lay_out(plan: Plan) -> Layout:
    """One VPC, with its part of the internet namespace."""
    namespaces = {ROUTER: plan.vpc_id}
    if plan.gateway_endpoints:
        namespaces[ENDPOINTS] = plan.gateway_endpoints[0].vpc_endpoint_id
    namespaces.update((port.host_id, port.host_id) for port in plan.ports)
    namespaces.update((guest.instance_id, guest.instance_id) for guest in plan.guests)
    rulesets = {ROUTER: router_ruleset(plan)}
    if plan.gateway_endpoints:
        rulesets[ENDPOINTS] = endpoint_ruleset(plan)
    rows: dict[Row, str] = {}
    for owner, row in _rows(plan, namespaces):
        rows.setdefault(row, owner)
    return Layout(namespaces, rows, rulesets)


def lay_out_internet(plan: InternetPlan) -> Layout:
    """What is the region's own in the internet namespace: services at their public addresses."""
    rows: dict[Row, str] = dict.fromkeys(_settings(INTERNET), INTERNET_OWNER)
    rows[Loopback(INTERNET)] = INTERNET_OWNER
    rows[KernelRoute(INTERNET, _MAIN_TABLE, _ANYWHERE, RouteKind.BLACKHOLE)] = INTERNET_OWNER
    for service in plan.public_services:
        for network in service.networks:
            if isinstance(network, IPv4Network):
                rows.setdefault(_local_route(INTERNET, network), service.key)
    return Layout({INTERNET: INTERNET_OWNER}, rows, {INTERNET: internet_ruleset(plan)})


def vpc_device(vpc_id: str) -> str:
    """The device of a VPC in the internet namespace."""
    return interface_name(DeviceKind.VPC, vpc_id)


def endpoint_device(vpc_endpoint_id: str) -> str:
    """The device of an endpoint, in the router and in the endpoint namespace."""
    return interface_name(DeviceKind.ENDPOINT, vpc_endpoint_id)


def _rows(plan: Plan, namespaces: dict[str, str]) -> Iterator[tuple[str, Row]]:
    for namespace, owner in namespaces.items():
        yield owner, Loopback(namespace)
        yield from ((owner, setting) for setting in _settings(namespace))
    yield from ((plan.vpc_id, row) for row in _router_rows(plan))
    for port in plan.ports:
        yield from ((port.network_interface_id, row) for row in _port_rows(port))
    for endpoint in plan.gateway_endpoints:
        yield from ((endpoint.vpc_endpoint_id, row) for row in _endpoint_rows(endpoint))
    if plan.router.has_internet:
        yield from ((plan.vpc_id, row) for row in _internet_rows(plan))
    yield from _route_rows(plan)


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
    yield KernelRoute(ROUTER, _MAIN_TABLE, _ANYWHERE, RouteKind.BLACKHOLE)
    yield KernelRule(ROUTER, _LOCAL_PRIORITY, 0, LOCAL_TABLE)
    for mark in route_table_marks(plan).values():
        yield KernelRule(ROUTER, _ROUTE_TABLE_PRIORITY, mark, mark)


def _port_rows(port: Port) -> Iterator[Row]:
    device = interface_name(DeviceKind.PORT, port.network_interface_id)
    there, inside = port.host_id, f"eth{port.device_index}"
    yield Link(ROUTER, device, _ROUTER_MAC, there, inside, port.mac, port.network_interface_id)
    yield from (Setting(ROUTER, path, value, device) for path, value in device_settings(device))
    for address in port.addresses:
        if isinstance(address, IPv4Address):
            yield LinkAddress(there, inside, address, port.prefix_length)
            yield Neighbour(ROUTER, device, address, port.mac)
            yield KernelRoute(ROUTER, LOCAL_TABLE, IPv4Network(address), RouteKind.UNICAST, device)
    yield Neighbour(there, inside, port.router_address, _ROUTER_MAC)
    yield KernelRoute(
        there, _MAIN_TABLE, _ANYWHERE, RouteKind.UNICAST, inside, port.router_address, metric=port.device_index
    )


def _endpoint_rows(endpoint: GatewayEndpoint) -> Iterator[Row]:
    """A link of the endpoint's own. The service's networks are local behind all of them alike: a socket bound to
    the device takes what came in by it, and finds back by the default route of that device."""
    device = endpoint_device(endpoint.vpc_endpoint_id)
    yield from _own_link(Link(ROUTER, device, _ROUTER_MAC, ENDPOINTS, device, _BEYOND_MAC, endpoint.vpc_endpoint_id))
    yield KernelRoute(ENDPOINTS, _MAIN_TABLE, _ANYWHERE, RouteKind.UNICAST, device, _BEYOND)
    for network in endpoint.networks:
        if isinstance(network, IPv4Network):
            yield _local_route(ENDPOINTS, network)


def _internet_rows(plan: Plan) -> Iterator[Row]:
    device = vpc_device(plan.vpc_id)
    yield from _own_link(Link(ROUTER, INTERNET_DEVICE, _ROUTER_MAC, INTERNET, device, _BEYOND_MAC, plan.vpc_id))
    for translation in plan.translations:
        if isinstance(translation.public_address, IPv4Address):
            public = IPv4Network(translation.public_address)
            yield KernelRoute(INTERNET, _MAIN_TABLE, public, RouteKind.UNICAST, device, _BEYOND)


def _own_link(link: Link) -> Iterator[Row]:
    yield link
    yield Neighbour(link.namespace, link.device, _BEYOND, link.peer_mac)
    yield Neighbour(link.peer_namespace, link.peer_device, _BEYOND, link.mac)


def _local_route(namespace: str, network: IPv4Network) -> KernelRoute:
    """All of a network as addresses of this namespace."""
    return KernelRoute(namespace, _KERNEL_LOCAL_TABLE, network, RouteKind.LOCAL, LOOPBACK)


def _route_rows(plan: Plan) -> Iterator[tuple[str, Row]]:
    marks = route_table_marks(plan)
    devices = {
        endpoint.vpc_endpoint_id: endpoint_device(endpoint.vpc_endpoint_id) for endpoint in plan.gateway_endpoints
    }
    for route in plan.routes:
        if route.route_table_id not in marks or route.target_kind is TargetKind.LOCAL:
            continue
        if not isinstance(route.destination, IPv4Network):
            continue
        device = _target_device(route, devices, plan.router.has_internet)
        kind, gateway = (RouteKind.UNICAST, _BEYOND) if device else (RouteKind.BLACKHOLE, None)
        row = KernelRoute(ROUTER, marks[route.route_table_id], route.destination, kind, device, gateway)
        yield route.origin.resource_id, row


def _target_device(route: Route, endpoint_devices: dict[str, str], has_internet: bool) -> str | None:
    """None is a blackhole."""
    if route.target_kind is TargetKind.INTERNET:
        return INTERNET_DEVICE if has_internet else None
    if route.target_kind is TargetKind.GATEWAY_ENDPOINT:
        return endpoint_devices.get(route.target_id)
    return None
