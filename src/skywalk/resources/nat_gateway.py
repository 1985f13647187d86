"""NatGateway. Its network interface is the one that is `managed_by` it; what it shows of itself is kept here, since
Describe shows a deleted one for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address

from skywalk.resources.resource import Resource


class NatGatewayState(StrEnum):
    PENDING = "pending"
    FAILED = "failed"
    AVAILABLE = "available"
    DELETING = "deleting"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NatGateway(Resource):
    """`connectivity_type` is `public` or `private`; only a public one has an allocation and a public address.

    A pending one with a failure code is to fail: it has no network interface, and maybe no address. `deleted_at` is
    also when it failed.
    """

    vpc_id: str
    subnet_id: str
    connectivity_type: str
    state: NatGatewayState
    created_at: datetime
    network_interface_id: str | None = None
    private_address: IPv4Address | None = None
    public_address: IPv4Address | None = None
    allocation_id: str | None = None
    association_id: str | None = None
    client_token: str = ""
    failure_code: str | None = None
    failure_message: str | None = None
    deleted_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Whether it carries traffic, or should once the machine obeys."""
        return self.state in (NatGatewayState.PENDING, NatGatewayState.AVAILABLE)

    @property
    def references(self) -> tuple[str, ...]:
        return (self.subnet_id,)
