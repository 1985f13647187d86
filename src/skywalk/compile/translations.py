"""Pass: public addresses."""

from __future__ import annotations

from skywalk.compile.live import live_interfaces
from skywalk.plan.origin import Origin
from skywalk.plan.translations import Translation
from skywalk.resources.snapshot import Snapshot


def compile_translations(snapshot: Snapshot) -> tuple[Translation, ...]:
    """One row per public address; they work while an internet gateway is attached."""
    if not snapshot.internet_gateways:
        return ()
    rows = [
        Translation(
            public_address=eni.public_address,
            private_address=eni.private_address,
            network_interface_id=eni.id,
            origin=Origin(eni.id, f"public address {eni.public_address}"),
        )
        for eni, _ in live_interfaces(snapshot)
        if eni.public_address is not None
    ]
    return tuple(sorted(rows, key=lambda row: row.key))
