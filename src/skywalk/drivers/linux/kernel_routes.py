"""Kernel routes: those that the kernel makes by itself with each address, and whether they are still there. Pure.

An address's own local route, and the one to its network: on the loopback local too, elsewhere to the link's neighbours.
Broadcast routes carry nothing here and are left out. Source: the kernel's net/ipv4/fib_frontend.c (fib_add_ifaddr).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from skywalk.drivers.linux.layout import LOOPBACK, LackingRoute
from skywalk.drivers.linux.rtnetlink import AddressState, RouteKind, RouteOfAddress

_ALL_BITS = 0xFFFFFFFF


def lacking_routes(
    namespace: str,
    devices: Mapping[int, str],
    addresses: Iterable[AddressState],
    routes: Collection[RouteOfAddress],
) -> Iterator[LackingRoute]:
    """Those routes of `addresses` that are not among `routes`. `devices` are those that are up, by number: one that
    is down gets its routes with coming up. In whatever table a route is, it is there: a VRF moves them."""
    known = set(routes)
    for route, address in _routes_of(devices, [each for each in addresses if each.index in devices]):
        if route in known:
            continue
        # Of several addresses in one network the first one's is the route.
        known.add(route)
        network = IPv4Network((route.network, route.prefix_length))
        metric = address.metric if route.prefix_length < 32 else 0
        kind = RouteKind(route.kind)
        yield LackingRoute(namespace, devices[route.device_number], network, kind, address.address, metric)


def _routes_of(
    devices: Mapping[int, str], addresses: list[AddressState]
) -> Iterator[tuple[RouteOfAddress, AddressState]]:
    """Local routes first: the kernel makes no route from a source that is not local yet."""
    for each in addresses:
        yield RouteOfAddress(each.index, int(each.address), 32, RouteKind.LOCAL), each
    for each in addresses:
        if each.prefix_length < 32:
            network = int(each.address) & (_ALL_BITS << (32 - each.prefix_length))
            kind = RouteKind.LOCAL if devices[each.index] == LOOPBACK else RouteKind.UNICAST
            yield RouteOfAddress(each.index, network, each.prefix_length, kind), each
