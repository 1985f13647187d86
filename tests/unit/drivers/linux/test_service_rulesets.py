from __future__ import annotations

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
