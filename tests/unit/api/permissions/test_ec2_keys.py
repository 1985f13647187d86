"""The condition keys of EC2's checks that come from the request, and from the endpoints that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from skywalk.actions.instance_profiles import create_instance_profile
from skywalk.actions.vpc_endpoints import create_vpc_endpoint
from skywalk.api.permissions.ec2 import ec2_checks
from skywalk.api.permissions.ec2_lookup import Ec2Lookup
from skywalk.values.scope import Scope
from support.region import OWNER
from support.world import World

S3 = "com.amazonaws.us-east-1.s3"


@dataclass
class Bank:
    world: World = field(default_factory=World)

    def keys(self, action: str, **request: Any) -> dict[str, Mapping[str, Any]]:
        """The keys of each check, by its action and the type of its resource."""
        lookup = Ec2Lookup(self.world.region.store, Scope(OWNER, "us-east-1"))
        checks = ec2_checks(action, request, "us-east-1", OWNER, lookup)
        return {
            f"{check.action.removeprefix('ec2:')} {check.resource.rpartition(':')[2].partition('/')[0]}": dict(
                check.context
            )
            for check in checks
        }


@pytest.fixture
def bank() -> Bank:
    return Bank()


def specification(kind: str, **tags: str) -> dict[str, Any]:
    return {"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def test_tags_of_what_is_made_are_keys_of_its_check_and_of_tagging_it(bank: Bank) -> None:
    request = {"VpcId": "vpc-1", "TagSpecifications": [specification("subnet", Team="blue", cost="1")]}
    given = {
        "aws:requesttag/team": "blue",
        "aws:requesttag/cost": "1",
        "aws:tagkeys": ("Team", "cost"),
    }
    assert bank.keys("CreateSubnet", CidrBlock="10.0.0.0/24", **request) == {
        "CreateSubnet vpc": {},
        "CreateSubnet subnet": {**given, "ec2:subnetid": "*"},
        "CreateTags subnet": {**given, "ec2:createaction": "CreateSubnet"},
    }


def test_tags_are_those_of_the_type_that_they_are_for(bank: Bank) -> None:
    specifications = [specification("instance", team="blue"), specification("volume", disk="1")]
    found = bank.keys("RunInstances", ImageId="ami-1", SubnetId="subnet-1", TagSpecifications=specifications)
    assert found["RunInstances instance"]["aws:tagkeys"] == ("team",)
    assert found["RunInstances volume"]["aws:tagkeys"] == ("disk",)
    assert "aws:tagkeys" not in found["RunInstances subnet"]


def test_the_tag_that_chooses_an_id_is_none(bank: Bank) -> None:
    chosen = bank.keys("CreateVpc", CidrBlock="10.0.0.0/16", TagSpecifications=[specification("vpc", _custom_id_="x")])
    assert chosen == {"CreateVpc vpc": {"ec2:vpcid": "*"}}


def test_tags_that_are_given_or_taken_concern_every_resource(bank: Bank) -> None:
    tags = [{"Key": "Team", "Value": "blue"}]
    both = {"aws:requesttag/team": "blue", "aws:tagkeys": ("Team",)}
    assert bank.keys("CreateTags", Resources=["vpc-1", "subnet-1"], Tags=tags) == {
        "CreateTags vpc": both,
        "CreateTags subnet": both,
    }
    assert bank.keys("DeleteTags", Resources=["vpc-1"], Tags=[{"Key": "Team"}]) == {
        "DeleteTags vpc": {"aws:tagkeys": ("Team",)}
    }


def test_the_service_of_a_new_endpoint(bank: Bank) -> None:
    here = bank.keys("CreateVpcEndpoint", VpcId="vpc-1", ServiceName=S3)
    assert here["CreateVpcEndpoint vpc-endpoint"] == {
        "ec2:vpceservicename": S3,
        "ec2:vpceserviceowner": "amazon",
        "ec2:vpceserviceregion": "us-east-1",
    }
    assert here["CreateVpcEndpoint vpc"] == {}
    there = bank.keys("CreateVpcEndpoint", VpcId="vpc-1", ServiceRegion="eu-west-1")
    assert there["CreateVpcEndpoint vpc-endpoint"] == {
        "ec2:vpceserviceowner": "amazon",
        "ec2:vpceserviceregion": "eu-west-1",
    }


def test_the_service_of_an_endpoint_that_is_there(bank: Bank) -> None:
    vpc_id = bank.world.vpc("bank")
    made = bank.world.do(create_vpc_endpoint, VpcId=vpc_id, ServiceName=S3)["VpcEndpoint"]["VpcEndpointId"]
    assert bank.keys("DeleteVpcEndpoints", VpcEndpointIds=[made]) == {
        "DeleteVpcEndpoints vpc-endpoint": {"ec2:vpceservicename": S3, "ec2:vpceserviceregion": "us-east-1"}
    }
    assert bank.keys("ModifyVpcEndpoint", VpcEndpointId=made) == {
        "ModifyVpcEndpoint vpc-endpoint": {"ec2:vpceserviceregion": "us-east-1"}
    }
    assert bank.keys("DeleteVpcEndpoints", VpcEndpointIds=["vpce-0bad"]) == {"DeleteVpcEndpoints vpc-endpoint": {}}


def test_the_private_dns_options_of_a_new_endpoint(bank: Bank) -> None:
    options = {"PrivateDnsPreference": "SPECIFIED_DOMAINS_ONLY", "PrivateDnsSpecifiedDomains": ["a.example"]}
    made = bank.keys("CreateVpcEndpoint", VpcId="vpc-1", ServiceName=S3, DnsOptions=options)
    found = made["CreateVpcEndpoint vpc-endpoint"]
    assert found["ec2:vpceprivatednspreference"] == "SPECIFIED_DOMAINS_ONLY"
    assert found["ec2:vpceprivatednsspecifieddomains"] == ("a.example",)


@pytest.mark.parametrize(
    ("action", "kind", "request_", "expected"),
    [
        (
            "ModifyVpcAttribute",
            "vpc",
            {"VpcId": "vpc-1", "EnableDnsSupport": {"Value": False}},
            {"attribute": "EnableDnsSupport", "attribute/enablednssupport": "false"},
        ),
        (
            "ModifyInstanceMetadataOptions",
            "instance",
            {"InstanceId": "i-1", "HttpTokens": "required", "HttpPutResponseHopLimit": 2, "DryRun": True},
            {
                "attribute": ("HttpTokens", "HttpPutResponseHopLimit"),
                "attribute/httptokens": "required",
                "attribute/httpputresponsehoplimit": "2",
            },
        ),
        (
            "ModifyInstanceAttribute",
            "instance",
            {"InstanceId": "i-1", "DisableApiTermination": {"Value": True}},
            {"attribute": "DisableApiTermination", "attribute/disableapitermination": "true"},
        ),
        (
            "ModifyInstanceAttribute",
            "instance",
            {"InstanceId": "i-1", "Attribute": "disableApiStop", "Value": "true"},
            {"attribute": "DisableApiStop", "attribute/disableapistop": "true"},
        ),
        # of which nobody says the new value
        (
            "ModifyInstanceAttribute",
            "instance",
            {"InstanceId": "i-1", "UserData": {"Value": b"#!"}},
            {"attribute": "UserData"},
        ),
        # neither a single value nor an object with a Value alone
        ("ModifyInstanceAttribute", "instance", {"InstanceId": "i-1", "Groups": ["sg-1"]}, {}),
        (
            "ModifyVpcEndpoint",
            "vpc-endpoint",
            {"VpcEndpointId": "vpce-1", "PrivateDnsEnabled": True, "AddSubnetIds": ["subnet-1"]},
            {"attribute": "PrivateDnsEnabled", "attribute/privatednsenabled": "true"},
        ),
        (
            "ModifySubnetAttribute",
            "subnet",
            {"SubnetId": "subnet-1", "MapPublicIpOnLaunch": {"Value": True}},
            {"attribute": "MapPublicIpOnLaunch", "attribute/mappubliciponlaunch": "true"},
        ),
        (
            "CreateVpcPeeringConnection",
            "vpc-peering-connection",
            {"VpcId": "vpc-1", "PeerVpcId": "vpc-2", "PeerOwnerId": "210987654321", "PeerRegion": "eu-west-1"},
            {
                "vpcpeeringconnectionid": "*",
                "requestervpc": f"arn:aws:ec2:us-east-1:{OWNER}:vpc/vpc-1",
                "acceptervpc": "arn:aws:ec2:eu-west-1:210987654321:vpc/vpc-2",
            },
        ),
        ("CreateKeyPair", "key-pair", {"KeyName": "mine"}, {"keypairtype": "rsa"}),
        ("CreateKeyPair", "key-pair", {"KeyName": "mine", "KeyType": "ed25519"}, {"keypairtype": "ed25519"}),
        ("ImportKeyPair", "key-pair", {"KeyName": "mine"}, {}),
        (
            "AssociateIamInstanceProfile",
            "instance",
            {"InstanceId": "i-1", "IamInstanceProfile": {"Name": "web"}},
            {"newinstanceprofile": f"arn:aws:iam::{OWNER}:instance-profile/web"},
        ),
        ("CreateVpc", "vpc", {"Ipv4IpamPoolId": "ipam-pool-1"}, {"vpcid": "*", "ipv4ipampoolid": "ipam-pool-1"}),
        ("CreateSecurityGroup", "security-group", {"GroupName": "g"}, {"securitygroupid": "*"}),
        ("CreateRouteTable", "route-table", {"VpcId": "vpc-1"}, {"routetableid": "*"}),
        ("CreateNetworkInterface", "network-interface", {"SubnetId": "subnet-1"}, {"networkinterfaceid": "*"}),
        ("AllocateAddress", "elastic-ip", {"Domain": "vpc"}, {}),
    ],
)
def test_what_a_request_says(
    bank: Bank, action: str, kind: str, request_: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = bank.keys(action, **request_)[f"{action} {kind}"]
    assert found == {f"ec2:{name}": value for name, value in expected.items()}


def test_the_profile_that_is_there_has_its_path(bank: Bank) -> None:
    root = bank.world.region.client()
    root(create_instance_profile, InstanceProfileName="web", Path="/bank/")
    arn = f"arn:aws:iam::{OWNER}:instance-profile/bank/web"
    for named in ({"Name": "web"}, {"Arn": arn}):
        request = {"InstanceId": "i-1", "IamInstanceProfile": named}
        assert bank.keys("AssociateIamInstanceProfile", **request)["AssociateIamInstanceProfile instance"] == {
            "ec2:newinstanceprofile": arn
        }
