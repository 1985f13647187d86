from __future__ import annotations

from ipaddress import ip_address

import pytest

from skywalk.resources.host_names import internal_domain, private_host_name, public_host_name, resource_host_name

PRIVATE, PUBLIC = ip_address("10.0.0.5"), ip_address("198.18.0.9")
ID = "i-0123456789abcdef0"


@pytest.mark.parametrize(
    ("region", "domain", "public"),
    [
        ("us-east-1", "ec2.internal", "ec2-198-18-0-9.compute-1.amazonaws.com"),
        ("eu-west-1", "eu-west-1.compute.internal", "ec2-198-18-0-9.eu-west-1.compute.amazonaws.com"),
    ],
)
def test_names(region: str, domain: str, public: str) -> None:
    assert internal_domain(region) == domain
    assert private_host_name(PRIVATE, region) == f"ip-10-0-0-5.{domain}"
    assert resource_host_name(ID, region) == f"{ID}.{domain}"
    assert public_host_name(PUBLIC, region) == public
