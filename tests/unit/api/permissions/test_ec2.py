"""What EC2's calls are asked about, as short text: the action's own checks by resource, others with their action."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from skywalk.actions.instance_profiles import create_instance_profile
from skywalk.api.authorize import Authorizer
from skywalk.api.dispatch import EC2
from skywalk.api.model import load_service
from skywalk.api.permissions.ec2 import ec2_checks
from skywalk.api.permissions.ec2_lookup import Ec2Lookup
from skywalk.policy.keys.carried import is_carried
from skywalk.policy.keys.of_api import EC2_KEYS
from skywalk.policy.organization import Member, compile_scps
from skywalk.resources.images import AMAZON, IMAGE_PARAMETERS
from skywalk.resources.store import Store
from skywalk.values.scope import Scope
from support.api_door import MAY, Door
from support.identities import allow, deny
from support.launching import Home
from support.region import REGION_KEY
from support.world import IMAGE, World

OWNER = "123456789012"
HERE = f"arn:aws:ec2:us-east-1:{OWNER}:"
WEB_ROLE = f"arn:aws:iam::{OWNER}:role/web"


class FakeLookup(Ec2Lookup):
    """Nothing is there but a profile `web`."""

    def __init__(self) -> None:
        super().__init__(Store(), Scope(OWNER, "us-east-1"))

    def role_of_profile(self, profile: Mapping[str, str]) -> str | None:
        return WEB_ROLE if "web" in (profile.get("Name"), profile.get("Arn")) else None


def asked(action: str, request: Mapping[str, Any] | None = None) -> list[str]:
    checks = ec2_checks(action, request or {}, "us-east-1", OWNER, FakeLookup())
    assert all(check.account_id == OWNER for check in checks)
    assert all(check.shown == (None if check.resource == "*" else check.resource) for check in checks)
    own = f"ec2:{action} "
    return [f"{check.action} {check.resource.removeprefix(HERE)}".removeprefix(own) for check in checks]


@pytest.mark.parametrize(
    ("action", "request_", "expected"),
    [
        ("DescribeVpcs", {"VpcIds": ["vpc-1"]}, ["*"]),
        ("DescribeVpcAttribute", {"VpcId": "vpc-1", "Attribute": "enableDnsSupport"}, ["vpc/vpc-1"]),
        ("CreateDefaultVpc", {}, ["*"]),
        ("CreateVpc", {"CidrBlock": "10.0.0.0/16"}, ["vpc/*"]),
        ("DeleteVpc", {"VpcId": "vpc-1"}, ["vpc/vpc-1"]),
        ("CreateSubnet", {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"}, ["vpc/vpc-1", "subnet/*"]),
        ("CreateRouteTable", {"VpcId": "vpc-1"}, ["vpc/vpc-1", "route-table/*"]),
        (
            "AttachInternetGateway",
            {"InternetGatewayId": "igw-1", "VpcId": "vpc-1"},
            ["internet-gateway/igw-1", "vpc/vpc-1"],
        ),
        # the target of a route is not asked about
        ("CreateRoute", {"RouteTableId": "rtb-1", "GatewayId": "igw-1"}, ["route-table/rtb-1"]),
        (
            "AssociateRouteTable",
            {"RouteTableId": "rtb-1", "SubnetId": "subnet-1"},
            ["route-table/rtb-1", "subnet/subnet-1"],
        ),
        ("DisassociateRouteTable", {"AssociationId": "rtbassoc-1"}, ["*"]),
        (
            "CreateVpcEndpoint",
            {"VpcId": "vpc-1", "ServiceName": "com.amazonaws.us-east-1.s3", "RouteTableIds": ["rtb-1", "rtb-2"]},
            ["vpc/vpc-1", "route-table/rtb-1", "route-table/rtb-2", "vpc-endpoint/*"],
        ),
        (
            "ModifyVpcEndpoint",
            {"VpcEndpointId": "vpce-1", "AddRouteTableIds": ["rtb-1"], "PolicyDocument": "vpc-1"},
            ["vpc-endpoint/vpce-1", "route-table/rtb-1"],
        ),
        (
            "DeleteVpcEndpoints",
            {"VpcEndpointIds": ["vpce-1", "vpce-2"]},
            ["vpc-endpoint/vpce-1", "vpc-endpoint/vpce-2"],
        ),
        # nor are the peers of a rule, and a description is only text
        (
            "AuthorizeSecurityGroupIngress",
            {"GroupId": "sg-1", "IpPermissions": [{"UserIdGroupPairs": [{"GroupId": "sg-2"}]}]},
            ["security-group/sg-1"],
        ),
        (
            "ModifySecurityGroupRules",
            {
                "GroupId": "sg-1",
                "SecurityGroupRules": [
                    {"SecurityGroupRuleId": "sgr-1", "SecurityGroupRule": {"ReferencedGroupId": "sg-2"}}
                ],
            },
            ["security-group/sg-1", "security-group-rule/sgr-1"],
        ),
        (
            "CreateSecurityGroup",
            {"GroupName": "web", "Description": "sg-9", "VpcId": "vpc-1"},
            ["vpc/vpc-1", "security-group/*"],
        ),
        ("DeleteSecurityGroup", {"GroupName": "web"}, ["security-group/*"]),
        (
            "CreateTags",
            {"Resources": ["vpc-1", "subnet-1"], "Tags": [{"Key": "i-9"}]},
            ["vpc/vpc-1", "subnet/subnet-1"],
        ),
        ("TerminateInstances", {"InstanceIds": ["i-1", "i-2", "i-1"]}, ["instance/i-1", "instance/i-2"]),
        ("AllocateAddress", {"Domain": "vpc"}, ["elastic-ip/*"]),
        (
            "CreateNatGateway",
            {"SubnetId": "subnet-1", "AllocationId": "eipalloc-1"},
            ["subnet/subnet-1", "elastic-ip/eipalloc-1", "natgateway/*"],
        ),
        ("CreateKeyPair", {"KeyName": "mine"}, ["key-pair/mine"]),
        (
            "CreateVpcPeeringConnection",
            {"VpcId": "vpc-1", "PeerVpcId": "vpc-2", "PeerOwnerId": "210987654321"},
            ["vpc/vpc-1", "arn:aws:ec2:us-east-1:210987654321:vpc/vpc-2", "vpc-peering-connection/*"],
        ),
        (
            "CreateVpcPeeringConnection",
            {"VpcId": "vpc-1", "PeerVpcId": "vpc-2", "PeerRegion": "eu-west-1"},
            ["vpc/vpc-1", f"arn:aws:ec2:eu-west-1:{OWNER}:vpc/vpc-2", "vpc-peering-connection/*"],
        ),
        ("GetManagedPrefixListEntries", {"PrefixListId": "pl-1"}, ["prefix-list/pl-1"]),
        (
            "GetManagedPrefixListEntries",
            {"PrefixListId": "pl-63a5400a"},
            ["arn:aws:ec2:us-east-1:aws:prefix-list/pl-63a5400a"],
        ),
    ],
)
def test_one_check_for_each_resource(action: str, request_: dict[str, Any], expected: list[str]) -> None:
    assert asked(action, request_) == expected


def test_a_launch_is_asked_about_all_that_it_makes_and_uses() -> None:
    image = "arn:aws:ec2:us-east-1::image/ami-1"
    plain = {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1}
    made = ["instance/*", "network-interface/*", "security-group/*", "subnet/*", "volume/*"]
    assert asked("RunInstances", plain) == [image, *made]
    placed = {**plain, "SubnetId": "subnet-1", "SecurityGroupIds": ["sg-1", "sg-2"], "KeyName": "mine"}
    assert asked("RunInstances", placed) == [
        image,
        "subnet/subnet-1",
        "security-group/sg-1",
        "security-group/sg-2",
        "key-pair/mine",
        "instance/*",
        "network-interface/*",
        "volume/*",
    ]
    nested = {
        **plain,
        "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}, {"SubnetId": "subnet-1", "Groups": ["sg-1"]}],
    }
    assert asked("RunInstances", nested) == [
        image,
        "network-interface/eni-1",
        "subnet/subnet-1",
        "security-group/sg-1",
        "instance/*",
        "network-interface/*",
        "volume/*",
    ]
    taken = {**plain, "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}]}
    assert "network-interface/*" not in asked("RunInstances", taken)


def test_an_endpoint_of_another_regions_service() -> None:
    request = {"VpcId": "vpc-1", "SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    own = ["vpc/vpc-1", "subnet/subnet-1", "security-group/sg-1", "vpc-endpoint/*"]
    assert asked("CreateVpcEndpoint", {**request, "ServiceRegion": "us-east-1"}) == own
    assert asked("CreateVpcEndpoint", {**request, "ServiceRegion": "eu-west-1"}) == [*own, "vpce:AllowMultiRegion *"]


def test_rules_that_are_given_tags_are_asked_about() -> None:
    tags = [{"Key": "team", "Value": "blue"}]
    request = {"GroupId": "sg-1", "TagSpecifications": [{"ResourceType": "security-group-rule", "Tags": tags}]}
    assert asked("AuthorizeSecurityGroupIngress", request) == [
        "security-group/sg-1",
        "security-group-rule/*",
        "ec2:CreateTags security-group-rule/*",
    ]


def test_tags_for_what_is_made() -> None:
    tags = [{"Key": "Name", "Value": "web"}]
    request = {"CidrBlock": "10.0.0.0/16", "TagSpecifications": [{"ResourceType": "vpc", "Tags": tags}]}
    assert asked("CreateVpc", request) == ["vpc/*", "ec2:CreateTags vpc/*"]
    chosen = [{"ResourceType": "vpc", "Tags": [{"Key": "_custom_id_", "Value": "vpc-1"}]}]
    assert asked("CreateVpc", {**request, "TagSpecifications": chosen}) == ["vpc/*"]
    assert asked("CreateVpc", {**request, "TagSpecifications": [{"ResourceType": "vpc"}]}) == ["vpc/*"]


@pytest.mark.parametrize("profile", [{"Name": "web"}, {"Arn": "web"}])
@pytest.mark.parametrize("action", ["RunInstances", "AssociateIamInstanceProfile"])
def test_the_role_of_a_profile_is_passed(action: str, profile: dict[str, str]) -> None:
    request = {"InstanceId": "i-1", "ImageId": "ami-1", "IamInstanceProfile": profile}
    *_, last = ec2_checks(action, request, "us-east-1", OWNER, FakeLookup())
    assert (last.action, last.resource, last.shown) == ("iam:PassRole", WEB_ROLE, WEB_ROLE)
    instance = "instance/*" if action == "RunInstances" else "instance/i-1"
    assert dict(last.context) == {
        "iam:passedtoservice": "ec2.amazonaws.com",
        "iam:associatedresourcearn": f"{HERE}{instance}",
    }
    assert asked(action, request)[-1] == f"iam:PassRole {WEB_ROLE}"
    assert "iam:PassRole" not in " ".join(asked(action, {**request, "IamInstanceProfile": {"Name": "none"}}))


@pytest.mark.parametrize("action", sorted(EC2))
def test_every_action_that_is_served_is_in_the_table(action: str) -> None:
    assert asked(action, {})


def test_nothing_is_asked_of_an_action_that_the_table_does_not_have() -> None:
    with pytest.raises(KeyError):
        asked("InventVpc")


def test_the_table_says_what_it_means() -> None:
    """Every id that an action's own required type has is found under the member names that EC2 uses."""
    model = load_service("ec2")
    vague = [
        name for name in sorted(EC2) if asked(name) == ["*"] and name.startswith(("Delete", "Modify", "Terminate"))
    ]
    assert vague == ["DeleteKeyPair", "DeleteTags"], json.dumps(vague)
    assert set(EC2) <= set(model.operations)


