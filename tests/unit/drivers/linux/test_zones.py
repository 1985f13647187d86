from __future__ import annotations

from skywalk.drivers.linux.router_ruleset import router_ruleset
from skywalk.drivers.linux.ruleset import Ruleset
from skywalk.drivers.linux.zones import leg_device
from support.plans import VpcBuilder, resource_id

SUBNET, ENI, NAT_ENI = resource_id("subnet", 1), resource_id("eni", 1), resource_id("eni", 2)


def with_appliance() -> VpcBuilder:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.subnet(SUBNET, "10.0.1.0/24", resource_id("rtb", 1))
    vpc.port(ENI, "10.0.1.10", "10.0.1.11", subnet=SUBNET, instance="i-1", source_dest_check=False)
    vpc.nat_gateway(resource_id("nat", 1), NAT_ENI, "10.0.1.50", subnet=SUBNET, public=None)
    vpc.zone(ENI, 7)
    return vpc


def elements(ruleset: Ruleset, name: str) -> set[str]:
    return {element.render(ruleset.sets[name]) for element in ruleset.elements.get(name, frozenset())}


def test_an_appliance_is_known_by_its_link_and_as_next_hop() -> None:
    ruleset = router_ruleset(with_appliance().plan())
    assert elements(ruleset, "leg_zone") == {'"p-000000000001" : 7'}
    assert elements(ruleset, "appliance") == {'"p-000000000001"'}
    assert elements(ruleset, "toward_appliance") == {'"p-000000000001" : goto reply-zone-7'}
    assert ruleset.chains["reply-zone-7"].rules == ("ct reply zone set 7",)
    assert len(ruleset.chains["zones"].rules) == 4
    assert ruleset.chains["tracked_in"].rules == ("oifname != @appliance accept", "ct mark 1 accept")
    assert ruleset.chains["passed"].rules == ("iifname @appliance ct mark set 1", "oifname @appliance ct mark set 1")


def test_a_nat_gateway_has_no_zone() -> None:
    vpc = with_appliance()
    vpc.zones.clear()
    vpc.zone(NAT_ENI, 8)
    ruleset = router_ruleset(vpc.plan())
    assert elements(ruleset, "leg_zone") == elements(ruleset, "appliance") == set()


def test_the_interfaces_of_an_appliance_have_one_zone() -> None:
    vpc = with_appliance()
    vpc.port(resource_id("eni", 3), "10.0.1.30", subnet=SUBNET, instance="i-1", device_index=1)
    vpc.port(resource_id("eni", 4), "10.0.1.40", subnet=SUBNET, instance="i-4")
    vpc.zone(resource_id("eni", 3), 3)
    vpc.zone(resource_id("eni", 4), 4)
    assert elements(router_ruleset(vpc.plan()), "leg_zone") == {
        '"p-000000000001" : 7',
        '"p-000000000003" : 7',
        '"p-000000000004" : 4',
    }


def test_without_appliances_nothing_is_looked_up() -> None:
    vpc = with_appliance()
    vpc.zones.clear()
    chains = router_ruleset(vpc.plan()).chains
    assert (chains["zones"].rules, chains["passed"].rules) == ((), ())
    assert chains["tracked_out"].rules == chains["tracked_in"].rules == ("accept",)


def test_legs() -> None:
    assert leg_device("internet") == "internet"
    assert leg_device(resource_id("eni", 1)) == "p-000000000001"
    assert leg_device(resource_id("vpce", 1)) == "e-000000000001"


def test_other_legs_can_have_zones() -> None:
    vpc = with_appliance()
    vpc.zone("internet", 3)
    vpc.zone(resource_id("vpce", 1), 4)
    assert elements(router_ruleset(vpc.plan()), "leg_zone") == {
        '"internet" : 3',
        '"e-000000000001" : 4',
        '"p-000000000001" : 7',
    }
