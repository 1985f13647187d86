"""A snapshot is one VPC's shard, with the profiles and roles of its instances, and stays as it was."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest

from skywalk.actions.instance_profiles import add_role_to_instance_profile, create_instance_profile
from skywalk.actions.roles import create_role
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.snapshot import Snapshot
from skywalk.resources.vpc import Vpc
from support.world import World

TRUST = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"Service": "ec2.amazonaws.com"}}}'
)


def world_with_roles(*names: str) -> World:
    """A role and a profile of each name."""
    world = World()
    for name in names:
        world.do(create_role, RoleName=name, AssumeRolePolicyDocument=TRUST)
        world.do(create_instance_profile, InstanceProfileName=name)
        world.do(add_role_to_instance_profile, InstanceProfileName=name, RoleName=name)
    return world


def snapshot(world: World, vpc: str) -> Snapshot:
    found = world.region.store.snapshot(world.ids[vpc])
    assert found is not None
    return found


def bank() -> World:
    world = world_with_roles("teller", "stranger")
    for vpc in ("bank", "branch"):
        world.vpc(vpc)
        world.subnet(f"{vpc} subnet", vpc)
        world.table(f"{vpc} table", vpc)
        world.internet_gateway(f"{vpc} gateway", vpc)
        world.group(f"{vpc} group", vpc)
        world.endpoint(f"{vpc} endpoint", vpc, f"{vpc} table")
        world.instance(f"{vpc} instance", f"{vpc} subnet", IamInstanceProfile={"Name": "teller"})
    return world


@pytest.mark.parametrize("vpc", ["bank", "branch"])
def test_it_has_what_is_in_its_vpc_and_nothing_else(vpc: str) -> None:
    world = bank()
    found, ids = snapshot(world, vpc), world.ids
    assert found.vpc.id == ids[vpc]
    assert list(found.subnets) == [ids[f"{vpc} subnet"]]
    assert list(found.route_tables)[1:] == [ids[f"{vpc} table"]]  # after the main one
    assert list(found.internet_gateways) == [ids[f"{vpc} gateway"]]
    assert list(found.security_groups)[1:] == [ids[f"{vpc} group"]]  # after the default one
    assert list(found.vpc_endpoints) == [ids[f"{vpc} endpoint"]]
    assert list(found.instances) == [ids[f"{vpc} instance"]]
    assert [one.attachment and one.attachment.instance_id for one in found.network_interfaces.values()] == [
        ids[f"{vpc} instance"]
    ]
    assert found.revision == world.region.store.revision


def test_of_profiles_and_roles_it_has_those_of_its_instances() -> None:
    found = snapshot(bank(), "bank")
    assert [one.name for one in found.instance_profiles.values()] == ["teller"]
    assert [one.name for one in found.roles.values()] == ["teller"]


def test_what_is_gone_is_missing_and_no_mistake() -> None:
    world = bank()
    store = world.region.store
    profile = next(one for one in store.of_type(InstanceProfile) if one.name == "teller")
    with store.transaction() as tx:
        tx.put(replace(profile, role_arn=None))
    assert list(snapshot(world, "bank").instance_profiles) == [profile.id]
    assert snapshot(world, "bank").roles == {}
    with store.transaction() as tx:
        tx.remove(profile.id)
    assert snapshot(world, "bank").instance_profiles == {}


def test_a_role_s_change_touches_the_vpcs_of_its_instances() -> None:
    world = bank()
    touched: list[frozenset[str]] = []
    world.region.store.on_change(lambda change: touched.append(change.vpc_ids))
    roles = {one.name: one for one in world.region.store.of_type(Role)}
    for name in ("teller", "stranger"):
        with world.region.store.transaction() as tx:
            tx.put(replace(roles[name], inline_policies={"p": "{}"}))
    assert touched == [frozenset({world.ids["bank"], world.ids["branch"]}), frozenset()]


def test_it_stays_as_it_was_and_cannot_be_changed() -> None:
    world = bank()
    before = snapshot(world, "bank")
    subnets = dict(before.subnets)
    world.subnet("later", "bank", "10.0.2.0/24")
    world.terminate("bank instance")
    assert before.subnets == subnets
    assert before.instances[world.ids["bank instance"]].state.value == "pending"
    with pytest.raises(dataclasses.FrozenInstanceError):
        before.vpc = before.vpc  # type: ignore[misc]


def test_equal_stores_give_equal_snapshots() -> None:
    assert snapshot(bank(), "bank") == snapshot(bank(), "bank")


def test_a_vpc_that_is_not_there_has_none() -> None:
    world = bank()
    assert world.region.store.snapshot("vpc-none") is None
    assert world.region.store.get(Vpc, "vpc-none") is None
