"""Counters of links, by owner, and of tracked connections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from skywalk.drivers.driver import Connections, LinkCounters
from skywalk.drivers.interface_names import DeviceKind, interface_name
from skywalk.drivers.linux import rtnetlink
from skywalk.drivers.linux.netlink import NetlinkError, NetlinkSocket
from skywalk.drivers.linux.netns import inside
from skywalk.drivers.linux.routing import endpoint_device, endpoints_device
from skywalk.drivers.linux.rtnetlink import ROUTE_FAMILY
from skywalk.drivers.linux.sysctl import read_setting
from skywalk.drivers.linux.zones import INTERNET_DEVICE
from skywalk.plan.plan import Plan


def counted_links(plan: Plan) -> list[tuple[str, str]]:
    """Owners and devices in a VPC's router: gateway endpoints, NAT gateways, the VPC itself for its internet gateway,
    and `vpc-… endpoints` for the link that its interface endpoints share."""
    owners = [(each.vpc_endpoint_id, endpoint_device(each.vpc_endpoint_id)) for each in plan.gateway_endpoints]
    gateways = {each.nat_gateway_id for each in plan.nat_gateways}
    owners += [
        (port.host_id, interface_name(DeviceKind.PORT, port.network_interface_id))
        for port in plan.ports
        if port.host_id in gateways
    ]
    if plan.endpoint_ports:
        owners.append((f"{plan.vpc_id} endpoints", endpoints_device(plan.vpc_id)))
    if plan.router.has_internet:
        owners.append((plan.vpc_id, INTERNET_DEVICE))
    return owners


def read_link_counters(router: Path, owners: Iterable[tuple[str, str]]) -> Mapping[str, LinkCounters]:
    """The counters of links of one router: owner and device of each. What the router sent is what its VPC's
    instances sent; packets that a filter dropped were never sent."""
    found: dict[str, LinkCounters] = {}
    with inside(router), NetlinkSocket(ROUTE_FAMILY) as socket:
        for owner, device in owners:
            try:
                counts = rtnetlink.read_statistics(socket, device)
            except NetlinkError:
                continue
            found[owner] = LinkCounters(
                received_packets=counts.sent_packets,
                received_bytes=counts.sent_bytes,
                sent_packets=counts.received_packets,
                sent_bytes=counts.received_bytes,
            )
    return found


def read_connections(router: Path) -> Connections | None:
    """Those that a router tracks. The limit is one setting of the machine's; each namespace has as many for itself.
    Source: Linux, net/netfilter/nf_conntrack_core.c, __nf_conntrack_alloc. None where the router is gone."""
    try:
        with inside(router):
            tracked, limit = (read_setting(f"netfilter/nf_conntrack_{name}") for name in ("count", "max"))
    except OSError:
        return None
    return None if tracked is None or limit is None else Connections(int(tracked), int(limit))
