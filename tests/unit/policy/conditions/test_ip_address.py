from __future__ import annotations

import pytest

from skywalk.policy.conditions.ip_address import COMPARISONS, read_network


@pytest.mark.parametrize(
    ("values", "inside", "outside"),
    [
        (("10.0.0.0/8",), ["10.0.0.0", "10.255.255.255"], ["11.0.0.0", "::a00:0", "9.255.255.255"]),
        (("10.1.2.3/16",), ["10.1.0.0", "10.1.255.255"], ["10.2.0.0"]),
        (("10.0.0.1",), ["10.0.0.1"], ["10.0.0.2"]),
        (("0.0.0.0/0",), ["1.2.3.4"], ["::1"]),
        (("::/0",), ["::1", "::ffff:10.0.0.1"], ["10.0.0.1"]),
        (("2001:db8::/32", "192.0.2.7"), ["2001:DB8::1", "192.0.2.7"], ["2001:db9::", "192.0.2.8", "", "010.0.0.1"]),
    ],
)  # fmt: skip
def test_networks(values: tuple[str, ...], inside: list[str], outside: list[str]) -> None:
    fits = COMPARISONS["IpAddress"](values)
    assert [one for one in [*inside, *outside] if fits(one)] == inside


@pytest.mark.parametrize(
    "text", ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/255.0.0.0", "fe80::1%eth0", "::/129", "10.0.0.0/-1", "*", "1:2"]
)
def test_what_is_no_network(text: str) -> None:
    assert read_network(text) is None
