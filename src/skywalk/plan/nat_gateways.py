"""NAT gateways: hosts of a port of their own, which put their address in place of the sender's."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.plan.origin import Origin
from skywalk.values.addresses import Address


@dataclass(frozen=True, slots=True, order=True)
class NatGateway:
    """Connections that come to the port of `network_interface_id` for other addresses go on, by the same port, from
    `address`; their replies go back. Nothing else passes, and the gateway itself answers nothing. TCP, UDP and ICMP.
    """

    nat_gateway_id: str
    network_interface_id: str
    address: Address
    origin: Origin

    @property
    def key(self) -> str:
        return self.nat_gateway_id
