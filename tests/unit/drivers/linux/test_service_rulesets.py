from __future__ import annotations

from dataclasses import replace

from skywalk.drivers.linux.ruleset import Ruleset
from skywalk.drivers.linux.service_rulesets import endpoint_ruleset, internet_ruleset
from support.plans import TCP, UDP, VpcBuilder, internet_plan, resource_id


def services(ruleset: Ruleset) -> set[str]:
    return {each.render(ruleset.sets["service"]) for each in ruleset.elements.get("service", frozenset())}


def test_an_endpoint_answers_on_its_own_device() -> None:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.endpoint(resource_id("vpce", 1))
    vpc.endpoint(resource_id("vpce", 2))
    ruleset = endpoint_ruleset(vpc.plan())
    assert services(ruleset) == {
        '"e-000000000001" . 443',
        '"e-000000000001" . 80',
        '"e-000000000002" . 443',
        '"e-000000000002" . 80',
    }
    for chain in ("to_services", "from_services", "through"):
        assert ruleset.chains[chain].hook.endswith("policy drop;")


def test_public_services_answer_at_their_own_addresses() -> None:
    plan = internet_plan(
        ("sts", "198.51.100.0/25", (443,)), ("iam", "198.51.100.128/25", (443,)), ("s3", "52.216.0.0/15", (80, 443))
    )
    assert services(internet_ruleset(plan)) == {
        "198.51.100.0/24 . 443",
        "52.216.0.0/15 . 443",
        "52.216.0.0/15 . 80",
    }
    assert services(internet_ruleset(internet_plan())) == set()


def test_an_interface_endpoint_answers_at_its_own_address() -> None:
    vpc = VpcBuilder(resource_id("vpc", 1))
    vpc.subnet("subnet-1", "10.0.1.0/24", "rtb-1")
    vpc.endpoint_port("eni-1", "10.0.1.100", subnet="subnet-1", owner="vpce-1")
    vpc.endpoint_port("eni-2", "10.0.1.101", subnet="subnet-1", owner="rslvr-in-1", services=((UDP, 53), (TCP, 53)))
    ruleset = endpoint_ruleset(vpc.plan())
    declaration = ruleset.sets["interface_service"]
    assert {each.render(declaration) for each in ruleset.elements["interface_service"]} == {
        "10.0.1.100 . 6 . 443",
        "10.0.1.101 . 17 . 53",
        "10.0.1.101 . 6 . 53",
    }
    assert services(ruleset) == set()


def test_an_uplink_takes_what_is_public_and_brings_answers() -> None:
    without, with_uplink = (
        internet_ruleset(replace(internet_plan(), has_uplink=has_uplink)) for has_uplink in (False, True)
    )
    assert not any("uplink" in rule for chain in without.chains.values() for rule in chain.rules)
    assert with_uplink.chains["through"].rules == (
        'iifname "v-*" oifname "v-*" accept',
        'iifname "v-*" oifname "uplink" ip daddr != @not_public accept',
        'iifname "uplink" oifname "v-*" ct state established,related accept',
    )
    assert with_uplink.chains["to_services"] == without.chains["to_services"]
    networks = {each.render(with_uplink.sets["not_public"]) for each in with_uplink.elements["not_public"]}
    assert {"10.0.0.0/8", "198.18.0.0/15"} <= networks
    versions = [{name for name in each.chains if name.startswith("version-")} for each in (without, with_uplink)]
    assert versions[0] != versions[1]
