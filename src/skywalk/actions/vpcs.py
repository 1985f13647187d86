"""VPCs and their attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from skywalk.actions.cidr_blocks import NOT_BLOCKS_OF_IPV4, may_be_a_vpc, parse_ipv4_block
from skywalk.actions.dependencies import DEFAULT_GROUP_NAME, check_vpc_is_free
from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.dhcp_options import default_dhcp_options
from skywalk.actions.existing import VPC, existing, named_or_all
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.actions.unsupported import refuse_parameters
from skywalk.actions.vpc_peering_connections import end_peerings_of
from skywalk.resources.network_acl import NetworkAcl, NetworkAclEntry
from skywalk.resources.route_table import LOCAL_ORIGIN, Route, RouteTable, RouteTableAssociation, RouteTargetKind
from skywalk.resources.security_group import SecurityGroup, SecurityGroupRule
from skywalk.resources.vpc import CidrAssociation, Vpc
from skywalk.values.addresses import network_text
from skywalk.values.errors import AwsError, invalid_parameter_value
from skywalk.values.template import template

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.views import Sight

_UNSUPPORTED = (*NOT_BLOCKS_OF_IPV4, "VpcEncryptionControl")
_EVERYWHERE = IPv4Network("0.0.0.0/0")


def create_vpc(call: Call, request: ec2.CreateVpcRequest) -> ec2.CreateVpcResult:
    """A VPC with its main route table and its default security group. Its CIDR may equal another VPC's."""
    refuse_parameters(request, _UNSUPPORTED)
    vpc = new_vpc(call, _vpc_network(request.get("CidrBlock")))
    vpc = replace(
        vpc,
        tags=specified_tags(request.get("TagSpecifications"), VPC.resource_type),
        instance_tenancy=_tenancy(request.get("InstanceTenancy", "default")),
    )
    call.tx.put(vpc)
    return {"Vpc": show_vpc(vpc, state="pending")}


def new_vpc(call: Call, network: IPv4Network) -> Vpc:
    """A VPC as it is born: with a main route table, a default network ACL and a default security group."""
    vpc = Vpc(
        id=call.mint("vpc"),
        scope=call.scope,
        cidr_associations=(CidrAssociation(association_id=call.mint("vpc-cidr-assoc"), network=network),),
        dhcp_options_id=default_dhcp_options(call).id,
    )
    call.tx.put(vpc)
    call.tx.put(_main_route_table(call, vpc))
    call.tx.put(_default_network_acl(call, vpc))
    call.tx.put(_default_security_group(call, vpc))
    return vpc


def _vpc_network(text: str | None) -> IPv4Network:
    if text is None:
        raise AwsError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
    network = parse_ipv4_block(text, "cidrBlock")
    if not may_be_a_vpc(network):
        raise AwsError("InvalidVpc.Range", f"The CIDR '{text}' is invalid.")
    return network


def _tenancy(tenancy: str) -> str:
    if tenancy == "host":
        raise AwsError("UnsupportedTenancy", f"The tenancy value {tenancy} is not supported.")
    if tenancy not in ("default", "dedicated"):
        raise invalid_parameter_value(f"Value ({tenancy}) for parameter instanceTenancy is invalid.")
    return tenancy


def _main_route_table(call: Call, vpc: Vpc) -> RouteTable:
    main = RouteTableAssociation(association_id=call.mint("rtbassoc"), subnet_id=None)
    return RouteTable(
        id=call.mint("rtb"), scope=vpc.scope, vpc_id=vpc.id, routes=local_routes(vpc), associations=(main,)
    )


def _default_network_acl(call: Call, vpc: Vpc) -> NetworkAcl:
    """Lets everything through. Source: VPC User Guide, "Default network ACL for a VPC"."""
    entries = tuple(
        NetworkAclEntry(rule_number=100, is_egress=is_egress, protocol="-1", is_allow=True, ipv4_network=_EVERYWHERE)
        for is_egress in (False, True)
    )
    return NetworkAcl(id=call.mint("acl"), scope=vpc.scope, vpc_id=vpc.id, is_default=True, entries=entries)


