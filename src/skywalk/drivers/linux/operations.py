"""Row → rtnetlink message. Pure; the numbers of devices are handed in."""

from __future__ import annotations

from collections.abc import Callable

from skywalk.drivers.linux import rtnetlink
from skywalk.drivers.linux.layout import (
    ROUTER,
    KernelRoute,
    KernelRule,
    LackingRoute,
    LackingRule,
    Link,
    LinkAddress,
    Loopback,
    Neighbour,
    PeeringLink,
    Row,
    Setting,
)
from skywalk.drivers.linux.netlink import Message

LOOPBACK_INDEX = 1

IndexOf = Callable[[str, str], int]
"""Namespace and device → number. Raises KeyError for a device that is not there."""

NetlinkRow = Loopback | LinkAddress | Neighbour | KernelRoute | KernelRule | LackingRule | LackingRoute


def device_of(row: Row) -> tuple[str, str] | None:
    """The device (namespace, name) with which a row goes; None for what hangs on no device."""
    match row:
        case LinkAddress() | Neighbour() | LackingRoute():
            return row.namespace, row.device
        case KernelRoute() | Setting():
            return (row.namespace, row.device) if row.device is not None else None
        case Loopback() | Link() | PeeringLink() | KernelRule() | LackingRule():
            return None


def route_place(row: Row) -> tuple[str, int, str, int] | None:
    """Where a route stands. In a router there is one route in a place and a new one takes it over; in other
    namespaces several stand side by side, by different devices."""
    if not isinstance(row, KernelRoute) or row.namespace != ROUTER:
        return None
    return row.namespace, row.table, str(row.destination), row.metric


def adding(row: NetlinkRow, index_of: IndexOf) -> Message:
    match row:
        case Loopback():
            return rtnetlink.set_link_up(LOOPBACK_INDEX)
        case LinkAddress():
            return rtnetlink.add_address(
                index_of(row.namespace, row.device), row.address, row.prefix_length, row.metric
            )
        case Neighbour():
            return rtnetlink.add_neighbour(index_of(row.namespace, row.device), row.address, row.mac)
        case KernelRoute():
            index = index_of(row.namespace, row.device) if row.device is not None else None
            replacing = row.namespace == ROUTER
            return rtnetlink.add_route(
                row.table, row.destination, row.kind, index, row.gateway, row.metric, replacing=replacing
            )
        case KernelRule():
            return rtnetlink.add_rule(row.priority, row.mark, row.table, row.source)
        case LackingRule():
            return rtnetlink.delete_rule(row.priority, 0, row.table)
        case LackingRoute():
            table, index = rtnetlink.table_of_kind(row.kind), index_of(row.namespace, row.device)
            return rtnetlink.delete_route(table, row.destination, row.kind, index, None, row.metric)


def deleting(row: NetlinkRow, index_of: IndexOf) -> Message:
    match row:
        case Loopback():
            return rtnetlink.set_link_up(LOOPBACK_INDEX, is_up=False)
        case LinkAddress():
            return rtnetlink.delete_address(index_of(row.namespace, row.device), row.address, row.prefix_length)
        case Neighbour():
            return rtnetlink.delete_neighbour(index_of(row.namespace, row.device), row.address)
        case KernelRoute():
            index = index_of(row.namespace, row.device) if row.device is not None else None
            return rtnetlink.delete_route(row.table, row.destination, row.kind, index, row.gateway, row.metric)
        case KernelRule():
            return rtnetlink.delete_rule(row.priority, row.mark, row.table, row.source)
        case LackingRule():
            return rtnetlink.add_rule(row.priority, 0, row.table)
        case LackingRoute():
            index = index_of(row.namespace, row.device)
            return rtnetlink.add_route_of_address(row.destination, row.kind, index, row.source, row.metric)


def describe(row: Row) -> str:
    """The step of putting a row in place, in words."""
    match row:
        case Loopback():
            return "loopback"
        case Link():
            return f"link {row.device} to {row.peer_device}"
        case PeeringLink():
            return f"link {row.device} to the router of {row.peer_vpc_id}"
        case LinkAddress():
            return f"address {row.address} on {row.device}"
        case Neighbour():
            return f"neighbour {row.address} on {row.device}"
        case KernelRoute():
            return f"route to {row.destination}"
        case KernelRule():
            return f"rule for table {row.table}"
        case LackingRule():
            return f"lack of the rule for table {row.table}"
        case LackingRoute():
            return f"lack of the route to {row.destination}"
        case Setting():
            return f"setting {row.path}"
