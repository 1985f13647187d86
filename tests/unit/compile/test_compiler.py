"""What holds for every plan: equal snapshots give equal plans, rows are sorted, every row names a resource that exists.

What plans contain is told by the stories of tests/scenarios."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from skywalk.plan.plan import Plan
from skywalk.resources.security_group import SecurityGroup
from support.scenarios import SCENARIOS, load
from support.world import World


def plans(world: World) -> list[Plan]:
    return [world.plan(name) for name, resource_id in world.ids.items() if resource_id.startswith("vpc-")]


def row_groups(plan: Plan) -> dict[str, tuple[Any, ...]]:
    values = {field.name: getattr(plan, field.name) for field in dataclasses.fields(plan)}
    return {name: value for name, value in values.items() if isinstance(value, tuple)}


@pytest.fixture(params=SCENARIOS, ids=lambda folder: folder.name)
def world(request: pytest.FixtureRequest) -> World:
    return load(request.param)


def test_equal_snapshots_give_equal_plans(world: World) -> None:
    assert plans(world) == plans(world)


def test_rows_are_sorted_by_key_and_keys_are_unique(world: World) -> None:
    for plan in plans(world):
        for name, rows in row_groups(plan).items():
            keys = [row.key for row in rows]
            assert keys == sorted(set(keys)), name


def test_every_row_names_the_resource_that_it_came_from(world: World) -> None:
    store = world.region.store
    rules = {rule.rule_id for group in _groups(world) for rule in group.rules}
    for plan in plans(world):
        for rows in row_groups(plan).values():
            for row in rows:
                origin = row.origin.resource_id
                assert store.holds(origin) or origin in rules or origin.startswith("pl-")
                assert row.origin.reason


def _groups(world: World) -> list[SecurityGroup]:
    return world.region.store.of_type(SecurityGroup)
