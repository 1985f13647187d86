from __future__ import annotations

from skywalk.dns.chain import (
    CHAIN,
    endpoint_domain,
    internal_names,
    localhost,
    private_zones,
    public_hosts,
    public_names,
    reverse_names,
)


def test_the_vpcs_own_names_come_before_public_ones() -> None:
    own = (private_zones, internal_names, reverse_names, localhost)
    assert (*own, public_hosts, public_names, endpoint_domain) == CHAIN
