"""A customer's prefix list in a rule and in a route, in its newest version; a static route to an equal network wins."""

from __future__ import annotations

from support.world import EVERYWHERE, World, tcp


def build(world: World) -> None:
    world.vpc("bank")
    world.subnet("desk", "bank")
    world.table("of desk", "bank", "desk")
    world.internet_gateway("gateway", "bank")
    made = world.call(
        "create_managed_prefix_list",
        PrefixListName="partners",
        AddressFamily="IPv4",
        MaxEntries=5,
        Entries=[{"Cidr": "192.0.2.0/24"}, {"Cidr": "203.0.113.0/24"}],
    )["PrefixList"]
    partners = world.ids["partners"] = made["PrefixListId"]
    world.call(
        "modify_managed_prefix_list",
        PrefixListId=partners,
        CurrentVersion=made["Version"],
        AddEntries=[{"Cidr": "198.51.100.0/24"}],
        RemoveEntries=[{"Cidr": "192.0.2.0/24"}],
    )
    world.group("callers", "bank", ingress=[tcp(443, PrefixListIds=[{"PrefixListId": partners}])])
    world.instance("clerk", "desk", "callers")
    table = world.ids["of desk"]
    gateway = world.ids["gateway"]
    world.call("create_route", RouteTableId=table, DestinationPrefixListId=partners, GatewayId=gateway)
    world.call(
        "create_route",
        RouteTableId=table,
        DestinationCidrBlock="203.0.113.0/24",
        NetworkInterfaceId=world.interface("clerk"),
    )
    world.call("create_route", RouteTableId=table, DestinationCidrBlock=EVERYWHERE, GatewayId=gateway)
