"""What was compiled of one VPC last, so that only what has changed is compiled again.

A part is known again by the resources that it was made of, which never change: if they are the very same, so are its
rows. So the plan is the one that a compiler without a memory makes, and rows that stay are the same objects in plan
after plan, by which drivers and feed know them in no time.
"""

from __future__ import annotations

from skywalk.compile.group_members import MembersMemory
from skywalk.compile.hosted_zones import ZonesMemory
from skywalk.compile.interface_endpoints import EndpointsMemory


class Memory:
    """One VPC's: for whoever compiles it again and again."""

    def __init__(self) -> None:
        self.endpoints = EndpointsMemory()
        self.members = MembersMemory()
        self.zones = ZonesMemory()