def test_control_policies_see_the_keys_and_who_has_published_an_image() -> None:
    """Source: Organizations User Guide, "Example SCPs for Amazon EC2"; data perimeters as AWS's whitepaper has them."""
    door = Door()
    home = Home(door.region)
    instances = "arn:aws:ec2:*:*:instance/*"
    tokens = {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}
    foreign = {"StringNotEquals": {"aws:ResourceAccount": [OWNER, AMAZON]}}
    denials = (deny("ec2:RunInstances", resource=instances, Condition=tokens), deny("ec2:*", Condition=foreign))
    scps = compile_scps(((allow("*"), *denials),))
    members = {OWNER: Member("o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12/", scps)}
    door.authorizer = Authorizer(door.region.store, REGION_KEY, members)
    ana = door.user(allow("*"))

    def launches(image: str, **options: Any) -> str | None:
        request = {"ImageId": image, "SubnetId": home.subnet_id, "MetadataOptions": options}
        return door.asks(ana, "ec2:RunInstances", **request)

    by_amazon, by_canonical = "ami-0abcdef1234567890", "ami-0aaaaaaaaaaaaaaa4"
    assert launches(by_amazon, HttpTokens="required") is MAY
    refused = str(launches(by_amazon))
    assert (
        f"ec2:RunInstances on resource: {HERE}instance/* with an explicit deny in a service control policy" in refused
    )
    refused = str(launches(by_canonical, HttpTokens="required"))
    assert f"on resource: arn:aws:ec2:us-east-1::image/{by_canonical} with an explicit deny in a service" in refused


