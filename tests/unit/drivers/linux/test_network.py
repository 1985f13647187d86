from __future__ import annotations

from dataclasses import replace

from skywalk.drivers.linux.layout import Layout, PeeringLink, render_row
from skywalk.drivers.linux.marks import inner_table, route_table_marks
from skywalk.drivers.linux.network import lay_out, lay_out_internet, namespace_settings
from skywalk.drivers.linux.port_pieces import device_settings
from support.plans import VpcBuilder, internet_plan, resource_id

VPC, TABLE, OTHER_TABLE = resource_id("vpc", 1), resource_id("rtb", 1), resource_id("rtb", 2)
SUBNET, ENI, INSTANCE = resource_id("subnet", 1), resource_id("eni", 1), resource_id("i", 1)
ENDPOINT = resource_id("vpce", 1)
HERE, THERE = "06:00:00:00:00:01", "06:00:00:00:00:02"


def small() -> VpcBuilder:
    vpc = VpcBuilder(VPC)
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE)
    vpc.port(ENI, "10.0.1.10", "10.0.1.20", subnet=SUBNET, instance=INSTANCE)
    return vpc


def lines(layout: Layout, *without: str) -> set[str]:
    """Rows as text, but settings and those that start with one of `without`."""
    rendered = {render_row(row) for row in layout.rows}
    return {line for line in rendered if " setting " not in line and not line.startswith(without or ("-",))}


def test_an_instance_behind_its_router() -> None:
    plan = small().plan()
    mark = route_table_marks(plan)[TABLE]
    assert lines(lay_out(plan)) == {
        "router loopback up",
        "router address 10.0.1.1/32 dev lo",
        "router address 10.0.0.2/32 dev lo",
        "router address 169.254.169.253/32 dev lo",
        "router address 169.254.169.254/32 dev lo",
        f"router link p-000000000001 {HERE} to {INSTANCE} eth0 02:00:0a:00:01:0a alias {ENI}",
        "router neighbour 10.0.1.10 02:00:0a:00:01:0a dev p-000000000001",
        "router neighbour 10.0.1.20 02:00:0a:00:01:0a dev p-000000000001",
        "router route 10.0.1.10/32 dev p-000000000001 table 10",
        "router route 10.0.1.20/32 dev p-000000000001 table 10",
        "router route blackhole 10.0.0.0/16 table 10",
        "router route blackhole 0.0.0.0/0 table 254",
        "router rule 10 table 10",
        f"router rule 1000 mark {mark} table {mark}",
        f"{INSTANCE} loopback up",
        f"{INSTANCE} address 10.0.1.10/24 dev eth0",
        f"{INSTANCE} address 10.0.1.20/24 dev eth0",
        f"{INSTANCE} neighbour 10.0.1.1 {HERE} dev eth0",
        f"{INSTANCE} route 0.0.0.0/0 via 10.0.1.1 dev eth0 table 254",
    }


def test_what_an_endpoint_adds() -> None:
    vpc = small()
    before = lay_out(vpc.plan())
    vpc.endpoint(ENDPOINT, TABLE)
    after = lay_out(vpc.plan())
    mark = route_table_marks(vpc.plan())[TABLE]
    assert lines(after) - lines(before) == {
        "endpoints loopback up",
        f"router link e-000000000001 {HERE} to endpoints e-000000000001 {THERE} alias {ENDPOINT}",
        f"router neighbour 169.254.255.1 {THERE} dev e-000000000001",
        f"endpoints neighbour 169.254.255.1 {HERE} dev e-000000000001",
        "endpoints route 0.0.0.0/0 via 169.254.255.1 dev e-000000000001 table 254",
        "endpoints route local 52.216.0.0/15 dev lo table 255",
        f"router route 52.216.0.0/15 via 169.254.255.1 dev e-000000000001 table {mark}",
    }
    assert lines(before) <= lines(after)
    assert set(after.rulesets) == {"router", "endpoints"}


def test_what_an_internet_gateway_adds() -> None:
    vpc = small()
    vpc.public_address(ENI, "203.0.113.10")
    vpc.route(TABLE, "0.0.0.0/0", "internet", "igw-1")
    mark = route_table_marks(vpc.plan())[TABLE]
    without = lines(lay_out(vpc.plan()))
    assert f"router route blackhole 0.0.0.0/0 table {mark}" in without, "its gateway is not attached"
    vpc.has_internet = True
    assert lines(lay_out(vpc.plan())) - without == {
        f"router link internet {HERE} to internet v-000000000001 {THERE} alias {VPC}",
        f"router neighbour 169.254.255.1 {THERE} dev internet",
        f"internet neighbour 169.254.255.1 {HERE} dev v-000000000001",
        "internet route 203.0.113.10/32 via 169.254.255.1 dev v-000000000001 table 254",
        f"router route 0.0.0.0/0 via 169.254.255.1 dev internet table {mark}",
    }


