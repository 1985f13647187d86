"""What stands in the way of deleting: DependencyViolation.

Source: API Reference of DeleteVpc, DeleteSubnet, DeleteNetworkAcl, DeleteSecurityGroup and DetachInternetGateway; texts
from answers quoted in public reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.network_acl import NetworkAcl
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.route_table import RouteTable
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from skywalk.resources.vpc_peering_connection import VpcPeeringConnection
from skywalk.values.errors import dependency_violation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.resources.vpc import Vpc

DEFAULT_GROUP_NAME = "default"
"""The name of the group that each VPC is born with; no other group can have it."""


def check_vpc_is_free(call: Call, vpc: Vpc) -> None:
    """All that AWS deletes together with a VPC are its main route table, its default group and its default ACL."""
    in_the_way = (
        bool(call.tx.of_vpc(Subnet, vpc.id))
        or bool(call.tx.of_vpc(InternetGateway, vpc.id))
        or any(not table.is_main for table in call.tx.of_vpc(RouteTable, vpc.id))
        or any(not acl.is_default for acl in call.tx.of_vpc(NetworkAcl, vpc.id))
        or any(group.name != DEFAULT_GROUP_NAME for group in call.tx.of_vpc(SecurityGroup, vpc.id))
        or bool(call.tx.of_vpc(NetworkInterface, vpc.id))
        or any(_is_there(endpoint) for endpoint in call.tx.of_vpc(VpcEndpoint, vpc.id))
        or any(_is_asked_by_another(call, peering, vpc) for peering in call.tx.referring(VpcPeeringConnection, vpc.id))
    )
    if in_the_way:
        raise dependency_violation(f"The vpc '{vpc.id}' has dependencies and cannot be deleted.")


def check_subnet_is_free(call: Call, subnet: Subnet) -> None:
    interfaces = bool(call.tx.referring(NetworkInterface, subnet.id))
    instances = any(
        instance.subnet_id == subnet.id and instance.state is not InstanceState.TERMINATED
        for instance in call.tx.of_vpc(Instance, subnet.vpc_id)
    )
    if interfaces or instances:
        raise dependency_violation(f"The subnet '{subnet.id}' has dependencies and cannot be deleted.")


def check_route_table_is_free(table: RouteTable) -> None:
    """Associations with subnets and gateways hold a table, and the one that makes it the main table. Endpoints do
    not."""
    if table.associations:
        raise dependency_violation(f"The routeTable '{table.id}' has dependencies and cannot be deleted.")


def check_network_acl_is_free(acl: NetworkAcl) -> None:
    if acl.associations:
        raise dependency_violation(f"The networkAcl '{acl.id}' has dependencies and cannot be deleted.")


def check_internet_gateway_is_free(gateway: InternetGateway) -> None:
    if gateway.vpc_id is not None:
        raise dependency_violation(f"The internetGateway '{gateway.id}' has dependencies and cannot be deleted.")


def check_no_mapped_addresses(call: Call, vpc: Vpc) -> None:
    """An internet gateway stays attached while interfaces have public addresses through it."""
    interfaces = call.tx.of_vpc(NetworkInterface, vpc.id)
    if any(one.public is not None for eni in interfaces for one in eni.addresses):
        raise dependency_violation(
            f"Network {vpc.id} has some mapped public address(es). "
            "Please unmap those public address(es) before detaching the gateway."
        )


def check_security_group_is_free(call: Call, group: SecurityGroup) -> None:
    """Interfaces hold a group, and rules of its VPC's other groups that name it; its own rules do not, and those
    across a peering connection become stale."""
    referring = call.tx.referring(SecurityGroup, group.id)
    others = (other for other in referring if other.id != group.id and other.vpc_id == group.vpc_id)
    endpoints = (_is_there(endpoint) for endpoint in call.tx.referring(VpcEndpoint, group.id))
    if call.tx.referring(NetworkInterface, group.id) or any(others) or any(endpoints):
        raise dependency_violation(f"resource {group.id} has a dependent object")


def _is_asked_by_another(call: Call, peering: VpcPeeringConnection, vpc: Vpc) -> bool:
    """A request of another account has to be rejected first; all other peering connections end with the VPC.

    Source: VPC Peering Guide, "Delete a VPC peering connection".
    """
    is_theirs = peering.scope.account_id != vpc.scope.account_id
    return is_theirs and peering.at(call.clock.now()).is_pending


def _is_there(endpoint: VpcEndpoint) -> bool:
    return endpoint.state is not VpcEndpointState.DELETED
