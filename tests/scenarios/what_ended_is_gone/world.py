"""A terminated instance, a deleted endpoint, a route to a detached gateway: rows gone, the route a blackhole."""

from __future__ import annotations

from skywalk.actions.internet_gateways import detach_internet_gateway
from skywalk.actions.vpc_endpoints import delete_vpc_endpoints
from support.world import World


def build(world: World) -> None:
    world.vpc("bank")
    world.main_table("bank")
    world.subnet("private", "bank", "10.0.1.0/24")
    world.table("documents", "bank", "private")
    gateway = world.internet_gateway("door", "bank", "documents")
    world.endpoint("gate", "bank", "documents")
    world.group("friends", "bank")
    world.instance("leaver", "private", "friends")
    world.instance("stayer", "private", "friends")
    world.terminate("leaver")
    world.do(delete_vpc_endpoints, VpcEndpointIds=[world.ids["gate"]])
    world.do(detach_internet_gateway, InternetGatewayId=gateway, VpcId=world.ids["bank"])
