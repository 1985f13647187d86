"""Two gateway endpoints for S3 in one VPC, each with its own tables and policy; a third has no table."""

from __future__ import annotations

from support.world import World

READ_ONLY = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}'
NOTHING = '{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}'


def build(world: World) -> None:
    world.vpc("bank")
    world.main_table("bank")
    world.subnet("readers", "bank", "10.0.1.0/24")
    world.subnet("writers", "bank", "10.0.2.0/24")
    world.table("reading", "bank", "readers")
    world.table("writing", "bank", "writers")
    world.endpoint("reading-gate", "bank", "reading", PolicyDocument=READ_ONLY)
    world.endpoint("writing-gate", "bank", "writing")
    world.endpoint("spare-gate", "bank", PolicyDocument=NOTHING)
    world.instance("reader", "readers")
    world.instance("writer", "writers")
