"""The names that EC2 gives to instances; pure.

Source: EC2 User Guide, "EC2 instance hostname types"; VPC User Guide, "DNS attributes for your VPC".
"""

from __future__ import annotations

from skywalk.values.addresses import Address, address_text

_US_EAST_1 = "us-east-1"

PUBLIC_NAME_TTL_SECONDS = 604800
"""A week, as seen in public answers for names below compute-1.amazonaws.com."""


def internal_domain(region: str) -> str:
    """Where a region's private names are; us-east-1 is older than the rule."""
    return "ec2.internal" if region == _US_EAST_1 else f"{region}.compute.internal"


def public_domain(region: str) -> str:
    """Where a region's public names are."""
    return "compute-1.amazonaws.com" if region == _US_EAST_1 else f"{region}.compute.amazonaws.com"


def private_host_name(address: Address, region: str) -> str:
    """`ip-10-0-0-5.ec2.internal`"""
    return f"ip-{_with_dashes(address)}.{internal_domain(region)}"


def resource_host_name(instance_id: str, region: str) -> str:
    """`i-0123456789abcdef0.ec2.internal`, where the subnet's host name type is resource-name."""
    return f"{instance_id}.{internal_domain(region)}"


def public_host_name(address: Address, region: str) -> str:
    """`ec2-198-18-0-5.compute-1.amazonaws.com`"""
    return f"ec2-{_with_dashes(address)}.{public_domain(region)}"


def _with_dashes(address: Address) -> str:
    return address_text(address).replace(".", "-").replace(":", "-")