def local_routes(vpc: Vpc) -> tuple[Route, ...]:
    """What every route table of the VPC begins with."""
    return tuple(
        Route(
            destination=network,
            target_kind=RouteTargetKind.LOCAL,
            target_id="local",
            origin=LOCAL_ORIGIN,
        )
        for network in vpc.networks
    )


def _default_security_group(call: Call, vpc: Vpc) -> SecurityGroup:
    group_id = call.mint("sg")
    within = SecurityGroupRule(
        rule_id=call.mint("sgr"),
        is_egress=False,
        protocol="-1",
        from_port=-1,
        to_port=-1,
        referenced_group_id=group_id,
    )
    return SecurityGroup(
        id=group_id,
        scope=vpc.scope,
        vpc_id=vpc.id,
        name=DEFAULT_GROUP_NAME,
        description="default VPC security group",
        rules=(within, allow_all_egress(call)),
    )


def allow_all_egress(call: Call) -> SecurityGroupRule:
    """The rule that every new group has."""
    return SecurityGroupRule(
        rule_id=call.mint("sgr"),
        is_egress=True,
        protocol="-1",
        from_port=-1,
        to_port=-1,
        ipv4_network=_EVERYWHERE,
    )


def describe_vpcs(call: Call, request: ec2.DescribeVpcsRequest) -> ec2.DescribeVpcsResult:
    found = named_or_all(call, VPC, request.get("VpcIds"), request.get("Filters"), _REFERENCES)
    found = matching(found, request.get("Filters"), _FILTERS, lambda vpc: vpc.tags)
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeVpcsResult = {"Vpcs": call.views(_view, shown)}
    if token is not None:
        result["NextToken"] = token
    return result


_REFERENCES = ("cidr-block-association.association-id", "dhcp-options-id")

_FILTERS: Mapping[str, FilterValues[Vpc]] = {
    "cidr": lambda vpc: [str(vpc.networks[0])],
    # Documented for subnets only; Ansible's VPC module finds its VPCs by it.
    "cidr-block": lambda vpc: [str(vpc.networks[0])],
    "cidr-block-association.association-id": lambda vpc: [one.association_id for one in vpc.cidr_associations],
    "cidr-block-association.cidr-block": lambda vpc: [str(network) for network in vpc.networks],
    "cidr-block-association.state": lambda vpc: ["associated"],
    "dhcp-options-id": lambda vpc: [vpc.dhcp_options_id],
    "ipv6-cidr-block-association.association-id": lambda vpc: (),
    "ipv6-cidr-block-association.ipv6-cidr-block": lambda vpc: (),
    "ipv6-cidr-block-association.ipv6-pool": lambda vpc: (),
    "ipv6-cidr-block-association.state": lambda vpc: (),
    "is-default": lambda vpc: [str(vpc.is_default).lower()],
    "isDefault": lambda vpc: [str(vpc.is_default).lower()],
    "owner-id": lambda vpc: [vpc.scope.account_id],
    "state": lambda vpc: ["available"],
    "vpc-id": lambda vpc: [vpc.id],
}


def _view(_: Sight, vpc: Vpc) -> ec2.Vpc:
    return show_vpc(vpc)


def show_vpc(vpc: Vpc, state: str = "available") -> ec2.Vpc:
    """As answers have it; `pending` in that of its creation."""
    blocks: list[str] = []
    for one in vpc.cidr_associations:
        blocks += (one.association_id, network_text(one.network))
    return _vpc(
        (state, vpc.instance_tenancy, vpc.is_default, len(blocks)),
        vpc.id,
        vpc.scope.account_id,
        vpc.dhcp_options_id,
        show_tags(vpc.tags),
        *blocks,
    )


