"""Pass: the router, its segments, its ports."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from skywalk.compile.live import LiveInterface, live_interfaces
from skywalk.compile.network_acls import network_acl_by_subnet
from skywalk.plan.origin import Origin
from skywalk.plan.segments import Port, Router, Segment
from skywalk.resources.snapshot import Snapshot
from skywalk.values.addresses import Address, address_at

ROUTER_OFFSET = 1
RESOLVER_OFFSET = 2
"""Places in a subnet and in the VPC. Source: VPC User Guide, "Subnet CIDR reservations" and "Amazon DNS server"."""

LINK_LOCAL_RESOLVER = ip_address("169.254.169.253")


def resolver_addresses(snapshot: Snapshot) -> tuple[Address, ...]:
    """Where the VPC's resolver is: the base of its primary network plus two, and the link-local address."""
    return (address_at(snapshot.vpc.networks[0], RESOLVER_OFFSET), LINK_LOCAL_RESOLVER)


def compile_router(snapshot: Snapshot) -> Router:
    vpc = snapshot.vpc
    return Router(
        vpc_id=vpc.id,
        networks=vpc.networks,
        resolver_addresses=resolver_addresses(snapshot) if vpc.enable_dns_support else (),
        has_internet=bool(snapshot.internet_gateways),
        gateway_route_table_id=_gateway_route_table(snapshot),
        origin=Origin(vpc.id, "VPC"),
    )


def _gateway_route_table(snapshot: Snapshot) -> str | None:
    """The route table with an edge association: it decides where what comes in by the internet gateway goes."""
    for table_id, table in sorted(snapshot.route_tables.items()):
        if any(one.gateway_id in snapshot.internet_gateways for one in table.associations):
            return table_id
    return None


def compile_segments(snapshot: Snapshot) -> tuple[Segment, ...]:
    tables = route_table_by_subnet(snapshot)
    acls = network_acl_by_subnet(snapshot)
    return tuple(
        Segment(
            subnet_id=subnet.id,
            network=subnet.network,
            router_address=address_at(subnet.network, ROUTER_OFFSET),
            route_table_id=tables[subnet.id],
            network_acl_id=acls[subnet.id],
            availability_zone=subnet.availability_zone,
            origin=Origin(subnet.id, f"subnet, routed by {tables[subnet.id]}"),
        )
        for _, subnet in sorted(snapshot.subnets.items())
    )


def route_table_by_subnet(snapshot: Snapshot) -> dict[str, str]:
    """Each subnet's route table: the one associated with it, else the VPC's main one."""
    main = next(table.id for table in snapshot.route_tables.values() if table.is_main)
    explicit = {
        association.subnet_id: table.id
        for table in snapshot.route_tables.values()
        for association in table.associations
        if association.subnet_id is not None
    }
    return {subnet_id: explicit.get(subnet_id, main) for subnet_id in snapshot.subnets}


def compile_ports(snapshot: Snapshot) -> tuple[Port, ...]:
    tables = route_table_by_subnet(snapshot)
    return tuple(_port(live, snapshot, tables) for live in live_interfaces(snapshot))


def _port(live: LiveInterface, snapshot: Snapshot, tables: Mapping[str, str]) -> Port:
    eni, subnet = live.eni, snapshot.subnets[live.eni.subnet_id]
    return Port(
        network_interface_id=eni.id,
        subnet_id=eni.subnet_id,
        route_table_id=tables[eni.subnet_id],
        mac=eni.mac,
        addresses=tuple(one.address for one in eni.addresses),
        prefix_length=subnet.network.prefixlen,
        router_address=address_at(subnet.network, ROUTER_OFFSET),
        security_group_ids=tuple(sorted(eni.security_group_ids)),
        is_filtered=eni.interface_type != "nat_gateway",
        source_dest_check=eni.source_dest_check,
        host_id=live.host_id,
        device_index=live.device_index,
        origin=Origin(eni.id, f"network interface {live.device_index} of {live.host_id}"),
    )