def test_routes_of_tables_without_ports_and_local_ones_are_no_rows() -> None:
    vpc = small()
    before = lines(lay_out(vpc.plan()))
    vpc.route(OTHER_TABLE, "192.0.2.0/24", "blackhole", "igw-1")
    vpc.route(TABLE, "10.0.0.0/16", "local", "local")
    vpc.route(TABLE, "::/0", "internet", "igw-1")
    assert lines(lay_out(vpc.plan())) == before


def test_a_route_to_an_endpoint_that_is_not_served_is_a_blackhole() -> None:
    vpc = small()
    vpc.route(TABLE, "52.216.0.0/15", "gateway_endpoint", ENDPOINT)
    mark = route_table_marks(vpc.plan())[TABLE]
    assert f"router route blackhole 52.216.0.0/15 table {mark}" in lines(lay_out(vpc.plan()))


def test_a_second_interface_has_a_default_route_behind_the_first() -> None:
    vpc = small()
    vpc.port(resource_id("eni", 2), "10.0.1.30", subnet=SUBNET, instance=INSTANCE, device_index=1)
    found = lines(lay_out(vpc.plan()))
    assert f"{INSTANCE} route 0.0.0.0/0 via 10.0.1.1 dev eth1 metric 1 table 254" in found
    assert f"{INSTANCE} address 10.0.1.30/24 dev eth1 metric 1" in found, "the first is the way to their subnet"
    assert set(lay_out(vpc.plan()).namespaces) == {"router", INSTANCE}


def test_further_interfaces_have_tables_of_their_own() -> None:
    vpc = small()
    vpc.port(resource_id("eni", 2), "10.0.1.30", "10.0.1.31", subnet=SUBNET, instance=INSTANCE, device_index=1)
    found = lines(lay_out(vpc.plan()))
    assert {line for line in found if "10001" in line} == {
        f"{INSTANCE} route 0.0.0.0/0 via 10.0.1.1 dev eth1 table 10001",
        f"{INSTANCE} route 10.0.1.0/24 dev eth1 table 10001",
        f"{INSTANCE} rule 10000 from 10.0.1.30 table 10001",
        f"{INSTANCE} rule 10000 from 10.0.1.31 table 10001",
    }


def test_what_a_nat_gateway_adds() -> None:
    vpc = small()
    before = lay_out(vpc.plan())
    gateway, eni = resource_id("nat", 1), resource_id("eni", 5)
    vpc.nat_gateway(gateway, eni, "10.0.1.50", subnet=SUBNET, public=None)
    after = lay_out(vpc.plan())
    assert lines(after) - lines(before) == {
        f"{gateway} loopback up",
        f"{gateway} address 10.0.1.50/24 dev eth0",
        f"{gateway} neighbour 10.0.1.1 {HERE} dev eth0",
        f"{gateway} route 0.0.0.0/0 via 10.0.1.1 dev eth0 table 254",
        f"router link p-000000000005 {HERE} to {gateway} eth0 02:00:0a:00:01:32 alias {eni}",
        "router neighbour 10.0.1.50 02:00:0a:00:01:32 dev p-000000000005",
        "router route 10.0.1.50/32 dev p-000000000005 table 10",
    }
    assert set(after.rulesets) == {"router", gateway}
    assert after.namespaces[gateway] == gateway


def test_what_a_peering_adds_on_either_side() -> None:
    peering, other = resource_id("pcx", 1), resource_id("vpc", 2)
    for vpc_id, peer, near, far in ((VPC, other, HERE, THERE), (other, VPC, THERE, HERE)):
        vpc = VpcBuilder(vpc_id)
        before = lines(lay_out(vpc.plan()))
        vpc.peer(peering, peer, "10.1.0.0/16")
        layout = lay_out(vpc.plan())
        assert lines(layout) - before == {
            f"router peering x-000000000001 {near} alias {peering}",
            f"router neighbour 169.254.255.1 {far} dev x-000000000001",
        }
        (link,) = (row for row in layout.rows if isinstance(row, PeeringLink))
        assert (link.peer_vpc_id, link.peer_mac, layout.rows[link]) == (peer, far, peering)


