"""A static route for exactly one of S3's networks beats the endpoint there; a longer one beats it in its part.

Source: VPC User Guide, "Route priority".
"""

from __future__ import annotations

from support.world import World

EXACTLY_ONE_MEMBER = "52.216.0.0/15"
PART_OF_ANOTHER = "16.182.7.0/24"


def build(world: World) -> None:
    world.vpc("bank")
    world.main_table("bank")
    world.subnet("private", "bank", "10.0.1.0/24")
    world.table("documents", "bank", "private")
    gateway = world.internet_gateway("door", "bank")
    world.endpoint("gate", "bank", "documents")
    world.route("documents", EXACTLY_ONE_MEMBER, gateway)
    world.route("documents", PART_OF_ANOTHER, gateway)
