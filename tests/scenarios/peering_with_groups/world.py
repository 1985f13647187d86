"""Two peered VPCs: routes both ways, a group that lets in a group of the other side, names that lead to private
addresses. A third VPC, peered with the second, is not reached through it."""

from __future__ import annotations

from support.world import World, tcp


def build(world: World) -> None:
    world.vpc("bank", "10.0.0.0/16")
    world.vpc("broker", "10.1.0.0/16")
    world.vpc("court", "10.2.0.0/16")
    for vpc, cidr in (("bank", "10.0.1.0/24"), ("broker", "10.1.1.0/24"), ("court", "10.2.1.0/24")):
        world.subnet(f"subnet of {vpc}", vpc, cidr)
        world.table(f"table of {vpc}", vpc, f"subnet of {vpc}")
    deal = world.peering("deal", "bank", "broker")
    world.peering("case", "broker", "court")
    for table, destination in (("table of bank", "10.1.0.0/16"), ("table of broker", "10.0.0.0/16")):
        world.call(
            "create_route",
            RouteTableId=world.ids[table],
            DestinationCidrBlock=destination,
            VpcPeeringConnectionId=deal,
        )
    world.group("brokers", "broker")
    peer = {"UserIdGroupPairs": [{"GroupId": world.ids["brokers"], "VpcPeeringConnectionId": deal}]}
    world.group("tellers", "bank", ingress=[tcp(443, **peer)])
    world.instance("teller", "subnet of bank", "tellers")
    world.instance("agent", "subnet of broker", "brokers")
    world.instance("judge", "subnet of court")
