"""Puts instances, interfaces and endpoints into a region's store without the calls that make them."""

from __future__ import annotations

from ipaddress import IPv4Address

from skywalk.resources.allocate import choose_address
from skywalk.resources.network_interface import NetworkInterface, PrivateAddress, PublicAddress
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from skywalk.values.ids import mint
from support.region import Region


def place_interface(
    region: Region, subnet_id: str, *, groups: tuple[str, ...] = (), public_address: IPv4Address | None = None
) -> str:
    """A network interface at the subnet's lowest free address; its id."""
    with region.store.transaction() as tx:
        subnet = tx.get(Subnet, subnet_id)
        assert subnet is not None
        address = choose_address(
            subnet.network, [eni.private_address for eni in tx.of_vpc(NetworkInterface, subnet.vpc_id)]
        )
        assert address is not None
        interface = NetworkInterface(
            id=mint("eni", region.chance),
            scope=subnet.scope,
            vpc_id=subnet.vpc_id,
            subnet_id=subnet.id,
            availability_zone=subnet.availability_zone,
            mac="02:00:00:00:00:01",
            addresses=(
                PrivateAddress(
                    address=address, public=PublicAddress(address=public_address) if public_address else None
                ),
            ),
            security_group_ids=groups,
        )
        tx.put(interface)
    return interface.id


def place_endpoint(
    region: Region,
    vpc_id: str,
    *route_table_ids: str,
    service: str = "s3",
    state: VpcEndpointState = VpcEndpointState.AVAILABLE,
) -> str:
    """A gateway endpoint; its id."""
    with region.store.transaction() as tx:
        vpc = tx.get(Vpc, vpc_id)
        assert vpc is not None
        endpoint = VpcEndpoint(
            id=mint("vpce", region.chance),
            scope=vpc.scope,
            vpc_id=vpc.id,
            endpoint_type="Gateway",
            service_name=f"com.amazonaws.{vpc.scope.region}.{service}",
            state=state,
            policy="{}",
            route_table_ids=route_table_ids,
            created_at=region.clock.now(),
        )
        tx.put(endpoint)
    return endpoint.id
