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
    """`policy` is the document's text as it was given; `failure` why packets do not pass, if they do not.

    Of interface endpoints: `network_interface_ids` has one for each of `subnet_ids`, in their order; `dns_suffix` are
    the eight letters and digits in its DNS names. `inbound_resolver_only` is PrivateDnsOnlyForInboundResolverEndpoint;
    `other_region` the region of its service, where that is another than its own.
    """

    vpc_id: str
    endpoint_type: str
    service_name: str
    state: VpcEndpointState
    policy: str
    route_table_ids: tuple[str, ...]
    created_at: datetime
    ip_address_type: str = "ipv4"
    dns_record_ip_type: str = "service-defined"
    subnet_ids: tuple[str, ...] = ()
    network_interface_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    private_dns_enabled: bool = False
    inbound_resolver_only: bool = False
    other_region: str | None = None
    dns_suffix: str = ""
    client_token: str = ""
    failure: str | None = None
    deleted_at: datetime | None = None

    @property
    def references(self) -> tuple[str, ...]:
        return (
            *self.route_table_ids,
            *self.subnet_ids,
            *self.network_interface_ids,
            *dict.fromkeys(self.security_group_ids),
        )

    @property
    def service_region(self) -> str:
        return self.other_region or self.scope.region

    @property
    def is_interface(self) -> bool:
        return self.endpoint_type == "Interface"

    @property
    def is_gone(self) -> bool:
        """Deleted, or about to be: it holds neither routes nor names any more."""
        return self.state in (VpcEndpointState.DELETING, VpcEndpointState.DELETED)

    @property
    def holds_routes(self) -> bool:
        """Whether its route tables have its route: until it is deleted, also while packets do not pass."""
        return not self.is_gone
