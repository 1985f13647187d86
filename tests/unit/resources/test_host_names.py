"""The names that AWS gives to instances: those of us-east-1 are older than the rule."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address

import pytest

from skywalk.resources.host_names import (
    internal_domain,
    private_host_name,
    public_domain,
    public_host_name,
    resource_host_name,
)

PRIVATE, PUBLIC = IPv4Address("10.0.0.5"), IPv4Address("198.18.0.5")


@pytest.mark.parametrize(
    ("region", "domain", "public"),
    [
        ("us-east-1", "ec2.internal", "ec2-198-18-0-5.compute-1.amazonaws.com"),
        ("us-east-2", "us-east-2.compute.internal", "ec2-198-18-0-5.us-east-2.compute.amazonaws.com"),
        ("eu-west-1", "eu-west-1.compute.internal", "ec2-198-18-0-5.eu-west-1.compute.amazonaws.com"),
    ],
)
def test_names_of_a_region(region: str, domain: str, public: str) -> None:
    assert internal_domain(region) == domain
    assert private_host_name(PRIVATE, region) == f"ip-10-0-0-5.{domain}"
    assert resource_host_name("i-0123456789abcdef0", region) == f"i-0123456789abcdef0.{domain}"
    assert public_host_name(PUBLIC, region) == public
    assert public_domain(region) == public.partition(".")[2]


def test_an_address_of_either_family_is_one_label() -> None:
    assert private_host_name(ip_address("2001:db8::5"), "us-east-1") == "ip-2001-db8--5.ec2.internal"
