"""Tags and what clients read and change beside them, by boto3."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_tags_come_and_go(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.70.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "bank"}, {"Key": "team", "Value": "core"}])
    ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "team"}])
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Tags"] == [{"Key": "Name", "Value": "bank"}]
    described = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [vpc]}])["Tags"]
    assert described == [{"Key": "Name", "ResourceId": vpc, "ResourceType": "vpc", "Value": "bank"}]
    with pytest.raises(ClientError, match=r"InvalidVpcID.NotFound"):
        ec2.delete_tags(Resources=["vpc-0123456789abcdef0"], Tags=[{"Key": "team"}])


def test_attributes_are_read_as_they_were_set(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.71.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    answer = ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsHostnames")
    assert answer["EnableDnsHostnames"] == {"Value": True}
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.71.1.0/24")["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    assert ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["MapPublicIpOnLaunch"] is True
    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        ec2.modify_subnet_attribute(SubnetId=subnet)


def test_regions_have_their_names_and_endpoints(ec2: Any) -> None:
    [region] = ec2.describe_regions(RegionNames=["eu-central-1"])["Regions"]
    assert (region["RegionName"], region["Endpoint"]) == ("eu-central-1", "ec2.eu-central-1.amazonaws.com")
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        ec2.describe_regions(RegionNames=["eu-nowhere-1"])


def test_a_rule_gets_another_description(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.72.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(VpcId=vpc, GroupName="own", Description="own")["GroupId"]
    everywhere = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all of it"}]}
    assert ec2.update_security_group_rule_descriptions_egress(GroupId=group, IpPermissions=[everywhere])["Return"]
    rules = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissionsEgress"]
    assert rules[0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0", "Description": "all of it"}]
