"""Route tables in use by ports, and the number of each: its packet mark and its kernel route table at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from skywalk.plan.plan import Plan

_FIRST: Final = 1 << 16
_COUNT: Final = 1 << 30


def route_table_marks(plan: Plan) -> Mapping[str, int]:
    """A number made from the id alone, so that it stays when other tables come and go. Should two ids of one VPC
    meet in a number (one in 2^30), the later of them takes the next free one."""
    marks: dict[str, int] = {}
    taken: set[int] = set()
    for table_id in sorted({port.route_table_id for port in plan.ports}):
        offset = int.from_bytes(hashlib.sha256(table_id.encode()).digest()[:8], "big") % _COUNT
        while offset in taken:
            offset = (offset + 1) % _COUNT
        taken.add(offset)
        marks[table_id] = _FIRST + offset
    return marks