def test_routes_within_the_vpc_are_asked_before_the_local_one() -> None:
    vpc = small()
    vpc.route(TABLE, "10.0.2.0/24", "port", ENI)
    mark = route_table_marks(vpc.plan())[TABLE]
    assert f"router rule 5 mark {mark} table {inner_table(mark)}" in lines(lay_out(vpc.plan()))


def test_rows_name_the_resource_that_caused_them() -> None:
    vpc = small()
    vpc.endpoint(ENDPOINT, TABLE)
    layout = lay_out(vpc.plan())
    owners = {render_row(row): owner for row, owner in layout.rows.items()}
    mark = route_table_marks(vpc.plan())[TABLE]
    assert owners[f"{INSTANCE} address 10.0.1.10/24 dev eth0"] == ENI
    assert owners[f"router route 52.216.0.0/15 via 169.254.255.1 dev e-000000000001 table {mark}"] == ENDPOINT
    assert owners["router rule 10 table 10"] == VPC
    assert layout.namespaces == {"router": VPC, "endpoints": ENDPOINT, INSTANCE: INSTANCE}


def test_a_guest_has_a_namespace_before_it_has_an_interface() -> None:
    vpc = small()
    vpc.guest(resource_id("i", 7))
    assert resource_id("i", 7) in lay_out(vpc.plan()).namespaces


def test_the_regions_part_of_the_internet() -> None:
    layout = lay_out_internet(internet_plan(("sts", "198.51.100.0/24", (443,))))
    assert lines(layout) == {
        "internet loopback up",
        "internet route blackhole 0.0.0.0/0 table 254",
        "internet route local 198.51.100.0/24 dev lo table 255",
    }


def test_settings() -> None:
    assert ("ipv6/conf/all/disable_ipv6", "1") in namespace_settings(INSTANCE)
    assert ("ipv4/ip_forward", "1") in namespace_settings("router")
    assert ("ipv4/ip_forward", "1") in namespace_settings(resource_id("nat", 1))
    assert ("ipv4/ip_forward", "1") not in namespace_settings(INSTANCE)
    assert device_settings("p-1") == (("ipv4/conf/p-1/proxy_arp", "1"), ("ipv4/neigh/p-1/proxy_delay", "0"))
    assert device_settings("e-1") == ()


def test_what_interface_endpoints_add() -> None:
    vpc = small()
    before = lay_out(vpc.plan())
    vpc.endpoint_port(resource_id("eni", 8), "10.0.1.100", subnet=SUBNET, owner=ENDPOINT)
    first = lay_out(vpc.plan())
    assert lines(first) - lines(before) == {
        "endpoints loopback up",
        "endpoints address 10.0.1.100/32 dev lo",
        "endpoints neighbour 169.254.255.1 06:00:00:00:00:01 dev n-000000000001",
        "endpoints route 0.0.0.0/0 via 169.254.255.1 dev n-000000000001 table 254",
        f"router link n-000000000001 {HERE} to endpoints n-000000000001 {THERE} alias {VPC}",
        f"router neighbour 10.0.1.100 {THERE} dev n-000000000001",
        "router route 10.0.1.100/32 dev n-000000000001 table 10",
    }
    assert first.namespaces["endpoints"] == ENDPOINT
    second_endpoint = resource_id("vpce", 2)
    vpc.endpoint_port(resource_id("eni", 9), "10.0.1.101", subnet=SUBNET, owner=second_endpoint)
    second = lay_out(vpc.plan())
    assert lines(second) - lines(first) == {
        "endpoints address 10.0.1.101/32 dev lo",
        f"router neighbour 10.0.1.101 {THERE} dev n-000000000001",
        "router route 10.0.1.101/32 dev n-000000000001 table 10",
    }
    assert {owner for row, owner in second.rows.items() if row not in first.rows} == {second_endpoint}


def test_with_an_uplink_the_end_of_all_ways_is_behind_it() -> None:
    plan = replace(internet_plan(("sts", "198.51.100.0/25", (443,))), has_uplink=True)
    assert "internet route blackhole 0.0.0.0/0 metric 1000 table 254" in lines(lay_out_internet(plan))
    assert not any("uplink" in line for line in lines(lay_out_internet(plan)))
