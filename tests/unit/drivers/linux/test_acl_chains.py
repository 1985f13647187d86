from __future__ import annotations

import pytest

from skywalk.drivers.linux.acl_chains import AclChains, render_acl_rule
from skywalk.drivers.linux.router_ruleset import router_ruleset
from skywalk.plan.filters import Direction
from support.plans import ICMP, OPEN_ACL, TCP, UDP, VpcBuilder, resource_id

ACL, SUBNET, OPEN_SUBNET = resource_id("acl", 1), resource_id("subnet", 1), resource_id("subnet", 2)


def with_acl() -> VpcBuilder:
    """A port in a subnet with an ACL of its own, and one in a subnet that everything passes."""
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.subnet(SUBNET, "10.0.1.0/24", resource_id("rtb", 1), ACL)
    vpc.subnet(OPEN_SUBNET, "10.0.2.0/24", resource_id("rtb", 1))
    vpc.subnet(resource_id("subnet", 3), "10.0.3.0/24", resource_id("rtb", 1), resource_id("acl", 9))
    vpc.port(resource_id("eni", 1), "10.0.1.10", subnet=SUBNET, instance="i-1")
    vpc.port(resource_id("eni", 2), "10.0.2.10", subnet=OPEN_SUBNET, instance="i-2")
    return vpc


def chains(vpc: VpcBuilder) -> dict[str, tuple[str, ...]]:
    return {chain.name: chain.rules for chain in AclChains(vpc.plan()).chains}


def entries(vpc: VpcBuilder, direction: Direction) -> dict[object, object]:
    found = router_ruleset(vpc.plan()).elements[f"acl_{direction}"]
    return {element.key[0]: element.data for element in found}


def test_an_acl_without_rules_drops_all_but_what_stays_in_the_subnet() -> None:
    assert chains(with_acl()) == {
        f"{OPEN_ACL}-in": ("accept",),
        f"{OPEN_ACL}-out": ("accept",),
        f"{ACL}-in": ("meta mark 1 accept", "drop"),
        f"{ACL}-out": ("drop",),
        f"{SUBNET}-out": ("rt nexthop 10.0.1.0/24 meta mark set 1 accept", f"goto {ACL}-out"),
    }


def test_ports_enter_by_their_subnet_unless_everything_passes() -> None:
    assert entries(with_acl(), Direction.OUT) == {
        "p-000000000001": f"{SUBNET}-out",
        "p-000000000002": f"{OPEN_ACL}-out",
    }
    assert entries(with_acl(), Direction.IN) == {"p-000000000001": f"{ACL}-in", "p-000000000002": f"{OPEN_ACL}-in"}


def test_rules_are_in_the_order_of_their_numbers() -> None:
    vpc = with_acl()
    vpc.acl_rule(ACL, "in", 200)
    vpc.acl_rule(ACL, "in", 90, allow=False, protocol=TCP, ports=(22, 22), network="10.0.2.0/24")
    vpc.acl_rule(ACL, "in", 1000, allow=False)
    assert chains(vpc)[f"{ACL}-in"] == (
        "meta mark 1 accept",
        'ip saddr 10.0.2.0/24 tcp dport 22 drop comment "rule 90"',
        'accept comment "rule 200"',
        'drop comment "rule 1000"',
        "drop",
    )


def test_an_acl_is_open_if_both_directions_begin_so() -> None:
    vpc = with_acl()
    vpc.acl_rule(ACL, "in", 100)
    assert chains(vpc)[f"{ACL}-in"] == ("meta mark 1 accept", 'accept comment "rule 100"', "drop")
    vpc.acl_rule(ACL, "out", 100)
    vpc.acl_rule(ACL, "out", 110, allow=False, protocol=TCP, ports=(25, 25))
    assert chains(vpc)[f"{ACL}-in"] == chains(vpc)[f"{ACL}-out"] == ("accept",)
    vpc.acl_rule(ACL, "out", 90, allow=False, protocol=TCP, ports=(25, 25))
    assert chains(vpc)[f"{ACL}-out"][0] == 'tcp dport 25 drop comment "rule 90"'


RULES = {
    "everything": ({}, "accept"),
    "a denial": ({"allow": False}, "drop"),
    "ports": ({"protocol": UDP, "ports": (53, 54)}, "udp dport 53-54 accept"),
    "a type": ({"protocol": ICMP, "ports": (8, -1)}, "icmp type 8 accept"),
    "a network": ({"network": "10.0.0.0/16"}, "ip daddr 10.0.0.0/16 accept"),
}


@pytest.mark.parametrize("case", RULES)
def test_a_rule_as_nftables_reads_it(case: str) -> None:
    arguments, expected = RULES[case]
    vpc = VpcBuilder(resource_id("vpc", 1))
    key = vpc.acl_rule(ACL, "out", 7, **arguments)  # type: ignore[arg-type]
    assert render_acl_rule(vpc.acl_rules[key]) == f'{expected} comment "rule 7"'


def test_rules_for_ipv6_match_no_packet() -> None:
    vpc = VpcBuilder(resource_id("vpc", 1))
    assert render_acl_rule(vpc.acl_rules[vpc.acl_rule(ACL, "in", 7, network="::/0")]) is None


def test_interface_endpoints_enter_by_their_address() -> None:
    vpc = with_acl()
    vpc.ports.clear()
    vpc.endpoint_port("eni-8", "10.0.1.100", subnet=SUBNET, owner="vpce-1")
    vpc.endpoint_port("eni-9", "10.0.2.100", subnet=OPEN_SUBNET, owner="vpce-1")
    ruleset = router_ruleset(vpc.plan())
    assert {f"{SUBNET}-out", f"{ACL}-in", f"{OPEN_ACL}-in"} <= ruleset.chains.keys()
    entered = {
        direction: {str(each.key[0]): each.data for each in ruleset.elements[f"endpoint_acl_{direction}"]}
        for direction in Direction
    }
    assert entered == {
        Direction.OUT: {"10.0.1.100": f"{SUBNET}-out", "10.0.2.100": f"{OPEN_ACL}-out"},
        Direction.IN: {"10.0.1.100": f"{ACL}-in", "10.0.2.100": f"{OPEN_ACL}-in"},
    }
