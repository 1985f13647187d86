from __future__ import annotations

from skywalk.dns.chain import CHAIN, internal_names, localhost, public_hosts, public_names, reverse_names


def test_the_vpcs_own_names_come_before_public_ones() -> None:
    assert (internal_names, reverse_names, localhost, public_hosts, public_names) == CHAIN
