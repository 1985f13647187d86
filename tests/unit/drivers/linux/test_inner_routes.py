from __future__ import annotations

from skywalk.drivers.linux.inner_routes import inner_routed_segments, tables_with_inner_routes
from support.plans import VpcBuilder, resource_id

TABLE, OTHER_TABLE = resource_id("rtb", 1), resource_id("rtb", 2)
SUBNET, OTHER_SUBNET = resource_id("subnet", 1), resource_id("subnet", 2)


def two_tables() -> VpcBuilder:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE)
    vpc.subnet(OTHER_SUBNET, "10.0.2.0/24", OTHER_TABLE)
    vpc.port(resource_id("eni", 1), "10.0.1.10", subnet=SUBNET, instance="i-1")
    for table in (TABLE, OTHER_TABLE):
        vpc.route(table, "10.0.0.0/16", "local", "local")
    return vpc


def test_routes_to_the_outside_and_local_ones_are_none() -> None:
    vpc = two_tables()
    vpc.route(TABLE, "0.0.0.0/0", "port", resource_id("eni", 1))
    vpc.route(TABLE, "10.0.0.0/8", "peering", resource_id("pcx", 1))
    vpc.route(TABLE, "10.1.0.0/16", "port", resource_id("eni", 1))
    vpc.route(TABLE, "2001:db8::/32", "port", resource_id("eni", 1))
    assert tables_with_inner_routes(vpc.plan()) == frozenset()
    assert inner_routed_segments(vpc.plan()) == ()


def test_a_subnet_and_the_whole_vpc_are_destinations_within_it() -> None:
    for destination in ("10.0.2.0/24", "10.0.0.0/16"):
        vpc = two_tables()
        vpc.route(TABLE, destination, "port", resource_id("eni", 1))
        assert tables_with_inner_routes(vpc.plan()) == {TABLE}
        assert [segment.subnet_id for segment in inner_routed_segments(vpc.plan())] == [SUBNET]


def test_a_subnet_without_ports_needs_no_chain() -> None:
    vpc = two_tables()
    vpc.route(OTHER_TABLE, "10.0.1.0/24", "port", resource_id("eni", 1))
    assert tables_with_inner_routes(vpc.plan()) == {OTHER_TABLE}
    assert inner_routed_segments(vpc.plan()) == ()


def test_a_network_that_was_added_counts() -> None:
    vpc = two_tables()
    vpc.route(TABLE, "10.9.1.0/24", "blackhole", resource_id("eni", 1))
    assert tables_with_inner_routes(vpc.plan()) == frozenset()
    vpc.more_networks = ("10.9.0.0/16",)
    assert tables_with_inner_routes(vpc.plan()) == {TABLE}


def test_a_subnet_with_interface_endpoints_alone_needs_a_chain() -> None:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.subnet("subnet-1", "10.0.1.0/24", "rtb-1")
    vpc.route("rtb-1", "10.0.0.0/16", "port", "eni-9")
    assert inner_routed_segments(vpc.plan()) == ()
    vpc.endpoint_port("eni-1", "10.0.1.100", subnet="subnet-1", owner="vpce-1")
    assert [segment.subnet_id for segment in inner_routed_segments(vpc.plan())] == ["subnet-1"]
