"""DHCP options: what the instances of a VPC are told of names and time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.resources.dhcp_options import DhcpOptions
from skywalk.resources.host_names import internal_domain

if TYPE_CHECKING:
    from skywalk.actions.call import Call


def default_dhcp_options(call: Call) -> DhcpOptions:
    """The set that an account's VPCs of a region have from the start, made with the first of them."""
    for present in call.tx.of_owner(DhcpOptions, call.scope):
        if present.is_default:
            return present
    options = {"domain-name": (internal_domain(call.region),), "domain-name-servers": ("AmazonProvidedDNS",)}
    made = DhcpOptions(id=call.mint("dopt"), scope=call.scope, options=options, is_default=True)
    call.tx.put(made)
    return made
