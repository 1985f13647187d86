"""What every EC2 action refuses because of one parameter: ids that cannot be or are nobody's, filters, pages, tokens,
tags. The cases follow from AWS's model: a new action is among them by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from skywalk.api.dispatch import ACTIONS
from support.documented_errors import codes_of_member, members_of
from support.keys import ED25519_PUBLIC
from support.launching import IMAGE, Home
from support.region import Client, Region

NAMES: Mapping[str, tuple[str, str]] = {
    "AllocationId": ("eipalloc", "The allocation ID '{}' does not exist"),
    "AssociationId": ("rtbassoc", "The association ID '{}' does not exist"),
    "AttachmentId": ("eni-attach", "The interface attachment '{}' does not exist."),
    "DhcpOptionsId": ("dopt", "The dhcpOption ID '{}' does not exist"),
    "GroupId": ("sg", "The security group '{}' does not exist"),
    "ImageId": ("ami", "The image id '[{}]' does not exist"),
    "InstanceId": ("i", "The instance ID '{}' does not exist"),
    "InternetGatewayId": ("igw", "The internetGateway ID '{}' does not exist"),
    "KeyPairId": ("key", "The key pair ID '{}' does not exist"),
    "NatGatewayId": ("nat", "NAT gateway {} was not found"),
    "NetworkAclId": ("acl", "The networkAcl ID '{}' does not exist"),
    "NetworkInterfaceId": ("eni", "The networkInterface ID '{}' does not exist"),
    "PrefixListId": ("pl", "The prefix list ID '{}' does not exist"),
    "RouteTableId": ("rtb", "The routeTable ID '{}' does not exist"),
    "SecurityGroupId": ("sg", "The security group '{}' does not exist"),
    "SecurityGroupRuleId": ("sgr", "The security group rule ID '{}' does not exist"),
    "SubnetId": ("subnet", "The subnet ID '{}' does not exist"),
    "VolumeId": ("vol", "The volume '{}' does not exist"),
    "VpcEndpointId": ("vpce", "The Vpc Endpoint Id '{}' does not exist"),
    "VpcId": ("vpc", "The vpc ID '{}' does not exist"),
    "VpcPeeringConnectionId": ("pcx", "The vpcPeeringConnection ID '{}' does not exist"),
}
"""Members that refer to something: the prefix of their ids, and what is said of an id that nobody has."""

OTHER_NAMES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("CreateRoute", "NatGatewayId"): ("nat", "The natGateway ID '{}' does not exist"),
    ("ReplaceRoute", "NatGatewayId"): ("nat", "The natGateway ID '{}' does not exist"),
    ("CreateNatGateway", "AllocationId"): ("eipalloc", "The elasticIp ID '{}' does not exist"),
    ("ReplaceNetworkAclAssociation", "AssociationId"): ("aclassoc", "The association ID '{}' does not exist"),
}
GROUP_RULE = [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
ROUTE = {"DestinationCidrBlock": "0.0.0.0/0"}
WITH: Mapping[str, Mapping[str, Any]] = {
    "AssignPrivateIpAddresses": {"SecondaryPrivateIpAddressCount": 1},
    "AssociateAddress": {"AllocationId": "{AllocationId}"},
    "AssociateRouteTable": {"SubnetId": "{SubnetId}"},
    "AuthorizeSecurityGroupEgress": {"IpPermissions": GROUP_RULE},
    "AuthorizeSecurityGroupIngress": {"GroupId": "{GroupId}", "IpPermissions": GROUP_RULE},
    "CreateNatGateway": {"SubnetId": "{SubnetId}", "ConnectivityType": "private"},
    "CreateRoute": ROUTE,
    "CreateSecurityGroup": {"VpcId": "{VpcId}"},
    "CreateVpc": {"CidrBlock": "10.3.0.0/16"},
    "CreateVpcEndpoint": {"ServiceName": "com.amazonaws.us-east-1.s3"},
    "CreateVpcPeeringConnection": {"PeerVpcId": "{OtherVpcId}"},
    "DescribeVpcClassicLink": {"VpcIds": []},
    "ReplaceNetworkAclAssociation": {"AssociationId": "{AclAssociationId}"},
    "ReplaceRoute": ROUTE,
    "ReplaceRouteTableAssociation": {"AssociationId": "{TableAssociationId}"},
    "RevokeSecurityGroupIngress": {"GroupId": "{GroupId}"},
    "RunInstances": {"ImageId": IMAGE},
}
"""What else a request needs to come as far as the parameter in question; names in braces are of the `world`."""

INSTEAD: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("CreateNatGateway", "AllocationId"): {"SubnetId": "{SubnetId}"},
    ("RunInstances", "ClientToken"): {"ImageId": IMAGE, "SubnetId": "{SubnetId}"},
    ("RunInstances", "SecurityGroupIds"): {"ImageId": IMAGE, "SubnetId": "{SubnetId}"},
    ("RunInstances", "TagSpecifications"): {"ImageId": IMAGE, "SubnetId": "{SubnetId}"},
}
"""Likewise for one parameter, instead of `WITH`."""

PLAIN: Mapping[str, Any] = {
    "AddressFamily": "IPv4",
    "AssociationId": "{TableAssociationId}",
    "CurrentVersion": 1,
    "Description": "a group",
    "DeviceIndex": 1,
    "DhcpConfigurations": [{"Key": "domain-name", "Values": ["example.com"]}],
    "Egress": False,
    "GroupName": "group",
    "IamInstanceProfile": {"Name": "profile"},
    "InstanceIds": ["{InstanceId}"],
    "InstanceTenancy": "default",
    "Attribute": "sourceDestCheck",
    "KeyName": "key",
    "MaxCount": 1,
    "MaxEntries": 5,
    "MinCount": 1,
    "PrefixListName": "list",
    "PreviousVersion": 1,
    "Protocol": "-1",
    "PublicKeyMaterial": ED25519_PUBLIC.encode(),
    "RuleAction": "allow",
    "RuleNumber": 7,
    "SecurityGroupRules": [],
}
"""Required members that are no ids."""


@pytest.fixture(scope="module")
def home() -> Home:
    return Home(Region())


@pytest.fixture(scope="module")
def world(home: Home) -> dict[str, str]:
    """An id of each kind."""
    ec2, vpc_id, subnet_id = home.ec2, home.vpc_id, home.subnet_id
    instance = home.launch()["Instances"][0]
    home.settle()

    def made(action: str, noun: str, name: str, **request: Any) -> str:
        answer = ec2(function(action), **request)
        return str((answer[noun] if noun else answer)[name])

    table_id = made("CreateRouteTable", "RouteTable", "RouteTableId", VpcId=vpc_id)
    acls = ec2(function("DescribeNetworkAcls"))["NetworkAcls"]
    return {
        "AclAssociationId": acls[0]["Associations"][0]["NetworkAclAssociationId"],
        "AllocationId": made("AllocateAddress", "", "AllocationId"),
        "AttachmentId": instance["NetworkInterfaces"][0]["Attachment"]["AttachmentId"],
        "DhcpOptionsId": made(
            "CreateDhcpOptions", "DhcpOptions", "DhcpOptionsId", DhcpConfigurations=PLAIN["DhcpConfigurations"]
        ),
        "GroupId": home.default_group_id,
        "InstanceId": instance["InstanceId"],
        "InternetGatewayId": made("CreateInternetGateway", "InternetGateway", "InternetGatewayId"),
        "NetworkAclId": made("CreateNetworkAcl", "NetworkAcl", "NetworkAclId", VpcId=vpc_id),
        "NetworkInterfaceId": made(
            "CreateNetworkInterface", "NetworkInterface", "NetworkInterfaceId", SubnetId=subnet_id
        ),
        "OtherVpcId": made("CreateVpc", "Vpc", "VpcId", CidrBlock="10.9.0.0/16"),
        "PrefixListId": made(
            "CreateManagedPrefixList",
            "PrefixList",
            "PrefixListId",
            PrefixListName="list",
            MaxEntries=1,
            AddressFamily="IPv4",
        ),
        "RouteTableId": table_id,
        "SubnetId": subnet_id,
        "TableAssociationId": made(
            "AssociateRouteTable", "", "AssociationId", RouteTableId=table_id, SubnetId=subnet_id
        ),
        "VpcEndpointId": made(
            "CreateVpcEndpoint", "VpcEndpoint", "VpcEndpointId", VpcId=vpc_id, ServiceName="com.amazonaws.us-east-1.s3"
        ),
        "VpcId": vpc_id,
    }


def function(action: str) -> Callable[..., Any]:
    return ACTIONS["ec2"][action].function


def request_of(action: str, member: str, world: Mapping[str, str]) -> dict[str, Any]:
    """What the action needs besides the member."""
    needed = {name: PLAIN.get(name, f"{{{name}}}") for name, _, is_needed in members_of(action) if is_needed}
    more = INSTEAD.get((action, member), WITH.get(action, {}))
    return {name: _filled(value, world) for name, value in {**needed, **more}.items() if name != member}


def _filled(value: Any, world: Mapping[str, str]) -> Any:
    if isinstance(value, str) and value.startswith("{"):
        return world.get(value[1:-1], value)
    return [_filled(one, world) for one in value] if isinstance(value, list) else value


def cases(*members: str) -> list[Any]:
    """Action, member, whether it is a list, codes: of these members, or of all that are ids."""
    return [
        pytest.param(action, member, is_list, codes_of_member(action, member), id=f"{action}-{member}")
        for action in ACTIONS["ec2"]
        for member, is_list, _ in members_of(action)
        if codes_of_member(action, member) and (member in members if members else name_of(member) in NAMES)
    ]


def name_of(member: str) -> str:
    return member if member in NAMES else member.removesuffix("s")


@pytest.mark.parametrize(("action", "member", "is_list", "codes"), cases())
def test_an_id_that_is_nobodys_is_refused(
    home: Home, world: dict[str, str], action: str, member: str, is_list: bool, codes: tuple[str, ...]
) -> None:
    prefix, text = OTHER_NAMES.get((action, member), NAMES[name_of(member)])
    other = f"{prefix}-0123456789abcdef0"
    said = {True: f'Invalid id: "garbage" (expecting "{prefix}-...")', False: text.format(other)}
    for code in codes:
        is_malformed = not code.endswith("NotFound")
        wrong = "garbage" if is_malformed else other
        request = {**request_of(action, member, world), member: [wrong] if is_list else wrong}
        assert home.ec2.refusal(function(action), **request) == (code, said[is_malformed])


@pytest.mark.parametrize(("action", "member", "is_list", "codes"), cases("Filter", "Filters"))
def test_a_filter_that_is_none_or_has_too_many_values_is_refused(
    home: Home, world: dict[str, str], action: str, member: str, is_list: bool, codes: tuple[str, ...]
) -> None:
    assert is_list
    request, (too_many, unknown) = request_of(action, member, world), codes
    refusal = home.ec2.refusal(function(action), **request, **{member: [{"Name": "no-such", "Values": ["x"]}]})
    assert refusal == (unknown, "The filter 'no-such' is invalid")
    values = [{"Name": "no-such", "Values": ["x"] * 201}]
    refusal = home.ec2.refusal(function(action), **request, **{member: values})
    assert refusal == (too_many, "The maximum number of filter values is 200")


@pytest.mark.parametrize(("action", "member", "is_list", "codes"), cases("MaxResults"))
def test_a_page_without_items_is_refused(
    home: Home, world: dict[str, str], action: str, member: str, is_list: bool, codes: tuple[str, ...]
) -> None:
    code, text = home.ec2.refusal(function(action), **request_of(action, member, world), MaxResults=0)
    assert (code,) == codes
    if code == "InvalidMaxResults":
        assert text == "The specified value for MaxResults is not valid."
    else:
        assert text.startswith("Value ( 0 ) for parameter maxResults is invalid. Expecting a value between ")


@pytest.mark.parametrize(("action", "member", "is_list", "codes"), cases("NextToken"))
def test_a_token_that_no_page_ended_with_is_refused(
    home: Home, world: dict[str, str], action: str, member: str, is_list: bool, codes: tuple[str, ...]
) -> None:
    refusal = home.ec2.refusal(function(action), **request_of(action, member, world), NextToken="garbage")
    assert refusal == (codes[0], "The specified next token is invalid.")


@pytest.mark.parametrize(("action", "member", "is_list", "codes"), cases("TagSpecifications"))
def test_tags_for_what_is_not_made_are_refused(
    home: Home, world: dict[str, str], action: str, member: str, is_list: bool, codes: tuple[str, ...]
) -> None:
    tags = [{"ResourceType": "snapshot", "Tags": [{"Key": "a", "Value": "b"}]}]
    refusal = home.ec2.refusal(function(action), **request_of(action, member, world), TagSpecifications=tags)
    assert refusal == (codes[0], "'snapshot' is not a valid taggable resource type for this operation.")


@pytest.mark.parametrize(("action", "member", "is_list", "codes"), cases("ClientToken"))
def test_a_token_of_another_call_is_refused(action: str, member: str, is_list: bool, codes: tuple[str, ...]) -> None:
    home = Home(Region())
    request = request_of(action, member, {"VpcId": home.vpc_id, "SubnetId": home.subnet_id})
    assert _call(home.ec2, action, ClientToken="once", **request)
    changed = {**request, "TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]}
    mismatch, too_long = codes
    text = "The client token you have provided is associated with a request that had different parameters."
    if action == "RunInstances":
        text = "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
    assert home.ec2.refusal(function(action), ClientToken="once", **changed) == (mismatch, text)
    refusal = home.ec2.refusal(function(action), ClientToken="x" * 65, **request)
    assert refusal == (too_long, "Client token exceeds the maximum length of 64")


def _call(ec2: Client, action: str, **request: Any) -> str:
    return json.dumps(ec2(function(action), **request), default=str)
