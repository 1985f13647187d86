"""RouteTable with its routes and associations.

The routes of gateway endpoints are not stored here: they follow from `VpcEndpoint.route_table_ids`, in `compile` and
in DescribeRouteTables alike, so that the two cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network

from skywalk.resources.resource import Resource

LOCAL_ORIGIN = "CreateRouteTable"
"""The origin of local routes, whatever their target is by now; every other route has `CreateRoute`."""


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
    """The destination is a network or a customer's prefix list; exactly one of the two is set. `target_id` may name
    something that is gone: the route is then a blackhole. A route to an instance is stored as one to its interface.
    """

    destination: IPv4Network | None = None
    prefix_list_id: str | None = None
    target_kind: RouteTargetKind
    target_id: str
    origin: str = "CreateRoute"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTableAssociation:
    """With a subnet, or with a gateway of the VPC (an *edge association*); with neither, it makes a table the main
    one."""

    association_id: str
    subnet_id: str | None = None
    gateway_id: str | None = None

    @property
    def is_main(self) -> bool:
        return self.subnet_id is None and self.gateway_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable(Resource):
    vpc_id: str
    routes: tuple[Route, ...]
    associations: tuple[RouteTableAssociation, ...] = ()

    @property
    def is_main(self) -> bool:
        return any(association.is_main for association in self.associations)

    @property
    def references(self) -> tuple[str, ...]:
        """Prefix lists that are destinations, and associations with what they are for."""
        lists = [route.prefix_list_id for route in self.routes if route.prefix_list_id is not None]
        ids = [(one.association_id, one.subnet_id, one.gateway_id) for one in self.associations]
        return (*dict.fromkeys(lists), *(found for one in ids for found in one if found is not None))
