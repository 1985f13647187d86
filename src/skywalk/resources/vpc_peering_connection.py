"""VpcPeeringConnection. Its owner is the requester; the accepter finds it through the reverse index."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from skywalk.resources.resource import Resource
from skywalk.values.scope import Scope
from skywalk.values.tags import Tag

VISIBLE_TO_WHO_ENDED_IT = timedelta(hours=2)
VISIBLE_TO_THE_OTHER = timedelta(days=2)
"""Source: VPC Peering Guide, "VPC peering connection lifecycle"."""


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
    lead to private addresses when the other side asks. `ended_by` is the account that deleted or rejected it, None
    where none did. Each side has tags of its own: `tags` are the requester's."""

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
    ended_by: str | None = None
    accepter_tags: tuple[Tag, ...] = ()

    @property
    def is_active(self) -> bool:
        return self.status is PeeringStatus.ACTIVE

    @property
    def is_linked(self) -> bool:
        """Whether the VPCs are to be linked: accepted, and not given up since."""
        return self.status in (PeeringStatus.PROVISIONING, PeeringStatus.ACTIVE)

    @property
    def is_pending(self) -> bool:
        return self.status is PeeringStatus.PENDING_ACCEPTANCE

    def at(self, now: datetime) -> VpcPeeringConnection:
        """What it is at a time: a request that nobody answers expires by itself."""
        if not self.is_pending or self.expires_at is None or now < self.expires_at:
            return self
        return replace(
            self, status=PeeringStatus.EXPIRED, status_message="Expired", ended_at=self.expires_at, expires_at=None
        )

    def is_of(self, scope: Scope) -> bool:
        """Whether this is the account and region of one of its sides."""
        return scope in (self.scope, self.accepter_scope)

    def tags_of(self, scope: Scope) -> tuple[Tag, ...]:
        """The tags that one of its sides has given it."""
        return self.tags if scope == self.scope else self.accepter_tags

    def is_visible_to(self, account_id: str, now: datetime) -> bool:
        """Whether one of the two accounts still sees it: what has ended fades away, first for who ended it."""
        if self.ended_at is None:
            return True
        if self.status is PeeringStatus.FAILED and account_id != self.scope.account_id:
            return False
        return now < self.ended_at + self._remains(account_id)

    def _remains(self, account_id: str) -> timedelta:
        is_ones_own = self.scope.account_id == self.accepter_scope.account_id
        if self.status is PeeringStatus.EXPIRED:
            return VISIBLE_TO_THE_OTHER
        if is_ones_own or self.status is PeeringStatus.FAILED or account_id == self.ended_by:
            return VISIBLE_TO_WHO_ENDED_IT
        return VISIBLE_TO_THE_OTHER

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
