"""Groups that name groups, a prefix list and themselves; only those in use, and what their rules name, are compiled."""

from __future__ import annotations

from support.world import World, tcp


def build(world: World) -> None:
    world.vpc("bank")
    world.main_table("bank")
    world.subnet("private", "bank", "10.0.1.0/24")
    world.group("clients", "bank", egress=[tcp(443, PrefixListIds=[{"PrefixListId": "pl-63a5400a"}])])
    clients = {"UserIdGroupPairs": [{"GroupId": world.ids["clients"]}]}
    ping = {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    world.group("servers", "bank", ingress=[tcp(443, **clients), ping])
    world.group("unused", "bank", ingress=[tcp(22, IpRanges=[{"CidrIp": "0.0.0.0/0"}])])
    empty = {"UserIdGroupPairs": [{"GroupId": world.ids["unused"]}]}
    world.group("sealed", "bank", ingress=[tcp(80, **empty)], egress=[])
    world.instance("client", "private", "clients")
    world.instance("server", "private", "servers", "clients")
    world.instance("vault", "private", "sealed")
