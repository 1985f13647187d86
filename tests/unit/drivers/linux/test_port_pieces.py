"""Layouts made with a book are those made without one."""

from __future__ import annotations

import random

import pytest

from skywalk.drivers.linux.network import lay_out
from skywalk.drivers.linux.port_pieces import MemberElements, PortBook
from skywalk.plan.filters import GroupMembers
from skywalk.plan.origin import Origin
from skywalk.values.addresses import parse_address
from support.network_mutations import small_vpc
from support.plans import VpcBuilder, resource_id

SUBNET, TABLE, OTHER_TABLE = resource_id("subnet", 1), resource_id("rtb", 1), resource_id("rtb", 2)


@pytest.mark.parametrize("seed", range(6))
def test_a_book_changes_no_layout(seed: int) -> None:
    mutator, book = small_vpc(random.Random(seed)), PortBook()
    history: list[str] = []
    for _ in range(150):
        history.extend(mutator.mutate() for _ in range(mutator.chance.randint(1, 3)))
        plan = mutator.vpc.plan()
        assert lay_out(plan, book) == lay_out(plan), history[-6:]


def with_endpoint_ports(*addresses: str) -> VpcBuilder:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE)
    for number, address in enumerate(addresses):
        vpc.endpoint_port(resource_id("eni", number), address, subnet=SUBNET, owner=resource_id("vpce", number))
    return vpc


def test_ports_that_stay_are_not_laid_out_again() -> None:
    book, vpc = PortBook(), with_endpoint_ports("10.0.1.100", "10.0.1.101")
    before = lay_out(vpc.plan(), book).rows
    vpc.endpoint_port(resource_id("eni", 9), "10.0.1.102", subnet=SUBNET, owner=resource_id("vpce", 9))
    of_ports = [row for row in before if before[row].startswith("vpce-") and "10.0.1.10" in str(row)]
    after = set(map(id, lay_out(vpc.plan(), book).rows))
    assert len(of_ports) == 6
    assert all(id(row) in after for row in of_ports)


def test_another_route_table_of_the_subnet_is_seen_in_every_port() -> None:
    book, vpc = PortBook(), with_endpoint_ports("10.0.1.100", "10.0.1.101")
    vpc.subnet(resource_id("subnet", 2), "10.0.2.0/24", OTHER_TABLE)
    before = lay_out(vpc.plan(), book).rulesets["router"].elements["endpoint_route_table"]
    for number, address in enumerate(("10.0.1.100", "10.0.1.101")):
        vpc.subnet(SUBNET, "10.0.1.0/24", OTHER_TABLE)
        vpc.endpoint_port(resource_id("eni", number), address, subnet=SUBNET, owner=resource_id("vpce", number))
    after = lay_out(vpc.plan(), book).rulesets["router"].elements["endpoint_route_table"]
    assert len(before) == len(after) == 2
    assert not before & after


def test_an_address_that_two_have_stays_until_both_are_gone() -> None:
    book, vpc = PortBook(), with_endpoint_ports("10.0.1.100", "10.0.1.100")
    for gone in (resource_id("eni", 0), resource_id("eni", 1)):
        layout = lay_out(vpc.plan(), book)
        assert layout == lay_out(vpc.plan())
        assert len(layout.rulesets["router"].elements["endpoint_route_table"]) == 1
        del vpc.endpoint_ports[gone]
    assert "endpoint_route_table" not in lay_out(vpc.plan(), book).rulesets["router"].elements


def test_members_come_and_go() -> None:
    one, two, three = (parse_address(f"10.0.0.{number}") for number in range(1, 4))
    book, origin = MemberElements(), Origin("sg-1", "test")

    def told(*addresses: object) -> set[str]:
        found = book.elements_of(GroupMembers("sg-1", addresses, origin))  # type: ignore[arg-type]
        return {str(element.key[0]) for element in found}

    assert told(one, two) == {"10.0.0.1", "10.0.0.2"}
    assert told(two, three) == {"10.0.0.2", "10.0.0.3"}
    assert told(parse_address("10.0.0.2")) == {"10.0.0.2"}, "another object, the same address"
    assert told() == set()
