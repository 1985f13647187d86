"""What holds for every row of a plan: keyed, frozen, ordered, with an origin, and a JSON value and back."""

from __future__ import annotations

import dataclasses
import json
import typing
from ipaddress import ip_address
from typing import Any

import pytest

from skywalk.plan.name_views import PublicName
from skywalk.plan.origin import Origin
from skywalk.plan.plan import CallerPlan, InternetPlan, Plan
from skywalk.plan.services import InterfaceEndpoint
from skywalk.values.record import decode, encode
from support.plans import TCP, VpcBuilder, internet_plan


def row_types(plan: type[Any]) -> list[type[Any]]:
    """The row types of a plan's tuples, and those that stand alone."""
    hints = typing.get_type_hints(plan).values()
    members = (typing.get_args(hint)[0] if typing.get_origin(hint) is tuple else hint for hint in hints)
    return [member for member in members if isinstance(member, type) and dataclasses.is_dataclass(member)]


ROWS = sorted(
    {kind for plan in (Plan, InternetPlan, CallerPlan) for kind in row_types(plan)}, key=lambda kind: kind.__name__
)


def full_plan() -> Plan:
    """A plan with a row in each of its sections."""
    vpc = VpcBuilder("vpc-1", has_internet=True)
    vpc.subnet("subnet-1", "10.0.1.0/24", table="rtb-1")
    vpc.port("eni-2", "10.0.1.11", "10.0.1.12", subnet="subnet-1", instance="i-1", groups=("sg-1",), device_index=1)
    vpc.port("eni-1", "10.0.1.10", subnet="subnet-1", instance="i-1", groups=("sg-2", "sg-1"))
    vpc.allow("sg-1", "in", protocol=TCP, ports=(443, 443), peer_group="sg-2")
    vpc.allow("sg-1", "out", protocol=TCP, ports=(443, 443), prefix_list="pl-1")
    vpc.prefix_list("pl-1", "52.216.0.0/15")
    vpc.endpoint("vpce-1", "rtb-1")
    vpc.public_address("eni-1", "198.18.0.5")
    vpc.zone("eni-1", 3)
    vpc.nat_gateway("nat-1", "eni-3", "10.0.1.13", subnet="subnet-1", public="198.18.0.6")
    vpc.peer("pcx-1", "vpc-2", "10.1.0.0/16")
    vpc.guest("i-1")
    vpc.endpoint_port("eni-4", "10.0.1.14", subnet="subnet-1", owner="vpce-2", groups=("sg-1",))
    address, origin = ip_address("10.0.1.14"), Origin("vpce-2", "test")
    names = ("vpce-2-abcdefgh.sqs.us-east-1.vpce.amazonaws.com",)
    endpoint = InterfaceEndpoint(
        "vpce-2", "vpc-1", "123456789012", "us-east-1", "sqs", (address,), (443,), names, names, "{}", origin
    )
    public = PublicName(names[0], (address,), 60, origin)
    return dataclasses.replace(vpc.plan(), interface_endpoints=(endpoint,), public_names=(public,))


def test_a_plan_has_rows_of_many_kinds() -> None:
    assert {"Router", "Segment", "Port", "Route", "FilterRule", "Guest", "PublicName", "AccessKey"} <= {
        kind.__name__ for kind in ROWS
    }


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
def test_every_row_is_frozen_ordered_and_names_its_origin(kind: Any) -> None:
    assert kind.__dataclass_params__.frozen
    assert kind.__dataclass_params__.order, "plans are sorted"
    assert isinstance(kind.key, property)
    assert typing.get_type_hints(kind)["origin"] is Origin


@pytest.mark.parametrize(
    "plan", [full_plan(), internet_plan(("s3", "52.216.0.0/15", (80, 443)))], ids=["vpc", "internet"]
)
def test_a_plan_is_a_json_value_and_back(plan: Any) -> None:
    assert decode(type(plan), json.loads(json.dumps(encode(plan)))) == plan


def test_the_test_s_plan_has_every_section_and_no_key_twice() -> None:
    plan = full_plan()
    for field in dataclasses.fields(plan):
        rows = getattr(plan, field.name)
        if isinstance(rows, tuple):
            keys = [row.key for row in rows]
            assert keys, f"{field.name} has no row here"
            assert keys == sorted(set(keys))


def test_a_route_s_key_is_its_table_and_destination() -> None:
    """Of two routes to one destination a table has one at most, so the key leaves the target out."""
    assert [route.key for route in full_plan().routes] == ["rtb-1 52.216.0.0/15"]
