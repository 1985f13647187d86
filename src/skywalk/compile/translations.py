"""Pass: public addresses."""

from __future__ import annotations

from skywalk.compile.live import live_interfaces
from skywalk.plan.origin import Origin
from skywalk.plan.translations import Translation
from skywalk.resources.network_interface import PublicAddress
from skywalk.resources.snapshot import Snapshot


def compile_translations(snapshot: Snapshot) -> tuple[Translation, ...]:
    """One row per public address; they work while an internet gateway is attached."""
    if not snapshot.internet_gateways:
        return ()
    rows = [
        Translation(
            public_address=one.public.address,
            private_address=one.address,
            network_interface_id=live.eni.id,
            origin=_origin(live.eni.id, one.public),
        )
        for live in live_interfaces(snapshot)
        for one in live.eni.addresses
        if one.public is not None
    ]
    return tuple(sorted(rows, key=lambda row: row.key))


def _origin(network_interface_id: str, public: PublicAddress) -> Origin:
    if public.allocation_id is not None:
        return Origin(public.allocation_id, f"Elastic IP address {public.address} of {network_interface_id}")
    return Origin(network_interface_id, f"public address {public.address}")
