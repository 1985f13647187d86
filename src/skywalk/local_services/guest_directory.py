"""Who has which address: the guest behind a packet's source, VPC by VPC."""

from __future__ import annotations

from collections.abc import Iterator

from skywalk.plan.guests import Guest

_Place = tuple[str, str]
"""VPC id and address as text: the same address may be somebody else's in the next VPC."""


class GuestDirectory:
    """All guests by address."""

    def __init__(self) -> None:
        self._guests: dict[str, Guest] = {}
        self._at: dict[_Place, tuple[Guest, str]] = {}

    def put(self, guest: Guest) -> None:
        self.remove(guest.instance_id)
        self._guests[guest.instance_id] = guest
        for place, network_interface_id in _places(guest):
            self._at[place] = guest, network_interface_id

    def remove(self, instance_id: str) -> None:
        guest = self._guests.pop(instance_id, None)
        if guest is None:
            return
        for place, _ in _places(guest):
            # The address may have gone on to another guest already.
            if place in self._at and self._at[place][0].instance_id == instance_id:
                del self._at[place]

    def find(self, vpc_id: str, address: str) -> Guest | None:
        found = self._at.get((vpc_id, address))
        return None if found is None else found[0]

    def sender(self, vpc_id: str, address: str) -> str:
        """The network interface that sends from an address; where none is known, the address itself."""
        found = self._at.get((vpc_id, address))
        return f"{vpc_id} {address}" if found is None else found[1]


def _places(guest: Guest) -> Iterator[tuple[_Place, str]]:
    for interface in guest.interfaces:
        for address in interface.private_addresses:
            yield (interface.vpc_id, str(address)), interface.network_interface_id
