from __future__ import annotations

from ipaddress import ip_address, ip_network

from skywalk.drivers.linux.nat_gateway_ruleset import nat_gateway_ruleset
from skywalk.plan.nat_gateways import NatGateway
from skywalk.plan.origin import Origin

GATEWAY = NatGateway("nat-1", "eni-1", ip_address("10.0.1.50"), Origin("nat-1", "test"))


def test_what_its_vpc_sends_goes_on_from_its_address() -> None:
    ruleset = nat_gateway_ruleset(GATEWAY, [ip_network("10.0.0.0/16"), ip_network("10.7.0.0/16")])
    assert ruleset.chains["translate"].rules == ("snat to 10.0.1.50",)
    assert {element.render(ruleset.sets["vpc"]) for element in ruleset.elements["vpc"]} == {
        "10.0.0.0/16",
        "10.7.0.0/16",
    }


def test_it_drops_everything_else() -> None:
    ruleset = nat_gateway_ruleset(GATEWAY, [])
    for chain in ("to_gateway", "from_gateway", "through", "translation"):
        assert ruleset.chains[chain].hook.endswith("policy drop;"), chain
    assert (ruleset.chains["to_gateway"].rules, ruleset.chains["from_gateway"].rules) == ((), ())
    assert ruleset.elements == {}
