"""Refusals of what would be more than a quota allows. What is there already stays, whatever the quota.

Source: EC2 API Reference, "Error codes"; VPC User Guide, "Amazon VPC quotas"; the text for security groups from answers
quoted in public reports. Unconfirmed: the texts for endpoints and routes; that a table's local routes do not count, and
that a gateway endpoint counts as one route.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.route_tables import endpoints_of
from skywalk.resources.endpoint_services import GATEWAY
from skywalk.resources.managed_prefix_list import ManagedPrefixList
from skywalk.resources.route_table import RouteTargetKind
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.resources.route_table import Route, RouteTable


def check_gateway_endpoints(call: Call) -> None:
    """Whether the account may have one more in this region. Raises VpcEndpointLimitExceeded."""
    limit = call.quotas.gateway_endpoints
    if limit is not None:
        there = call.tx.of_owner(VpcEndpoint, call.scope)
        _check_endpoints([one for one in there if one.endpoint_type == GATEWAY], limit)


def check_interface_endpoints(call: Call, vpc_id: str) -> None:
    """Whether the VPC may have one more. Raises VpcEndpointLimitExceeded."""
    limit = call.quotas.interface_endpoints
    if limit is not None:
        _check_endpoints([one for one in call.tx.of_vpc(VpcEndpoint, vpc_id) if one.is_interface], limit)


def check_security_groups(call: Call, count: int) -> None:
    """Whether an interface may have so many. Raises SecurityGroupsPerInterfaceLimitExceeded."""
    limit = call.quotas.security_groups
    if limit is not None and count > limit:
        raise AwsError(
            "SecurityGroupsPerInterfaceLimitExceeded",
            "The maximum number of security groups per interface has been reached.",
        )


def check_routes(call: Call, table: RouteTable, new: Route | None = None) -> None:
    """Whether the table may have one more: `new`, or that of a gateway endpoint. A route to a customer's prefix list
    counts as many as the list may have. Raises RouteLimitExceeded."""
    limit = call.quotas.routes
    if limit is None:
        return
    counted = sum(_weight(call, route) for route in (*table.routes, *([new] if new else ())))
    if counted + len(endpoints_of(call, table)) + (new is None) > limit:
        raise AwsError("RouteLimitExceeded", "The maximum number of routes has been reached.")


def _check_endpoints(there: list[VpcEndpoint], limit: int) -> None:
    if sum(not one.is_gone for one in there) >= limit:
        raise AwsError("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached.")


def _weight(call: Call, route: Route) -> int:
    if route.target_kind is RouteTargetKind.LOCAL:
        return 0
    listed = call.tx.get(ManagedPrefixList, route.prefix_list_id) if route.prefix_list_id else None
    return 1 if listed is None else listed.max_entries
