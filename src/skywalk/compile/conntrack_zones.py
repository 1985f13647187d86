"""Pass: conntrack zones. A packet crosses the router twice where an appliance sends it on as it came.

Each such leg has a zone of its own, in which its connections begin: else the second crossing would be taken for the
first one's, established already, past security groups and translations. A NAT gateway needs none: it sends on from
an address of its own, which makes another connection of it.
"""

from __future__ import annotations

import hashlib

from skywalk.compile.live import instance_interfaces
from skywalk.plan.origin import Origin
from skywalk.plan.segments import ConntrackZone
from skywalk.resources.snapshot import Snapshot

_COUNT = 65_535
"""Zones are numbers of 16 bits; zone 0 is everybody's."""


def compile_conntrack_zones(snapshot: Snapshot) -> tuple[ConntrackZone, ...]:
    """A number made from the id alone, so that it stays when other legs come and go; of two that meet, the later in
    the order of ids takes the next free one."""
    rows: dict[int, ConntrackZone] = {}
    for live in instance_interfaces(snapshot):
        if live.eni.source_dest_check:
            continue
        offset = int.from_bytes(hashlib.sha256(live.eni.id.encode()).digest()[:4], "big") % _COUNT
        while 1 + offset in rows:
            offset = (offset + 1) % _COUNT
        origin = Origin(live.eni.id, "no source/destination check: it may send on what is not its own")
        rows[1 + offset] = ConntrackZone(leg=live.eni.id, zone=1 + offset, origin=origin)
    return tuple(sorted(rows.values(), key=lambda row: row.key))
