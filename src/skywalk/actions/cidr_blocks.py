"""CIDR blocks as requests bring them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network

from skywalk.values.addresses import parse_network
from skywalk.values.errors import invalid_parameter_value

NOT_BLOCKS_OF_IPV4 = (
    "AmazonProvidedIpv6CidrBlock",
    "Ipv4IpamPoolId",
    "Ipv4NetmaskLength",
    "Ipv6CidrBlock",
    "Ipv6CidrBlockNetworkBorderGroup",
    "Ipv6IpamPoolId",
    "Ipv6NetmaskLength",
    "Ipv6Pool",
)
"""Parameters of a VPC's blocks that ask for IPv6, or for blocks that an IPAM chooses."""

LONGEST_PREFIX = 28
SHORTEST_PREFIX = 16
"""Of VPCs and subnets. Source: VPC User Guide, "VPC CIDR blocks"."""

_NOT_FOR_VPCS = tuple(IPv4Network(text) for text in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"))
"""Source: VPC User Guide, "IPv4 CIDR block association restrictions"."""

_PRIVATE = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_SPECIAL = IPv4Network("198.19.0.0/16")
_DEFAULT_VPCS = IPv4Network("172.31.0.0/16")
_BESIDE_10_0, _INSIDE_10_0 = IPv4Network("10.0.0.0/15"), IPv4Network("10.0.0.0/16")


def parse_ipv4_block(text: str, parameter: str) -> IPv4Network:
    """The block with its host bits cleared. Raises InvalidParameterValue, naming the parameter as AWS does."""
    network = parse_block(text)
    if not isinstance(network, IPv4Network):
        raise invalid_parameter_value(
            f"Value ({text}) for parameter {parameter} is invalid. This is not a valid CIDR block."
        )
    return network


def parse_rule_block(text: str) -> IPv4Network | IPv6Network:
    """The block of a security group rule. Raises InvalidParameterValue in the words used there."""
    network = parse_block(text)
    if network is None:
        raise invalid_parameter_value(f"CIDR block {text} is malformed")
    return network


def parse_block(text: str) -> IPv4Network | IPv6Network | None:
    """The block with its host bits cleared; None for what is none."""
    # ipaddress would also take a bare address, a netmask or a wildcard mask after the slash.
    _, slash, length = text.partition("/")
    if not slash or not (length.isascii() and length.isdigit()):
        return None
    try:
        return parse_network(text)
    except ValueError:
        return None


def is_vpc_size(network: IPv4Network) -> bool:
    return SHORTEST_PREFIX <= network.prefixlen <= LONGEST_PREFIX


def may_be_a_vpc(network: IPv4Network) -> bool:
    return is_vpc_size(network) and not any(network.overlaps(block) for block in _NOT_FOR_VPCS)


def may_be_added(network: IPv4Network, present: Sequence[IPv4Network]) -> bool:
    """Whether a VPC that has the blocks `present`, the primary one first, may have another one from where this is.

    Source: VPC User Guide, "IPv4 CIDR block association restrictions".
    """
    if any(block.overlaps(_BESIDE_10_0) for block in present) and network.overlaps(_INSIDE_10_0):
        return False
    return not any(network.overlaps(block) for block in _restricted_beside(present[0]))


def _restricted_beside(primary: IPv4Network) -> Iterator[IPv4Network]:
    own = next((block for block in (*_PRIVATE, _SPECIAL) if primary.subnet_of(block)), None)
    yield from (block for block in _PRIVATE if block != own)
    if own != _SPECIAL:
        yield _SPECIAL
    if own == _PRIVATE[1]:
        yield _DEFAULT_VPCS
