"""VpcPeeringConnection. Its owner is the requester; the accepter finds it through the reverse index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from skywalk.resources.resource import Resource
from skywalk.values.scope import Scope


class PeeringStatus(StrEnum):
    """Status codes. Source: EC2 API Reference, VpcPeeringConnectionStateReason."""

    INITIATING_REQUEST = "initiating-request"
    PENDING_ACCEPTANCE = "pending-acceptance"
    ACTIVE = "active"
    DELETED = "deleted"
    REJECTED = "rejected"
    FAILED = "failed"
    EXPIRED = "expired"
    PROVISIONING = "provisioning"
    DELETING = "deleting"


def peerings_of(scope: Scope) -> str:
    """What a peering connection is found under by the account and region of either side."""
    return f"peering of {scope.account_id} {scope.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcPeeringConnection(Resource):
    """`*_resolves` is AllowDnsResolutionFromRemoteVpc of that side: whether the public host names of its instances
    lead to private addresses when the other side asks."""

    requester_vpc_id: str
    accepter_vpc_id: str
    accepter_scope: Scope
    status: PeeringStatus
    status_message: str
    created_at: datetime
    expires_at: datetime | None = None
    requester_resolves: bool = False
    accepter_resolves: bool = False
    ended_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        return self.status is PeeringStatus.ACTIVE

    @property
    def references(self) -> tuple[str, ...]:
        sides = dict.fromkeys((peerings_of(self.scope), peerings_of(self.accepter_scope)))
        return (*dict.fromkeys((self.requester_vpc_id, self.accepter_vpc_id)), *sides)

    def peer_of(self, vpc_id: str) -> str:
        """The VPC on the other side."""
        return self.accepter_vpc_id if vpc_id == self.requester_vpc_id else self.requester_vpc_id

    def resolves_for(self, vpc_id: str) -> bool:
        """Whether the other side's public host names lead this VPC's instances to private addresses."""
        return self.accepter_resolves if vpc_id == self.requester_vpc_id else self.requester_resolves
