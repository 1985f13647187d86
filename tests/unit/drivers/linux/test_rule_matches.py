from __future__ import annotations

from ipaddress import ip_network

from skywalk.drivers.linux.rule_matches import match_network, match_protocol
from skywalk.plan.filters import Direction


def test_networks() -> None:
    assert match_network(Direction.IN, ip_network("10.0.0.0/8")) == "ip saddr 10.0.0.0/8"
    assert match_network(Direction.OUT, ip_network("10.0.0.1/32")) == "ip daddr 10.0.0.1/32"
    assert match_network(Direction.OUT, ip_network("0.0.0.0/0")) == ""
    assert match_network(Direction.OUT, ip_network("2001:db8::/32")) is None


def test_protocols() -> None:
    assert match_protocol(-1, -1, -1) == ""
    assert match_protocol(6, 443, 443) == "tcp dport 443"
    assert match_protocol(17, 0, 65535) == "meta l4proto udp"
    assert match_protocol(6, -1, -1) == "meta l4proto tcp"
    assert match_protocol(6, 0, 0) == "tcp dport 0"
    assert match_protocol(1, -1, -1) == "meta l4proto icmp"
    assert match_protocol(1, 3, 4) == "icmp type 3 icmp code 4"
    assert match_protocol(47, -1, -1) == "meta l4proto 47"
