"""A public subnet and a private one. The endpoint's table has both ways to S3, the other table only the public one."""

from __future__ import annotations

from support.world import World


def build(world: World) -> None:
    world.vpc("shop")
    world.main_table("shop")
    world.subnet("front", "shop", "10.0.1.0/24")
    world.subnet("back", "shop", "10.0.2.0/24")
    world.table("public", "shop", "front")
    world.table("both", "shop", "back")
    world.internet_gateway("door", "shop", "public", "both")
    world.endpoint("gate", "shop", "both")
    world.instance("clerk", "front", is_public=True)
    world.instance("keeper", "back", is_public=True)
    world.instance("hidden", "front")
