from __future__ import annotations

from skywalk.drivers.linux.marks import route_table_marks
from skywalk.drivers.linux.router_ruleset import router_ruleset
from skywalk.drivers.linux.ruleset import Ruleset
from skywalk.drivers.linux.zones import leg_device
from support.plans import VpcBuilder, resource_id

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
    assert "ct original zone set iifname map @leg_zone" in ruleset.chains["zones"].rules
    vpc.zones.clear()
    assert router_ruleset(vpc.plan()).chains["zones"].rules == (), "nothing is looked up for nothing"


def test_public_addresses_both_ways() -> None:
    vpc = small()
    vpc.public_address(resource_id("eni", 1), "203.0.113.10")
    ruleset = router_ruleset(vpc.plan())
    assert elements(ruleset, "public_address") == {"203.0.113.10"}
    assert elements(ruleset, "public_to_private") == {"203.0.113.10 : 10.0.1.10"}
    assert elements(ruleset, "private_to_public") == {"10.0.1.10 : 203.0.113.10"}


def test_what_no_rule_lets_through_is_dropped() -> None:
    ruleset = router_ruleset(small().plan())
    for chain in ("out_of_groups", "into_groups", "to_services", "from_services"):
        assert ruleset.chains[chain].hook.endswith("policy drop;")
    assert elements(ruleset, "group_in") == set()


def test_legs() -> None:
    assert leg_device("internet") == "internet"
    assert leg_device(resource_id("eni", 1)) == "p-000000000001"
    assert leg_device(resource_id("vpce", 1)) == "e-000000000001"
