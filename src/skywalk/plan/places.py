"""Where a driver has put things: what the processes that listen inside the region must know of the machine."""

from __future__ import annotations

from dataclasses import dataclass

INTERNET = "internet"
"""The owner of the place that holds public service addresses."""

UPLINK = "uplink"
"""The owner of the place from which the machine's own network is reached, where the region has an uplink."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A network namespace (path of its file) and, where several owners share it, the link that is `owner_id`'s.

    The owner is a VPC (its router: resolver and metadata listen there), a VPC endpoint (the edge listens there),
    `INTERNET` or `UPLINK`. A namespace that is made anew under the same path has another inode, a link that is made
    anew another index, as the kernel counts a namespace's links.
    """

    owner_id: str
    namespace: str
    device: str | None
    inode: int = 0
    device_index: int = 0

    @property
    def key(self) -> str:
        return self.owner_id
