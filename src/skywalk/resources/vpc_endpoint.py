"""VpcEndpoint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from skywalk.resources.resource import Resource


class VpcEndpointState(StrEnum):
    """Wire values of DescribeVpcEndpoints. Source: aws/endpoints, §5 (captures of real answers)."""

    PENDING = "pending"
    AVAILABLE = "available"
    FAILED = "failed"
    DELETING = "deleting"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcEndpoint(Resource):
    """`policy` is the document's text as it was given; `failure` why packets do not pass, if they do not."""

    vpc_id: str
    endpoint_type: str
    service_name: str
    state: VpcEndpointState
    policy: str
    route_table_ids: tuple[str, ...]
    created_at: datetime
    ip_address_type: str = "ipv4"
    dns_record_ip_type: str = "service-defined"
    client_token: str = ""
    failure: str | None = None
    deleted_at: datetime | None = None

    @property
    def references(self) -> tuple[str, ...]:
        return self.route_table_ids

    @property
    def holds_routes(self) -> bool:
        """Whether its route tables have its route: until it is deleted, also while packets do not pass."""
        return self.state not in (VpcEndpointState.DELETING, VpcEndpointState.DELETED)
