from __future__ import annotations

from skywalk.drivers.linux.layout import render_row
from skywalk.drivers.linux.marks import inner_table, route_table_marks
from skywalk.drivers.linux.routing import route_rows
from support.plans import VpcBuilder, resource_id

TABLE, SUBNET, ENI, PEERING = (resource_id(kind, 1) for kind in ("rtb", "subnet", "eni", "pcx"))


def small() -> VpcBuilder:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE)
    vpc.port(ENI, "10.0.1.10", "10.0.1.20", subnet=SUBNET, instance="i-1")
    return vpc


def rows(vpc: VpcBuilder) -> dict[str, str]:
    """Rows as text, with the numbers of tables as words, and the resource that caused each."""
    mark = route_table_marks(vpc.plan())[TABLE]
    found = ((render_row(row), owner) for owner, row in route_rows(vpc.plan()))
    return {
        line.replace(f"table {inner_table(mark)}", "inner").replace(f"table {mark}", "outer"): owner
        for line, owner in found
    }


def test_a_port_is_the_next_hop_by_its_first_address() -> None:
    vpc = small()
    vpc.route(TABLE, "0.0.0.0/0", "port", ENI)
    assert rows(vpc) == {"router route 0.0.0.0/0 via 10.0.1.10 dev p-000000000001 outer": ENI}


def test_a_port_that_is_not_there_is_a_blackhole() -> None:
    vpc = small()
    vpc.route(TABLE, "0.0.0.0/0", "port", resource_id("eni", 9))
    vpc.route(TABLE, "10.1.0.0/16", "peering", PEERING)
    assert rows(vpc) == {
        "router route blackhole 0.0.0.0/0 outer": resource_id("eni", 9),
        "router route blackhole 10.1.0.0/16 outer": PEERING,
    }


def test_a_peering_leads_beyond_its_link() -> None:
    vpc = small()
    vpc.peer(PEERING, resource_id("vpc", 2), "10.1.0.0/16")
    vpc.route(TABLE, "10.1.0.0/16", "peering", PEERING)
    assert rows(vpc) == {"router route 10.1.0.0/16 via 169.254.255.1 dev x-000000000001 outer": PEERING}


def test_what_is_within_the_vpc_has_a_table_of_its_own() -> None:
    vpc = small()
    vpc.route(TABLE, "10.0.0.0/16", "local", "local")
    assert rows(vpc) == {}
    vpc.route(TABLE, "10.0.2.0/24", "port", ENI)
    vpc.route(TABLE, "10.0.3.0/24", "blackhole", resource_id("eni", 9))
    assert rows(vpc) == {
        "router route throw 10.0.0.0/16 inner": "local",
        "router route 10.0.2.0/24 via 10.0.1.10 dev p-000000000001 inner": ENI,
        "router route blackhole 10.0.3.0/24 inner": resource_id("eni", 9),
    }


def test_only_tables_in_use_have_routes() -> None:
    vpc = small()
    vpc.route(resource_id("rtb", 2), "0.0.0.0/0", "port", ENI)
    assert rows(vpc) == {}
    vpc.gateway_table = resource_id("rtb", 2)
    assert len(rows(vpc)) == 1
