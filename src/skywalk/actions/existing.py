"""Find what a request names by id, or refuse in AWS's words.

An id of another account or region is as unknown as one that never was. The codes' spellings (`ID`, `Id`) are AWS's.
Source: EC2 API Reference, "Error codes"; texts from answers quoted in public reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from skywalk.resources.dhcp_options import DhcpOptions
from skywalk.resources.elastic_address import ElasticAddress
from skywalk.resources.instance import Instance
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.key_pair import KeyPair
from skywalk.resources.managed_prefix_list import ManagedPrefixList
from skywalk.resources.nat_gateway import NatGateway
from skywalk.resources.network_acl import NetworkAcl
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.resource import Resource
from skywalk.resources.route_table import RouteTable
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.resources.vpc_peering_connection import VpcPeeringConnection
from skywalk.values.errors import AwsError
from skywalk.values.ids import is_well_formed

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes.ec2 import Filter

R = TypeVar("R", bound=Resource)
R_co = TypeVar("R_co", bound=Resource, covariant=True)


@dataclass(frozen=True, slots=True)
class IdFamily:
    """How AWS speaks of ids of one prefix; `noun` is what stands before the id in a refusal, `not_found_text` a whole
    one that is unlike the others'."""

    prefix: str
    malformed_code: str
    not_found_code: str
    noun: str
    not_found_text: str | None = None

    def check(self, resource_id: str) -> None:
        """Raises the family's Malformed code for what can be no id of it."""
        if not is_well_formed(self.prefix, resource_id):
            raise AwsError(self.malformed_code, f'Invalid id: "{resource_id}" (expecting "{self.prefix}-...")')

    def not_found(self, *resource_ids: str) -> AwsError:
        if self.not_found_text is not None:
            return AwsError(self.not_found_code, self.not_found_text.format(", ".join(resource_ids)))
        if len(resource_ids) == 1:
            return AwsError(self.not_found_code, f"The {self.noun} '{resource_ids[0]}' does not exist")
        return AwsError(self.not_found_code, f"The {self.noun}s '{', '.join(resource_ids)}' do not exist")


@dataclass(frozen=True, slots=True)
class Noun(Generic[R_co]):
    """A kind of resource, as requests name it; `resource_type` is its name in tag specifications and ARNs."""

    kind: type[R_co]
    ids: IdFamily
    resource_type: str


VPC = Noun(Vpc, IdFamily("vpc", "InvalidVpcID.Malformed", "InvalidVpcID.NotFound", "vpc ID"), "vpc")
SUBNET = Noun(
    Subnet, IdFamily("subnet", "InvalidSubnetID.Malformed", "InvalidSubnetID.NotFound", "subnet ID"), "subnet"
)
ROUTE_TABLE = Noun(
    RouteTable,
    IdFamily("rtb", "InvalidRouteTableId.Malformed", "InvalidRouteTableID.NotFound", "routeTable ID"),
    "route-table",
)
INTERNET_GATEWAY = Noun(
    InternetGateway,
    IdFamily("igw", "InvalidInternetGatewayId.Malformed", "InvalidInternetGatewayID.NotFound", "internetGateway ID"),
    "internet-gateway",
)
SECURITY_GROUP = Noun(
    SecurityGroup,
    IdFamily("sg", "InvalidGroupId.Malformed", "InvalidGroup.NotFound", "security group"),
    "security-group",
)
NETWORK_INTERFACE = Noun(
    NetworkInterface,
    IdFamily("eni", "InvalidNetworkInterfaceId.Malformed", "InvalidNetworkInterfaceID.NotFound", "networkInterface ID"),
    "network-interface",
)
INSTANCE = Noun(
    Instance, IdFamily("i", "InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound", "instance ID"), "instance"
)
VPC_ENDPOINT = Noun(
    VpcEndpoint,
    IdFamily("vpce", "InvalidVpcEndpointId.Malformed", "InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id"),
    "vpc-endpoint",
)
DHCP_OPTIONS = Noun(
    DhcpOptions,
    IdFamily("dopt", "InvalidDhcpOptionsId.Malformed", "InvalidDhcpOptionsID.NotFound", "dhcpOption ID"),
    "dhcp-options",
)
ELASTIC_ADDRESS = Noun(
    ElasticAddress,
    IdFamily("eipalloc", "InvalidAllocationID.Malformed", "InvalidAllocationID.NotFound", "allocation ID"),
    "elastic-ip",
)
KEY_PAIR = Noun(KeyPair, IdFamily("key", "InvalidKeyPair.Format", "InvalidKeyPair.NotFound", "key pair ID"), "key-pair")
NAT_GATEWAY = Noun(
    NatGateway,
    IdFamily("nat", "NatGatewayMalformed", "NatGatewayNotFound", "natGateway ID", "NAT gateway {} was not found"),
    "natgateway",
)
NETWORK_ACL = Noun(
    NetworkAcl,
    IdFamily("acl", "InvalidNetworkAclId.Malformed", "InvalidNetworkAclID.NotFound", "networkAcl ID"),
    "network-acl",
)
PREFIX_LIST = Noun(
    ManagedPrefixList,
    IdFamily("pl", "InvalidPrefixListId.Malformed", "InvalidPrefixListID.NotFound", "prefix list ID"),
    "prefix-list",
)
VPC_PEERING_CONNECTION = Noun(
    VpcPeeringConnection,
    IdFamily(
        "pcx",
        "InvalidVpcPeeringConnectionId.Malformed",
        "InvalidVpcPeeringConnectionID.NotFound",
        "vpcPeeringConnection ID",
    ),
    "vpc-peering-connection",
)
NOUNS: tuple[Noun[Resource], ...] = (
    DHCP_OPTIONS,
    ELASTIC_ADDRESS,
    INSTANCE,
    INTERNET_GATEWAY,
    KEY_PAIR,
    NAT_GATEWAY,
    NETWORK_ACL,
    NETWORK_INTERFACE,
    PREFIX_LIST,
    ROUTE_TABLE,
    SECURITY_GROUP,
    SUBNET,
    VPC,
    VPC_ENDPOINT,
    VPC_PEERING_CONNECTION,
)
"""All that have an id of their own and tags."""


