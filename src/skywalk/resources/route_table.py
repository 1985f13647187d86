"""RouteTable with its routes and associations.

The routes of gateway endpoints are not stored here: they follow from `VpcEndpoint.route_table_ids`, in `compile` and
in DescribeRouteTables alike, so that the two cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network

from skywalk.resources.resource import Resource


class RouteTargetKind(StrEnum):
    """The request parameter that names the target."""

    LOCAL = "local"
    GATEWAY = "GatewayId"
    NETWORK_INTERFACE = "NetworkInterfaceId"
    NAT_GATEWAY = "NatGatewayId"
    VPC_PEERING_CONNECTION = "VpcPeeringConnectionId"
    VPC_ENDPOINT = "VpcEndpointId"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`target_id` may name something that is gone: the route is then a blackhole."""

    destination: IPv4Network
    target_kind: RouteTargetKind
    target_id: str
    origin: str = "CreateRoute"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTableAssociation:
    """`subnet_id` is None for the association that makes a table the main one."""

    association_id: str
    subnet_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable(Resource):
    vpc_id: str
    routes: tuple[Route, ...]
    associations: tuple[RouteTableAssociation, ...] = ()

    @property
    def is_main(self) -> bool:
        return any(association.subnet_id is None for association in self.associations)
