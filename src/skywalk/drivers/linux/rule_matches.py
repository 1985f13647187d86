"""What rules of groups and of network ACLs match, as the text of nftables: protocols, ports, ICMP types, networks."""

from __future__ import annotations

from ipaddress import IPv4Network

from skywalk.plan.filters import ANY_PROTOCOL, Direction
from skywalk.values.addresses import Network

_ICMP = 1
_WITH_PORTS = {6: "tcp", 17: "udp"}
_HIGHEST_PORT = 65535


def peer_field(direction: Direction) -> str:
    """The field that holds the address of the other side."""
    return "ip saddr" if direction is Direction.IN else "ip daddr"


def match_network(direction: Direction, network: Network) -> str | None:
    """`ip saddr 10.0.0.0/16`; empty for everybody, None for what IPv4 packets cannot match."""
    if not isinstance(network, IPv4Network):
        return None
    return f"{peer_field(direction)} {network}" if network.prefixlen else ""


def match_protocol(protocol: int, from_port: int, to_port: int) -> str:
    """`tcp dport 80-81`; empty for all traffic. The ports are those of the plan's rows: of ICMP type and code."""
    if protocol == ANY_PROTOCOL:
        return ""
    if protocol == _ICMP:
        return _match_icmp(from_port, to_port)
    name = _WITH_PORTS.get(protocol)
    if name is None:
        return f"meta l4proto {protocol}"
    if (from_port, to_port) == (0, _HIGHEST_PORT) or from_port < 0:
        return f"meta l4proto {name}"
    return f"{name} dport {from_port}" if from_port == to_port else f"{name} dport {from_port}-{to_port}"


def _match_icmp(kind: int, code: int) -> str:
    if kind < 0:
        return "meta l4proto icmp"
    return f"icmp type {kind} icmp code {code}" if code >= 0 else f"icmp type {kind}"
