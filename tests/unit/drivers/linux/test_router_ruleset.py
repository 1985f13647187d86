from __future__ import annotations

from skywalk.drivers.linux.marks import route_table_marks
from skywalk.drivers.linux.router_ruleset import router_ruleset
from skywalk.drivers.linux.ruleset import Ruleset
from support.plans import OPEN_ACL, VpcBuilder, resource_id

TABLE, SUBNET, GROUP = resource_id("rtb", 1), resource_id("subnet", 1), resource_id("sg", 1)


def small() -> VpcBuilder:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE)
    vpc.port(resource_id("eni", 1), "10.0.1.10", "10.0.1.20", subnet=SUBNET, instance="i-1", groups=(GROUP,))
    vpc.port(resource_id("eni", 2), "10.0.1.11", subnet=SUBNET, instance="i-2", source_dest_check=False)
    return vpc


def elements(ruleset: Ruleset, name: str) -> set[str]:
    return {element.render(ruleset.sets[name]) for element in ruleset.elements.get(name, frozenset())}


def test_sources_are_a_ports_own_addresses() -> None:
    ruleset = router_ruleset(small().plan())
    assert elements(ruleset, "port_address") == {
        '"p-000000000001" . 10.0.1.10',
        '"p-000000000001" . 10.0.1.20',
        '"p-000000000002" . 10.0.1.11',
    }
    assert elements(ruleset, "unchecked_port") == {'"p-000000000002"'}
    assert elements(ruleset, "vpc") == {"10.0.0.0/16"}


def test_services_of_the_router() -> None:
    assert elements(router_ruleset(small().plan()), "service") == {
        "10.0.0.2 . 17 . 53",
        "10.0.0.2 . 6 . 53",
        "169.254.169.253 . 17 . 53",
        "169.254.169.253 . 6 . 53",
        "169.254.169.254 . 6 . 80",
    }


def test_marks_and_zones_by_link() -> None:
    vpc = small()
    vpc.zone("internet", 3)
    vpc.zone(resource_id("vpce", 1), 4)
    ruleset = router_ruleset(vpc.plan())
    mark = route_table_marks(vpc.plan())[TABLE]
    assert elements(ruleset, "route_table") == {f'"p-000000000001" : {mark}', f'"p-000000000002" : {mark}'}
    assert elements(ruleset, "leg_zone") == {'"internet" : 3', '"e-000000000001" : 4'}


def test_the_internet_gateways_route_table_has_a_mark() -> None:
    vpc = small()
    vpc.gateway_table = resource_id("rtb", 9)
    marks = route_table_marks(vpc.plan())
    assert f'"internet" : {marks[resource_id("rtb", 9)]}' in elements(router_ruleset(vpc.plan()), "route_table")


def test_peers_send_from_their_networks() -> None:
    vpc = small()
    vpc.peer(resource_id("pcx", 1), resource_id("vpc", 2), "10.1.0.0/16", "10.2.0.0/16", "192.168.0.0/24")
    assert elements(router_ruleset(vpc.plan()), "peer_network") == {
        '"x-000000000001" . 10.1.0.0-10.2.255.255',
        '"x-000000000001" . 192.168.0.0/24',
    }


def test_subnets_whose_table_leads_elsewhere_within_the_vpc() -> None:
    vpc = small()
    other = resource_id("subnet", 2)
    vpc.subnet(other, "10.0.2.0/24", resource_id("rtb", 2))
    vpc.port(resource_id("eni", 3), "10.0.2.10", subnet=other, instance="i-3")
    vpc.route(TABLE, "10.0.2.0/24", "port", resource_id("eni", 2))
    ruleset = router_ruleset(vpc.plan())
    assert elements(ruleset, "inner_routed") == {
        f'"p-000000000001" : goto {SUBNET}-inner',
        f'"p-000000000002" : goto {SUBNET}-inner',
    }
    assert ruleset.chains[f"{SUBNET}-inner"].rules == ("ip daddr 10.0.1.0/24 meta mark set 0",)


def test_public_addresses_both_ways() -> None:
    vpc = small()
    vpc.public_address(resource_id("eni", 1), "203.0.113.10")
    ruleset = router_ruleset(vpc.plan())
    assert elements(ruleset, "public_address") == {"203.0.113.10"}
    assert elements(ruleset, "public_to_private") == {"203.0.113.10 : 10.0.1.10"}
    assert elements(ruleset, "private_to_public") == {"10.0.1.10 : 203.0.113.10"}


def test_what_no_rule_lets_through_is_dropped() -> None:
    ruleset = router_ruleset(small().plan())
    for chain in ("out_of_groups", "acl_out", "acl_in", "into_groups", "to_services", "from_services"):
        assert ruleset.chains[chain].hook.endswith("policy drop;")
    assert elements(ruleset, "group_in") == set()


def test_interface_endpoints_are_known_by_address() -> None:
    vpc = small()
    vpc.endpoint_port(resource_id("eni", 9), "10.0.1.100", subnet=SUBNET, owner="vpce-1", groups=(GROUP,))
    vpc.allow_all(GROUP)
    ruleset = router_ruleset(vpc.plan())
    mark = route_table_marks(vpc.plan())[TABLE]
    assert elements(ruleset, "endpoint_route_table") == {f"10.0.1.100 : {mark}"}
    assert elements(ruleset, "endpoint_group_in") == {f"10.0.1.100 : goto {GROUP}-in"}
    assert elements(ruleset, "endpoint_acl_in") == {f"10.0.1.100 : goto {OPEN_ACL}-in"}
    assert elements(ruleset, "endpoint_acl_out") == {f"10.0.1.100 : goto {OPEN_ACL}-out"}
    assert elements(ruleset, "endpoint_inner_routed") == set()
    vpc.route(TABLE, "10.0.0.0/16", "port", resource_id("eni", 2))
    inner = elements(router_ruleset(vpc.plan()), "endpoint_inner_routed")
    assert inner == {f"10.0.1.100 : goto {SUBNET}-inner"}
