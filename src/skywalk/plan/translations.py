"""Public addresses: one to one with private ones, on the way through the internet gateway."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.plan.origin import Origin
from skywalk.values.addresses import Address


@dataclass(frozen=True, slots=True, order=True)
class Translation:
    public_address: Address
    private_address: Address
    network_interface_id: str
    origin: Origin

    @property
    def key(self) -> str:
        return str(self.public_address)
