"""Subnets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.cidr_blocks import is_vpc_size, parse_ipv4_block
from skywalk.actions.dependencies import check_subnet_is_free
from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import SUBNET, VPC, existing, named_or_all
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.actions.unsupported import refuse_parameters
from skywalk.resources.allocate import available_address_count
from skywalk.resources.network_acl import NetworkAcl, NetworkAclAssociation
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.regions import zone_id, zones_of
from skywalk.resources.route_table import RouteTable
from skywalk.resources.subnet import Subnet
from skywalk.values.addresses import contains, network_text
from skywalk.values.arn import ec2_arn
from skywalk.values.errors import AwsError, invalid_parameter_value
from skywalk.values.template import template

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight
    from skywalk.resources.vpc import Vpc

_UNSUPPORTED = (
    "Ipv4IpamPoolId",
    "Ipv4NetmaskLength",
    "Ipv6CidrBlock",
    "Ipv6IpamPoolId",
    "Ipv6Native",
    "Ipv6NetmaskLength",
    "OutpostArn",
)
_UNSUPPORTED_ATTRIBUTES = (
    "AssignIpv6AddressOnCreation",
    "CustomerOwnedIpv4Pool",
    "DisableLniAtDeviceIndex",
    "EnableDns64",
    "EnableLniAtDeviceIndex",
    "EnableResourceNameDnsAAAARecordOnLaunch",
    "MapCustomerOwnedIpOnLaunch",
)
_ATTRIBUTES = (
    "EnableResourceNameDnsARecordOnLaunch",
    "MapPublicIpOnLaunch",
    "PrivateDnsHostnameTypeOnLaunch",
    *_UNSUPPORTED_ATTRIBUTES,
)


def create_subnet(call: Call, request: ec2.CreateSubnetRequest) -> ec2.CreateSubnetResult:
    refuse_parameters(request, _UNSUPPORTED)
    vpc = existing(call, VPC, request["VpcId"])
    subnet = Subnet(
        id=call.mint("subnet"),
        scope=call.scope,
        tags=specified_tags(request.get("TagSpecifications"), SUBNET.resource_type),
        vpc_id=vpc.id,
        network=_subnet_network(call, vpc, request.get("CidrBlock")),
        availability_zone=zone_name(call, request.get("AvailabilityZone"), request.get("AvailabilityZoneId")),
    )
    put_new_subnet(call, subnet)
    return {"Subnet": show_subnet(subnet, taken_count=0)}


def put_new_subnet(call: Call, subnet: Subnet) -> None:
    """Stores it, and puts it into the default network ACL of its VPC."""
    call.tx.put(subnet)
    acl = next(one for one in call.tx.of_vpc(NetworkAcl, subnet.vpc_id) if one.is_default)
    association = NetworkAclAssociation(association_id=call.mint("aclassoc"), subnet_id=subnet.id)
    call.tx.put(replace(acl, associations=(*acl.associations, association)))


def _subnet_network(call: Call, vpc: Vpc, text: str | None) -> IPv4Network:
    if text is None:
        raise AwsError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
    network = parse_ipv4_block(text, "cidrBlock")
    if not is_vpc_size(network) or not any(contains(block, network) for block in vpc.networks):
        raise AwsError("InvalidSubnet.Range", f"The CIDR '{text}' is invalid.")
    if any(other.network.overlaps(network) for other in call.tx.of_vpc(Subnet, vpc.id)):
        raise AwsError("InvalidSubnet.Conflict", f"The CIDR '{text}' conflicts with another subnet")
    return network


def zone_name(call: Call, name: str | None, of_id: str | None) -> str:
    """The zone that a request names. Without one the region's first: AWS says that it chooses, not how."""
    zones = zones_of(call.region)
    if name is not None and of_id is not None:
        raise AwsError(
            "InvalidParameterCombination",
            "The parameters 'availabilityZone' and 'availabilityZoneId' may not be used in combination.",
        )
    for zone in zones:
        if name == zone.name or of_id == zone.zone_id or (name is None and of_id is None):
            return zone.name
    parameter, given = ("availabilityZone", name) if of_id is None else ("availabilityZoneId", of_id)
    choice = ", ".join(zone.name if of_id is None else zone.zone_id for zone in zones)
    raise invalid_parameter_value(
        f"Value ({given}) for parameter {parameter} is invalid. "
        f"Subnets can currently only be created in the following availability zones: {choice}."
    )


