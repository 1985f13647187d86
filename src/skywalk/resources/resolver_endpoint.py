"""ResolverEndpoint: where others may ask for a VPC's names. Its id is `rslvr-in-…`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address

from skywalk.resources.resource import Resource


class ResolverEndpointStatus(StrEnum):
    """Wire values of GetResolverEndpoint."""

    CREATING = "CREATING"
    OPERATIONAL = "OPERATIONAL"
    UPDATING = "UPDATING"
    ACTION_NEEDED = "ACTION_NEEDED"
    DELETING = "DELETING"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverAddress:
    """`ip_id` is `rni-…`; its network interface is one that is `managed_by` the endpoint."""

    ip_id: str
    subnet_id: str
    address: IPv4Address
    network_interface_id: str
    created_at: datetime
    modified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverEndpoint(Resource):
    """`failure` says why it does not answer, if it does not."""

    vpc_id: str
    name: str
    creator_request_id: str
    security_group_ids: tuple[str, ...]
    addresses: tuple[ResolverAddress, ...]
    status: ResolverEndpointStatus
    created_at: datetime
    modified_at: datetime
    failure: str | None = None

    @property
    def references(self) -> tuple[str, ...]:
        subnets = dict.fromkeys(one.subnet_id for one in self.addresses)
        interfaces = (one.network_interface_id for one in self.addresses)
        return (*subnets, *interfaces, *dict.fromkeys(self.security_group_ids))

    @property
    def answers(self) -> bool:
        """Whether it is to answer: until it is deleted."""
        return self.status is not ResolverEndpointStatus.DELETING
