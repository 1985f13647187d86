"""Puts what routes lead to into a region's store without the calls that make it: instances with interfaces, NAT
gateways, peering connections."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from skywalk.resources.instance import Instance, InstanceState, MetadataOptions
from skywalk.resources.nat_gateway import NatGateway, NatGatewayState
from skywalk.resources.network_interface import Attachment, NetworkInterface
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_peering_connection import PeeringStatus, VpcPeeringConnection
from skywalk.values.ids import mint
from support.placed import place_interface
from support.region import Region


def place_instance(region: Region, subnet_id: str, *, interfaces: int = 1) -> tuple[str, list[str]]:
    """A running instance; its id and those of its interfaces."""
    instance_id = mint("i", region.chance)
    enis = [place_interface(region, subnet_id) for _ in range(interfaces)]
    with region.store.transaction() as tx:
        subnet = tx.get(Subnet, subnet_id)
        assert subnet is not None
        tx.put(
            Instance(
                id=instance_id,
                scope=subnet.scope,
                vpc_id=subnet.vpc_id,
                subnet_id=subnet.id,
                availability_zone=subnet.availability_zone,
                reservation_id="r-0123456789abcdef0",
                launch_index=0,
                image_id="ami-0123456789abcdef0",
                instance_type="t3.micro",
                state=InstanceState.RUNNING,
                launched_at=region.clock.now(),
                private_dns_name="ip-10-0-0-4.ec2.internal",
                metadata_options=MetadataOptions(),
            )
        )
        for index, eni_id in enumerate(enis):
            eni = tx.get(NetworkInterface, eni_id)
            assert eni is not None
            attachment = Attachment(
                attachment_id=mint("eni-attach", region.chance),
                instance_id=instance_id,
                device_index=index,
                attached_at=region.clock.now(),
                delete_on_termination=True,
            )
            tx.put(replace(eni, attachment=attachment))
    return instance_id, enis


def set_instance_state(region: Region, instance_id: str, state: InstanceState) -> None:
    with region.store.transaction() as tx:
        instance = tx.get(Instance, instance_id)
        assert instance is not None
        tx.put(replace(instance, state=state))


def place_nat_gateway(region: Region, subnet_id: str, state: NatGatewayState = NatGatewayState.AVAILABLE) -> str:
    """A NAT gateway and its interface; its id."""
    eni_id = place_interface(region, subnet_id)
    nat_id = mint("nat", region.chance)
    with region.store.transaction() as tx:
        eni = tx.get(NetworkInterface, eni_id)
        assert eni is not None
        tx.put(replace(eni, managed_by=nat_id, interface_type="nat_gateway"))
        tx.put(
            NatGateway(
                id=nat_id,
                scope=eni.scope,
                vpc_id=eni.vpc_id,
                subnet_id=subnet_id,
                connectivity_type="private",
                state=state,
                network_interface_id=eni_id,
                private_address=IPv4Address("10.0.0.200"),
                created_at=region.clock.now(),
            )
        )
    return nat_id


def set_nat_gateway_state(region: Region, nat_gateway_id: str, state: NatGatewayState) -> None:
    with region.store.transaction() as tx:
        nat = tx.get(NatGateway, nat_gateway_id)
        assert nat is not None
        tx.put(replace(nat, state=state))


def place_peering(
    region: Region, requester_vpc_id: str, accepter_vpc_id: str, status: PeeringStatus = PeeringStatus.ACTIVE
) -> str:
    """A peering connection of two VPCs, of whatever accounts; its id."""
    peering_id = mint("pcx", region.chance)
    with region.store.transaction() as tx:
        requester, accepter = tx.get(Vpc, requester_vpc_id), tx.get(Vpc, accepter_vpc_id)
        assert requester is not None
        assert accepter is not None
        tx.put(
            VpcPeeringConnection(
                id=peering_id,
                scope=requester.scope,
                requester_vpc_id=requester.id,
                accepter_vpc_id=accepter.id,
                accepter_scope=accepter.scope,
                status=status,
                status_message="",
                created_at=region.clock.now(),
            )
        )
    return peering_id


def set_peering_status(region: Region, peering_id: str, status: PeeringStatus) -> None:
    with region.store.transaction() as tx:
        peering = tx.get(VpcPeeringConnection, peering_id)
        assert peering is not None
        tx.put(replace(peering, status=status))
