"""The filters of a NAT gateway: connections that its VPC opens go on from the gateway's address, and nothing else.

The gateway itself answers nothing and says nothing, no ICMP error either. What comes for its own address ends there.
"""

from __future__ import annotations

from collections.abc import Iterable

from skywalk.drivers.linux.ruleset import Chain, Ruleset, version_chain
from skywalk.drivers.linux.sets import DataType, SetDeclaration, interval_elements
from skywalk.plan.nat_gateways import NatGateway
from skywalk.values.addresses import Network

_NETWORKS = SetDeclaration("vpc", (DataType.ADDRESS,), is_interval=True)
_CHAINS = (
    Chain("to_gateway", (), "type filter hook input priority 0; policy drop;"),
    Chain("from_gateway", (), "type filter hook output priority 0; policy drop;"),
    Chain(
        "through",
        (
            "ct state established,related accept",
            'iifname "eth0" oifname "eth0" ct state new ip saddr @vpc jump served',
        ),
        "type filter hook forward priority 0; policy drop;",
    ),
    Chain("served", tuple(f"meta l4proto {protocol} accept" for protocol in ("tcp", "udp", "icmp"))),
    Chain("translation", ('oifname "eth0" jump translate',), "type nat hook postrouting priority 100; policy drop;"),
)
_VERSION = version_chain((_NETWORKS,), _CHAINS)


def nat_gateway_ruleset(gateway: NatGateway, networks: Iterable[Network]) -> Ruleset:
    """`networks` are those of its VPC: nobody else is served."""
    translate = Chain("translate", (f"snat to {gateway.address}",))
    elements = interval_elements(networks)
    return Ruleset(
        sets={_NETWORKS.name: _NETWORKS},
        chains={each.name: each for each in (*_CHAINS, translate, _VERSION)},
        elements={_NETWORKS.name: elements} if elements else {},
    )
