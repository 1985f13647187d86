"""An appliance that looks at what comes in by the internet gateway and at what goes between two subnets."""

from __future__ import annotations

from support.world import EVERYWHERE, World


def build(world: World) -> None:
    world.vpc("bank")
    world.subnet("front", "bank", "10.0.1.0/24")
    world.subnet("inspection", "bank", "10.0.2.0/24")
    world.subnet("vault", "bank", "10.0.3.0/24")
    world.table("of inspection", "bank", "inspection")
    world.internet_gateway("gateway", "bank", "of inspection")
    world.instance("guard", "inspection", is_public=True)
    guard = world.interface("guard")
    world.call("modify_network_interface_attribute", NetworkInterfaceId=guard, SourceDestCheck={"Value": False})
    world.instance("teller", "front", is_public=True)
    world.instance("safe", "vault")
    for table, subnet, destinations in (
        ("of front", "front", (EVERYWHERE, "10.0.3.0/24")),
        ("of vault", "vault", ("10.0.1.0/24",)),
        ("of the gateway", None, ("10.0.1.0/24",)),
    ):
        world.table(table, "bank", *([subnet] if subnet else []))
        if subnet is None:
            world.call("associate_route_table", RouteTableId=world.ids[table], GatewayId=world.ids["gateway"])
        for destination in destinations:
            world.call(
                "create_route",
                RouteTableId=world.ids[table],
                DestinationCidrBlock=destination,
                NetworkInterfaceId=guard,
            )
