from __future__ import annotations

import json
from ipaddress import IPv4Address
from pathlib import Path

from skywalk.drivers.linux.uplink import Uplink, find_closed_tables, render_table


def table(*, keeps_closed: bool = False) -> list[str]:
    text = render_table("skywalk-1", "sw-1", IPv4Address("169.254.200.2"), keeps_closed=keeps_closed)
    return [line.strip() for line in text.splitlines()]


def test_only_answers_come_in_and_one_address_goes_out() -> None:
    through = table()[table().index("chain through {") :]
    assert through[1:6] == [
        "type filter hook forward priority -1; policy accept;",
        'iifname "sw-1" ip saddr != 169.254.200.2 drop',
        'iifname "sw-1" ip daddr @not_public drop',
        'oifname "sw-1" ct state established,related accept',
        'oifname "sw-1" drop',
    ]
    assert 'ip saddr 169.254.200.2 oifname != "sw-1" masquerade' in through
    assert 'iifname "sw-1" drop' in through


def test_a_machine_that_forwarded_nothing_forwards_for_uplinks_alone() -> None:
    rule = 'iifname != "sw-*" oifname != "sw-*" drop'
    assert rule in table(keeps_closed=True)
    assert rule not in table()


def test_private_networks_are_not_led_out() -> None:
    (elements,) = [line for line in table() if line.startswith("elements")]
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"):
        assert network in elements


def test_names_are_a_regions_own_and_fit() -> None:
    one, other = (Uplink(Path(f"/run/skywalk/{name}"), Path("/internet")) for name in "ab")
    assert one.device != other.device
    assert one.table != other.table
    assert len(one.device) <= 15


def test_tables_that_drop_what_is_forwarded() -> None:
    def chain(table: str, hook: str, policy: str) -> dict[str, object]:
        return {"chain": {"family": "ip", "table": table, "name": "c", "hook": hook, "policy": policy}}

    listed = [
        {"metainfo": {}},
        chain("filter", "forward", "drop"),
        chain("open", "forward", "accept"),
        chain("guarded", "input", "drop"),
        {"chain": {"family": "ip", "table": "filter", "name": "regular"}},
    ]
    assert find_closed_tables(json.dumps({"nftables": listed})) == ("ip filter",)
