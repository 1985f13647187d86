"""A private subnet whose only way out is a gateway endpoint for S3; the main table has the local route alone."""

from __future__ import annotations

from support.world import World


def build(world: World) -> None:
    world.vpc("bank")
    world.main_table("bank")
    world.subnet("private", "bank", "10.0.1.0/24")
    world.subnet("quiet", "bank", "10.0.2.0/24")
    world.table("documents", "bank", "private")
    world.endpoint("gate", "bank", "documents")
    world.instance("teller", "private")
    world.instance("guard", "quiet")