def describe_subnets(call: Call, request: ec2.DescribeSubnetsRequest) -> ec2.DescribeSubnetsResult:
    found = named_or_all(call, SUBNET, request.get("SubnetIds"), request.get("Filters"))
    found = matching(found, request.get("Filters"), _filters(call), lambda subnet: subnet.tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeSubnetsResult = {"Subnets": call.views(_view, shown)}
    if token is not None:
        result["NextToken"] = token
    return result


def _view(sight: Sight, subnet: Subnet) -> ec2.Subnet:
    return show_subnet(subnet, _taken_count(sight, subnet))


def _taken_count(sight: Sight, subnet: Subnet) -> int:
    """How many of the subnet's addresses interfaces have."""
    return sum(len(eni.addresses) for eni in sight.tx.referring(NetworkInterface, subnet.id))


def _filters(call: Call) -> Mapping[str, FilterValues[Subnet]]:
    names: dict[str, FilterValues[Subnet]] = {
        "availability-zone": lambda subnet: [subnet.availability_zone],
        "availability-zone-id": lambda subnet: [zone_id(subnet.availability_zone)],
        "available-ip-address-count": lambda subnet: [
            str(available_address_count(subnet.network, _taken_count(call, subnet)))
        ],
        "cidr-block": lambda subnet: [str(subnet.network)],
        "customer-owned-ipv4-pool": lambda subnet: (),
        "default-for-az": lambda subnet: [_text(subnet.is_default)],
        "enable-dns64": lambda subnet: ["false"],
        "ipv6-cidr-block-association.association-id": lambda subnet: (),
        "ipv6-cidr-block-association.ipv6-cidr-block": lambda subnet: (),
        "ipv6-cidr-block-association.state": lambda subnet: (),
        "ipv6-native": lambda subnet: ["false"],
        "map-customer-owned-ip-on-launch": lambda subnet: ["false"],
        "map-public-ip-on-launch": lambda subnet: [_text(subnet.map_public_ip_on_launch)],
        "outpost-arn": lambda subnet: (),
        "owner-id": lambda subnet: [subnet.scope.account_id],
        "private-dns-name-options-on-launch.enable-resource-name-dns-a-record": lambda subnet: [
            _text(subnet.enable_resource_name_dns_a_record)
        ],
        "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": lambda subnet: ["false"],
        "private-dns-name-options-on-launch.hostname-type": lambda subnet: [subnet.private_dns_hostname_type],
        "state": lambda subnet: ["available"],
        "subnet-arn": lambda subnet: [_arn(subnet)],
        "subnet-id": lambda subnet: [subnet.id],
        "vpc-id": lambda subnet: [subnet.vpc_id],
    }
    # The other spellings are those of the API Reference.
    names["availabilityZone"] = names["availability-zone"]
    names["availabilityZoneId"] = names["availability-zone-id"]
    names["cidr"] = names["cidrBlock"] = names["cidr-block"]
    names["defaultForAz"] = names["default-for-az"]
    return names


def _text(value: bool) -> str:
    return "true" if value else "false"


def _arn(subnet: Subnet) -> str:
    return ec2_arn(subnet.scope.region, subnet.scope.account_id, f"subnet/{subnet.id}")


def show_subnet(subnet: Subnet, taken_count: int) -> ec2.Subnet:
    """As answers have it; `taken_count` is how many of its addresses interfaces have."""
    alike = (
        subnet.availability_zone,
        subnet.is_default,
        subnet.map_public_ip_on_launch,
        subnet.private_dns_hostname_type,
        subnet.enable_resource_name_dns_a_record,
    )
    return _subnet(
        alike,
        subnet.id,
        _arn(subnet),
        subnet.vpc_id,
        subnet.scope.account_id,
        network_text(subnet.network),
        available_address_count(subnet.network, taken_count),
        show_tags(subnet.tags),
    )


@template
def _subnet(
    alike: tuple[str, bool, bool, str, bool],
    subnet_id: str,
    arn: str,
    vpc_id: str,
    owner_id: str,
    block: str,
    available_count: int,
    tags: list[ec2.Tag],
) -> ec2.Subnet:
    zone, is_default, maps_public_addresses, hostname_type, has_resource_name_a_record = alike
    return {
        "SubnetId": subnet_id,
        "SubnetArn": arn,
        "VpcId": vpc_id,
        "OwnerId": owner_id,
        "State": "available",
        "CidrBlock": block,
        "Ipv6CidrBlockAssociationSet": [],
        "Ipv6Native": False,
        "AvailableIpAddressCount": available_count,
        "AvailabilityZone": zone,
        "AvailabilityZoneId": zone_id(zone),
        "DefaultForAz": is_default,
        "MapPublicIpOnLaunch": maps_public_addresses,
        "MapCustomerOwnedIpOnLaunch": False,
        "AssignIpv6AddressOnCreation": False,
        "EnableDns64": False,
        "PrivateDnsNameOptionsOnLaunch": {
            "HostnameType": hostname_type,
            "EnableResourceNameDnsARecord": has_resource_name_a_record,
            "EnableResourceNameDnsAAAARecord": False,
        },
        "Tags": tags,
    }


def delete_subnet(call: Call, request: ec2.DeleteSubnetRequest) -> None:
    """Its associations with a route table and a network ACL go with it."""
    subnet = existing(call, SUBNET, request["SubnetId"])
    check_subnet_is_free(call, subnet)
    for table in call.tx.referring(RouteTable, subnet.id):
        call.tx.put(replace(table, associations=tuple(one for one in table.associations if one.subnet_id != subnet.id)))
    for acl in call.tx.referring(NetworkAcl, subnet.id):
        call.tx.put(replace(acl, associations=tuple(one for one in acl.associations if one.subnet_id != subnet.id)))
    call.tx.remove(subnet.id)


def modify_subnet_attribute(call: Call, request: ec2.ModifySubnetAttributeRequest) -> None:
    """One attribute a call. Raises UnsupportedOperation for what IPv6 and Outposts would need."""
    subnet = existing(call, SUBNET, request["SubnetId"])
    given = [name for name in _ATTRIBUTES if name in request]
    if len(given) != 1:
        text = "Fields for multiple attribute types specified" if given else "No attributes specified."
        raise AwsError("InvalidParameterCombination", text)
    refuse_parameters(request, _UNSUPPORTED_ATTRIBUTES)
    if "MapPublicIpOnLaunch" in request:
        value = request["MapPublicIpOnLaunch"].get("Value", False)
        call.tx.put(replace(subnet, map_public_ip_on_launch=value))
    elif "EnableResourceNameDnsARecordOnLaunch" in request:
        value = request["EnableResourceNameDnsARecordOnLaunch"].get("Value", False)
        call.tx.put(replace(subnet, enable_resource_name_dns_a_record=value))
    elif "PrivateDnsHostnameTypeOnLaunch" in request:
        hostname_type = request["PrivateDnsHostnameTypeOnLaunch"]
        if hostname_type not in ("ip-name", "resource-name"):
            raise invalid_parameter_value(
                f"Value ({hostname_type}) for parameter privateDnsHostnameTypeOnLaunch is invalid."
            )
        call.tx.put(replace(subnet, private_dns_hostname_type=hostname_type))
