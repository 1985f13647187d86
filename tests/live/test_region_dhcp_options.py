"""DHCP options inside instances: what a resolver's configuration says, at the launch and while an instance runs."""

from __future__ import annotations

import pytest

from support.live_region import LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live


def options(region: LiveRegion, **values: list[str]) -> str:
    configurations = [{"Key": key.replace("_", "-"), "Values": one} for key, one in values.items()]
    made = region.ec2.create_dhcp_options(DhcpConfigurations=configurations)
    return str(made["DhcpOptions"]["DhcpOptionsId"])


def resolver_lines(region: LiveRegion, instance: str) -> list[str]:
    """What matters of the instance's resolv.conf."""
    lines = region.exec(instance, "cat", "/etc/resolv.conf").stdout.splitlines()
    return [line for line in lines if line.startswith(("search", "nameserver"))]


def test_an_instance_has_the_domain_and_the_servers_of_its_vpc(region: LiveRegion) -> None:
    vpc = region.vpc("10.150.0.0/16")
    subnet = region.subnet(vpc, "10.150.1.0/24")
    own = options(region, domain_name=["bank.example"], domain_name_servers=["10.150.1.10", "10.150.1.11"])
    region.ec2.associate_dhcp_options(DhcpOptionsId=own, VpcId=vpc)
    instance = region.instance(subnet)
    assert resolver_lines(region, instance) == [
        "search bank.example",
        "nameserver 10.150.1.10",
        "nameserver 10.150.1.11",
    ]


def test_a_running_instance_learns_of_another_set(region: LiveRegion) -> None:
    vpc = region.vpc("10.151.0.0/16")
    instance = region.instance(region.subnet(vpc, "10.151.1.0/24"))
    assert resolver_lines(region, instance) == ["search ec2.internal", "nameserver 10.151.0.2"]

    other = options(region, domain_name=["bank.example"], domain_name_servers=["AmazonProvidedDNS", "10.151.1.10"])
    region.ec2.associate_dhcp_options(DhcpOptionsId=other, VpcId=vpc)
    wait_until(
        lambda: (
            resolver_lines(region, instance)
            == ["search bank.example", "nameserver 10.151.0.2", "nameserver 10.151.1.10"]
        )
    )

    region.ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=vpc)
    wait_until(lambda: resolver_lines(region, instance) == [])
    region.ec2.delete_dhcp_options(DhcpOptionsId=other)
