"""A private subnet reaches the internet through a NAT gateway; a deleted gateway leaves a blackhole behind."""

from __future__ import annotations

from support.world import EVERYWHERE, World


def build(world: World) -> None:
    world.vpc("bank")
    world.subnet("public", "bank", "10.0.1.0/24")
    world.subnet("private", "bank", "10.0.2.0/24")
    world.subnet("former", "bank", "10.0.3.0/24")
    world.table("to the internet", "bank", "public")
    world.internet_gateway("gateway", "bank", "to the internet")
    world.table("to the nat", "bank", "private")
    world.table("to the old nat", "bank", "former")
    world.address("address")
    world.address("old address")
    nat = world.nat_gateway("nat", "public", "address")
    old = world.nat_gateway("old nat", "public", "old address")
    for table, target in (("to the nat", nat), ("to the old nat", old)):
        world.call("create_route", RouteTableId=world.ids[table], DestinationCidrBlock=EVERYWHERE, NatGatewayId=target)
    world.call("delete_nat_gateway", NatGatewayId=old)
    world.instance("teller", "private")
    world.instance("archivist", "former")