@template
def _vpc(
    alike: tuple[str, str, bool, int],
    vpc_id: str,
    owner_id: str,
    dhcp_options_id: str,
    tags: list[ec2.Tag],
    *blocks: str,
) -> ec2.Vpc:
    """`blocks` are ids and networks of the associations in turn, the primary one's first."""
    state, tenancy, is_default, _ = alike
    return {
        "VpcId": vpc_id,
        "OwnerId": owner_id,
        "State": state,
        "CidrBlock": blocks[1],
        "CidrBlockAssociationSet": [
            {"AssociationId": association_id, "CidrBlock": block, "CidrBlockState": {"State": "associated"}}
            for association_id, block in zip(blocks[::2], blocks[1::2], strict=True)
        ],
        "Ipv6CidrBlockAssociationSet": [],
        "DhcpOptionsId": dhcp_options_id,
        "InstanceTenancy": tenancy,
        "IsDefault": is_default,
        "Tags": tags,
    }


def delete_vpc(call: Call, request: ec2.DeleteVpcRequest) -> None:
    vpc = existing(call, VPC, request["VpcId"])
    check_vpc_is_free(call, vpc)
    end_peerings_of(call, vpc)
    for belonging in (
        *call.tx.of_vpc(RouteTable, vpc.id),
        *call.tx.of_vpc(SecurityGroup, vpc.id),
        *call.tx.of_vpc(NetworkAcl, vpc.id),
    ):
        call.tx.remove(belonging.id)
    call.tx.remove(vpc.id)


def describe_vpc_attribute(call: Call, request: ec2.DescribeVpcAttributeRequest) -> ec2.DescribeVpcAttributeResult:
    vpc = existing(call, VPC, request["VpcId"])
    match request["Attribute"]:
        case "enableDnsSupport":
            return {"VpcId": vpc.id, "EnableDnsSupport": {"Value": vpc.enable_dns_support}}
        case "enableDnsHostnames":
            return {"VpcId": vpc.id, "EnableDnsHostnames": {"Value": vpc.enable_dns_hostnames}}
        case "enableNetworkAddressUsageMetrics":
            metrics = vpc.enable_network_address_usage_metrics
            return {"VpcId": vpc.id, "EnableNetworkAddressUsageMetrics": {"Value": metrics}}
        case unknown:
            raise invalid_parameter_value(f"Value ({unknown}) for parameter attribute is invalid. Unknown attribute.")


def modify_vpc_attribute(call: Call, request: ec2.ModifyVpcAttributeRequest) -> None:
    """One attribute a call. DNS host names need DNS support (API Reference; the refusal's words are unconfirmed)."""
    vpc = existing(call, VPC, request["VpcId"])
    support, hostnames = request.get("EnableDnsSupport"), request.get("EnableDnsHostnames")
    metrics = request.get("EnableNetworkAddressUsageMetrics")
    given = [one for one in (support, hostnames, metrics) if one is not None]
    if len(given) > 1:
        raise AwsError("InvalidParameterCombination", "Fields for multiple attribute types specified")
    if not given:
        raise AwsError("InvalidParameterCombination", "No attributes specified.")
    value = given[0].get("Value", False)
    if support is not None:
        call.tx.put(replace(vpc, enable_dns_support=value))
    elif hostnames is not None:
        if value and not vpc.enable_dns_support:
            raise AwsError(
                "InvalidParameterCombination", "enableDnsHostnames can only be true if enableDnsSupport is true."
            )
        call.tx.put(replace(vpc, enable_dns_hostnames=value))
    else:
        call.tx.put(replace(vpc, enable_network_address_usage_metrics=value))


def modify_vpc_tenancy(call: Call, request: ec2.ModifyVpcTenancyRequest) -> ec2.ModifyVpcTenancyResult:
    """From `dedicated` to `default`, and never back; instances that run keep theirs. The refusal is unconfirmed."""
    vpc = existing(call, VPC, request["VpcId"])
    if request["InstanceTenancy"] != "default":
        raise AwsError("UnsupportedTenancy", f"The tenancy value {request['InstanceTenancy']} is not supported.")
    call.tx.put(replace(vpc, instance_tenancy="default"))
    return {"ReturnValue": True}