def test_an_image_that_a_parameter_names_is_asked_about() -> None:
    name, image_id = next(iter(IMAGE_PARAMETERS.items()))
    named, image = f"resolve:ssm:{name}", f"arn:aws:ec2:us-east-1::image/{image_id}"
    assert image in asked("RunInstances", {"ImageId": f"{named}:3"})
    assert asked("RunInstances", {"ImageId": named}) == asked("RunInstances", {"ImageId": image_id})
    assert "arn:aws:ec2:us-east-1::image/*" in asked("RunInstances", {"ImageId": "resolve:ssm:/golden"})
    door = Door()
    ana = door.user(allow("ec2:*"), deny("ec2:RunInstances", resource=image))
    told = str(door.asks(ana, "ec2:RunInstances", ImageId=named, MinCount=1, MaxCount=1))
    assert f"is not authorized to perform: ec2:RunInstances on resource: {image} with an explicit deny" in told


def test_every_key_that_is_said_to_be_set_is_set() -> None:
    world = World()
    vpc, subnet = world.vpc("bank"), world.subnet("private", "bank")
    world.vpc("vault", "10.9.0.0/16")
    world.internet_gateway("street", "bank")
    table, group = world.table("documents", "bank"), world.group("web", "bank")
    root = world.region.client()
    root(create_instance_profile, InstanceProfileName="web")
    profile = {"Name": "web"}
    instance = world.instance("teller", "private")
    peering, address = world.peering("tunnel", "bank", "vault"), world.address("public")
    pair = world.call("create_key_pair", KeyName="mine", TagSpecifications=[_tagged("key-pair")])["KeyName"]
    options = {"PrivateDnsPreference": "ALL_DOMAINS", "PrivateDnsSpecifiedDomains": ["bank.example"]}
    disk = {"VolumeType": "gp3", "VolumeSize": 8, "Iops": 3000, "Throughput": 125, "VolumeInitializationRate": 100}
    launch = {
        "ImageId": IMAGE,
        "KeyName": pair,
        "IamInstanceProfile": profile,
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1},
        "NetworkInterfaces": [{"SubnetId": subnet, "AssociatePublicIpAddress": True}],
        "BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {**disk, "SnapshotId": "snap-1"}}],
    }
    calls: list[tuple[str, dict[str, Any]]] = [
        ("RunInstances", launch),
        ("StopInstances", {"InstanceIds": [instance]}),
        ("AssociateIamInstanceProfile", {"InstanceId": instance, "IamInstanceProfile": profile}),
        ("CreateVpc", {"Ipv4IpamPoolId": "ipam-pool-1", "Ipv6IpamPoolId": "ipam-pool-2"}),
        ("ModifyVpcAttribute", {"VpcId": vpc, "EnableDnsSupport": {"Value": True}}),
        ("CreateVpcEndpoint", {"VpcId": vpc, "ServiceName": "s3", "DnsOptions": options, "SecurityGroupIds": [group]}),
        ("DeleteVpcPeeringConnection", {"VpcPeeringConnectionId": peering}),
        ("DeleteNetworkInterface", {"NetworkInterfaceId": world.interface("teller")}),
        ("DeleteRouteTable", {"RouteTableId": table}),
        ("DeleteInternetGateway", {"InternetGatewayId": world.ids["street"]}),
        ("ReleaseAddress", {"AllocationId": address}),
        ("CreateDhcpOptions", {"TagSpecifications": [_tagged("dhcp-options")]}),
        ("CreateNetworkAcl", {"VpcId": vpc}),
    ]
    lookup = Ec2Lookup(world.region.store, Scope(OWNER, "us-east-1"))
    checks = [one for action, request in calls for one in ec2_checks(action, request, "us-east-1", OWNER, lookup)]
    found = {key for check in checks for key in check.context if not check.action.startswith("iam:")}
    families = [key for key in EC2_KEYS if key.endswith("/")]
    exact = EC2_KEYS - set(families) - {"ec2:region"}  # which is of the whole call
    assert exact - found == set()
    assert [one for one in families if not any(key.startswith(one) for key in found)] == []
    assert {key for key in found if not is_carried(key, "ec2")} == set(), "what is set may be named"


def _tagged(kind: str) -> dict[str, Any]:
    return {"ResourceType": kind, "Tags": [{"Key": "team", "Value": "blue"}]}
