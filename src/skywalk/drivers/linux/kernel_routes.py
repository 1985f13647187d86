"""Kernel routes: those that the kernel makes by itself with each address, and whether they are still there. Pure.

An address's own local route, and the one to its network: on the loopback local too, elsewhere to the link's neighbours.
Broadcast routes carry nothing here and are left out. Source: the kernel's net/ipv4/fib_frontend.c (fib_add_ifaddr).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from skywalk.drivers.linux.layout import LOOPBACK, LackingRoute
from skywalk.drivers.linux.rtnetlink import AddressState, RouteKind, RouteState
from skywalk.values.addresses import Network


def lacking_routes(
    namespace: str, devices: Mapping[int, str], addresses: Iterable[AddressState], routes: Iterable[RouteState]
) -> Iterator[LackingRoute]:
    """Those routes of `addresses` that are not among `routes`. `devices` are those that are up, by number: one that
    is down gets its routes with coming up. In whatever table a route is, it is there: a VRF moves them."""
    known: set[tuple[str | None, Network, int]] = {
        (devices.get(route.index or 0), route.destination, route.kind) for route in routes if route.is_the_kernels
    }
    for row in _routes_of(namespace, devices, list(addresses)):
        key = row.device, row.destination, row.kind
        if key not in known:
            # Of several addresses in one network the first one's is the route.
            known.add(key)
            yield row


def _routes_of(namespace: str, devices: Mapping[int, str], addresses: list[AddressState]) -> Iterator[LackingRoute]:
    """Local routes first: the kernel makes no route from a source that is not local yet."""
    there = [(devices[each.index], each) for each in addresses if each.index in devices]
    for device, each in there:
        yield LackingRoute(namespace, device, IPv4Network(each.address), RouteKind.LOCAL, each.address)
    for device, each in there:
        if each.prefix_length < 32:
            network = IPv4Network((each.address, each.prefix_length), strict=False)
            kind = RouteKind.LOCAL if device == LOOPBACK else RouteKind.UNICAST
            yield LackingRoute(namespace, device, network, kind, each.address, each.metric)
