from __future__ import annotations

import pytest

from skywalk.drivers.linux import marks
from skywalk.drivers.linux.marks import inner_table, route_table_marks
from support.plans import VpcBuilder, resource_id


def with_tables(*numbers: int) -> VpcBuilder:
    vpc = VpcBuilder(resource_id("vpc", 1))
    for number in numbers:
        subnet = resource_id("subnet", number)
        vpc.subnet(subnet, f"10.0.{number}.0/24", resource_id("rtb", number))
        vpc.port(resource_id("eni", number), f"10.0.{number}.10", subnet=subnet, instance=resource_id("i", number))
    return vpc


def test_a_tables_number_does_not_depend_on_the_others() -> None:
    alone = route_table_marks(with_tables(2).plan())
    among = route_table_marks(with_tables(1, 2, 3).plan())
    assert among[resource_id("rtb", 2)] == alone[resource_id("rtb", 2)]
    assert len(set(among.values())) == 3
    assert min(among.values()) >= 65536, "above the tables of the kernel and the local one"


def test_tables_without_ports_have_no_number() -> None:
    vpc = with_tables(1)
    vpc.subnet(resource_id("subnet", 9), "10.0.9.0/24", resource_id("rtb", 9))
    assert route_table_marks(vpc.plan()).keys() == {resource_id("rtb", 1)}


def test_tables_that_meet_in_a_number_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "_COUNT", 4)
    found = route_table_marks(with_tables(1, 2, 3, 4).plan())
    assert sorted(found.values()) == [65536, 65537, 65538, 65539]


def test_the_internet_gateways_table_counts_too() -> None:
    vpc = with_tables(1)
    vpc.gateway_table = resource_id("rtb", 9)
    found = route_table_marks(vpc.plan())
    assert found.keys() == {resource_id("rtb", 1), resource_id("rtb", 9)}
    numbers = {*found.values(), *map(inner_table, found.values())}
    assert len(numbers) == 4
    assert max(numbers) < 2**32


def test_tables_of_interface_endpoints_count_too() -> None:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.subnet("subnet-1", "10.0.1.0/24", resource_id("rtb", 7))
    assert route_table_marks(vpc.plan()) == {}
    vpc.endpoint_port("eni-1", "10.0.1.100", subnet="subnet-1", owner="vpce-1")
    assert route_table_marks(vpc.plan()).keys() == {resource_id("rtb", 7)}