def existing(call: Call, noun: Noun[R], resource_id: str) -> R:
    """The caller's resource of this id. Raises the noun's Malformed and NotFound codes."""
    return all_existing(call, noun, [resource_id])[0]


def all_existing(call: Call, noun: Noun[R], resource_ids: Sequence[str]) -> list[R]:
    """The caller's resources of these ids, each once, in their order. Raises as `existing`, naming all missing ones."""
    found: dict[str, R] = {}
    missing: dict[str, None] = {}
    for resource_id in resource_ids:
        noun.ids.check(resource_id)
        resource = call.tx.owned(noun.kind, call.scope, resource_id)
        if resource is None:
            missing[resource_id] = None
        else:
            found[resource_id] = resource
    if missing:
        raise noun.ids.not_found(*missing)
    return list(found.values())


def named_or_all(
    call: Call,
    noun: Noun[R],
    resource_ids: Sequence[str] | None,
    filters: Sequence[Filter] | None = None,
    references: Collection[str] = (),
) -> list[R]:
    """What a Describe call is about: the resources that it names, or all of the caller's, oldest first.

    With `filters`, at least those that can pass them: where one asks for plain ids, of the resources themselves, of
    their VPC, or of what they refer to (`references` are the names of such filters), an index answers, and the call
    costs what it returns. The filters are still to be applied. States are those of this moment (`Returning`).
    """
    if resource_ids:
        return call.tx.as_they_are(all_existing(call, noun, resource_ids))
    for one in filters or ():
        found = _indexed(call, noun, one, references)
        if found is not None:
            return call.tx.as_they_are(found)
    return call.tx.as_they_are(call.tx.of_owner(noun.kind, call.scope))


def _indexed(call: Call, noun: Noun[R], one: Filter, references: Collection[str]) -> list[R] | None:
    """The caller's resources that a filter can mean; None where no index knows."""
    name, values = one.get("Name", ""), one.get("Values") or []
    if any(mark in value for value in values for mark in "*?\\"):
        return None
    found: Iterable[R | None]
    if all(value.startswith(f"{noun.ids.prefix}-") for value in values) and name in _own_ids(noun):
        found = [call.tx.get(noun.kind, value) for value in values]
    elif name == "vpc-id":
        found = [resource for value in values for resource in call.tx.of_vpc(noun.kind, value)]
    elif name in references:
        found = [resource for value in values for resource in call.tx.referring(noun.kind, value)]
    else:
        return None
    return call.tx.oldest_first(one for one in found if one is not None and one.scope == call.scope)


def _own_ids(noun: Noun[R]) -> tuple[str, str]:
    """The names of filters by a resource's own id (security groups call theirs group-id)."""
    return f"{noun.resource_type}-id", f"{noun.resource_type.rpartition('-')[2]}-id"
