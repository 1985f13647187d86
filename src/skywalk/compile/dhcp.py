"""What instances are told of names: the VPC's DHCP options, or AWS's own resolver and domain.

Source: VPC User Guide, "DHCP option sets in Amazon VPC".
"""

from __future__ import annotations

from skywalk.compile.segments import resolver_addresses
from skywalk.resources.snapshot import Snapshot
from skywalk.values.addresses import Address, parse_address

AMAZON_PROVIDED_DNS = "AmazonProvidedDNS"
"""The value of domain-name-servers that stands for the VPC's resolver."""


def name_servers(snapshot: Snapshot) -> tuple[Address, ...]:
    """IPv4 addresses, in the order of their list; none where the VPC gives no DHCP options, or none of names."""
    options = snapshot.dhcp_options.options if snapshot.dhcp_options else {}
    found: list[Address] = []
    for value in options.get("domain-name-servers", ()):
        found += resolver_addresses(snapshot)[:1] if value == AMAZON_PROVIDED_DNS else [parse_address(value)]
    return tuple(address for address in found if address.version == 4)


def domain_of(snapshot: Snapshot) -> str:
    """The search domain; empty where the options have none."""
    options = snapshot.dhcp_options.options if snapshot.dhcp_options else {}
    return " ".join(options.get("domain-name", ()))
