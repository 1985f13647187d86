from __future__ import annotations

import pytest

from skywalk.drivers.linux.group_chains import GroupChains, render_filter_rule
from skywalk.drivers.linux.router_ruleset import router_ruleset
from support.plans import ICMP, TCP, UDP, VpcBuilder, resource_id

WEB, DATABASE = resource_id("sg", 1), resource_id("sg", 2)
SUBNET = resource_id("subnet", 1)

RULES = {
    "everything": ({"network": "0.0.0.0/0"}, "accept"),
    "one port": (
        {"network": "10.0.0.0/16", "protocol": TCP, "ports": (443, 443)},
        "ip saddr 10.0.0.0/16 tcp dport 443 accept",
    ),
    "a range": ({"network": "0.0.0.0/0", "protocol": UDP, "ports": (1000, 2000)}, "udp dport 1000-2000 accept"),
    "all ports": ({"network": "0.0.0.0/0", "protocol": TCP, "ports": (0, 65535)}, "meta l4proto tcp accept"),
    "a group": ({"peer_group": DATABASE}, f"ip saddr @members-{DATABASE} accept"),
    "a prefix list": ({"prefix_list": "pl-1"}, "ip saddr @prefixes-pl-1 accept"),
    "all of ICMP": ({"network": "0.0.0.0/0", "protocol": ICMP}, "meta l4proto icmp accept"),
    "a type": ({"network": "0.0.0.0/0", "protocol": ICMP, "ports": (8, -1)}, "icmp type 8 accept"),
    "a type and code": (
        {"network": "0.0.0.0/0", "protocol": ICMP, "ports": (3, 4)},
        "icmp type 3 icmp code 4 accept",
    ),
    "another protocol": ({"network": "0.0.0.0/0", "protocol": 50}, "meta l4proto 50 accept"),
}


@pytest.mark.parametrize("case", RULES)
def test_a_rule_as_nftables_reads_it(case: str) -> None:
    arguments, expected = RULES[case]
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.allow(WEB, "in", rule_id="sgr-1", **arguments)  # type: ignore[arg-type]
    assert render_filter_rule(vpc.rules["sgr-1"]) == f'{expected} comment "sgr-1"'


def test_rules_out_look_at_the_destination() -> None:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.allow(WEB, "out", network="192.0.2.0/24", rule_id="sgr-1")
    assert render_filter_rule(vpc.rules["sgr-1"]) == 'ip daddr 192.0.2.0/24 accept comment "sgr-1"'


def test_a_rule_for_ipv6_matches_nothing() -> None:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.allow(WEB, "in", network="::/0", rule_id="sgr-1")
    assert render_filter_rule(vpc.rules["sgr-1"]) is None
    assert GroupChains(vpc.plan()).chains == []


def vpc_with(*groups: tuple[str, ...]) -> VpcBuilder:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.subnet(SUBNET, "10.0.1.0/24", resource_id("rtb", 1))
    for number, ids in enumerate(groups, start=1):
        vpc.port(resource_id("eni", number), f"10.0.1.{10 + number}", subnet=SUBNET, instance="i-1", groups=ids)
    vpc.allow(WEB, "in", network="0.0.0.0/0", rule_id="sgr-1")
    vpc.allow(DATABASE, "in", peer_group=WEB, rule_id="sgr-2")
    return vpc


def test_ports_start_in_the_chain_of_their_groups() -> None:
    vpc = vpc_with((WEB,), (WEB, DATABASE), (resource_id("sg", 9),))
    chains, elements = GroupChains(vpc.plan()), router_ruleset(vpc.plan()).elements
    verdicts = {element.key[0]: element.data for element in elements["group_in"]}
    both = next(chain for chain in chains.chains if chain.name.startswith("groups-"))
    assert verdicts == {"p-000000000001": f"{WEB}-in", "p-000000000002": both.name}
    assert both.rules == (f"jump {WEB}-in", f"jump {DATABASE}-in")
    assert "group_out" not in elements


def test_members_are_a_set_even_without_members() -> None:
    chains = GroupChains(vpc_with((WEB,), (WEB, DATABASE)).plan())
    assert [declaration.name for declaration in chains.sets] == [f"members-{WEB}"]
    addresses = {str(element.key[0]) for element in chains.elements[f"members-{WEB}"]}
    assert addresses == {"10.0.1.11", "10.0.1.12"}
    assert GroupChains(vpc_with().plan()).elements == {f"members-{WEB}": frozenset()}


def test_interface_endpoints_start_by_their_address_and_inwards_alone() -> None:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.subnet(SUBNET, "10.0.1.0/24", resource_id("rtb", 1))
    for group in (WEB, DATABASE):
        vpc.allow_all(group)
    for number, groups in enumerate([(WEB,), (WEB, DATABASE), ()]):
        vpc.endpoint_port(f"eni-{number}", f"10.0.1.{100 + number}", subnet=SUBNET, owner="vpce-1", groups=groups)
    chains = GroupChains(vpc.plan())
    elements = router_ruleset(vpc.plan()).elements
    entered = {str(each.key[0]): str(each.data) for each in elements["endpoint_group_in"]}
    assert entered.keys() == {"10.0.1.100", "10.0.1.101"}
    assert entered["10.0.1.100"] == f"{WEB}-in"
    rules = {chain.name: chain.rules for chain in chains.chains}
    assert rules[entered["10.0.1.101"]] == (f"jump {WEB}-in", f"jump {DATABASE}-in")
    assert [name for name in rules if name.startswith("groups-")] == [entered["10.0.1.101"]]
