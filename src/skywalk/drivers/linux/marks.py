"""Route tables in use by ports, interface endpoints and the internet gateway, and the number of each: its packet mark
and its kernel route table at once; and the number of the table that goes before the VPC's local route."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from skywalk.plan.plan import Plan

_FIRST: Final = 1 << 16
_COUNT: Final = 1 << 30
_INNER: Final = 1 << 31


def route_table_marks(plan: Plan) -> Mapping[str, int]:
    """A number made from the id alone, so that it stays when other tables come and go. Should two ids of one VPC
    meet in a number (one in 2^30), the later of them takes the next free one."""
    marks: dict[str, int] = {}
    taken: set[int] = set()
    in_use = {each.route_table_id for ports in (plan.ports, plan.endpoint_ports) for each in ports}
    if plan.router.gateway_route_table_id is not None:
        in_use.add(plan.router.gateway_route_table_id)
    for table_id in sorted(in_use):
        offset = int.from_bytes(hashlib.sha256(table_id.encode()).digest()[:8], "big") % _COUNT
        while offset in taken:
            offset = (offset + 1) % _COUNT
        taken.add(offset)
        marks[table_id] = _FIRST + offset
    return marks


def inner_table(mark: int) -> int:
    """The kernel table of a route table's routes to destinations within the VPC."""
    return _INNER + mark
