from __future__ import annotations

from skywalk.drivers.linux.guests.etc_files import render_hostname, render_hosts, render_resolver
from support.guests import guest


def test_resolver_of_the_vpc() -> None:
    assert render_resolver(guest()) == "search ec2.internal\noptions timeout:2 attempts:5\nnameserver 10.0.0.2\n"


def test_a_guest_that_is_told_of_no_resolver() -> None:
    alone = guest(domain="", resolver_addresses=())
    assert render_resolver(alone) == "options timeout:2 attempts:5\n"


def test_hosts_know_the_guests_name() -> None:
    assert render_hostname(guest()) == "ip-10-0-1-5.ec2.internal\n"
    assert render_hosts(guest()).splitlines() == [
        "127.0.0.1 localhost",
        "::1 localhost ip6-localhost ip6-loopback",
        "10.0.1.5 ip-10-0-1-5.ec2.internal ip-10-0-1-5",
    ]


def test_hosts_of_a_guest_without_interfaces() -> None:
    assert render_hosts(guest(interfaces=())).splitlines()[-1] == "::1 localhost ip6-localhost ip6-loopback"
