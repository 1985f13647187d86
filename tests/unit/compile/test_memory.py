"""With a memory the compiler makes what it makes without one, and rows that stay are the same objects."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from skywalk.compile.compiler import compile_plan
from skywalk.compile.memory import Memory
from skywalk.feed.rows import Row
from support.interface_endpoints import create, with_host_names
from support.launching import Home
from support.one_vpc_mutations import OneVpc
from support.region import Region

STEPS = 300


@pytest.mark.parametrize("seed", range(4))
def test_a_memory_changes_no_plan(seed: int) -> None:
    vpc, memory = OneVpc(seed), Memory()
    history: list[str] = []
    for step in range(STEPS):
        history.append(vpc.step())
        if step % 3 == 0:
            vpc.settle()
        plan = compile_plan(vpc.snapshot(), memory)
        assert plan == compile_plan(vpc.snapshot()), history[-10:]
    assert len(vpc.done) == 14, vpc.done
    assert vpc.done["create_endpoint"] > 9
    assert vpc.done["change_record"] > 10


def test_another_vpc_s_plan_may_follow() -> None:
    """What is remembered is known by what it was made of."""
    one, two, memory = OneVpc(1), OneVpc(2), Memory()
    for _ in range(40):
        one.step()
        two.step()
    for vpc in (one, two, one):
        assert compile_plan(vpc.snapshot(), memory) == compile_plan(vpc.snapshot())


def test_what_stays_are_the_same_rows() -> None:
    home, memory = with_host_names(Home(Region())), Memory()
    create(home, home.subnet_id, ServiceName="com.amazonaws.us-east-1.sqs")

    def rows() -> dict[str, int]:
        snapshot = home.region.store.snapshot(home.vpc_id)
        assert snapshot is not None
        plan = compile_plan(snapshot, memory)
        found: list[Row] = [*plan.interface_endpoints, *plan.endpoint_ports, *plan.public_names, *plan.name_view.zones]
        return {f"{type(row).__name__} {row.key}": id(row) for row in found}

    before = rows()
    assert len(before) == 5
    home.settle()  # the state is no row's
    assert rows() == before
    create(home, home.subnet_id, ServiceName="com.amazonaws.us-east-1.kms")
    assert rows().items() > before.items()


def test_an_interface_that_changes_or_comes_later_is_seen_in_its_endpoint() -> None:
    home, memory = with_host_names(Home(Region())), Memory()
    create(home, home.subnet_id)
    snapshot = home.region.store.snapshot(home.vpc_id)
    assert snapshot is not None
    (eni,) = snapshot.network_interfaces.values()
    other = replace(eni, addresses=(replace(eni.addresses[0], address=IPv4Address("10.0.1.99")),))
    for interfaces in ({eni.id: eni}, {eni.id: other}, {}, {eni.id: eni}):
        now = replace(snapshot, network_interfaces=interfaces)
        plan = compile_plan(now, memory)
        assert plan == compile_plan(now)
        assert [port.address for port in plan.endpoint_ports] == [one.private_address for one in interfaces.values()]
