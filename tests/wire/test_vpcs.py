"""VPCs with their blocks, attributes and DHCP options, by stock clients."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.waiting import wait_until
from support.wire_region import WireRegion


def refused(call: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_second_block_comes_and_goes(wire: WireRegion, ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    added = ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="100.64.0.0/20")["CidrBlockAssociation"]
    assert added["CidrBlockState"]["State"] == "associating"
    [shown] = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    assert [one["CidrBlockState"]["State"] for one in shown["CidrBlockAssociationSet"]] == ["associated"] * 2
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="100.64.0.0/24")["Subnet"]["SubnetId"]
    wait_until(lambda: [segment.subnet_id for segment in wire.driver.plans[vpc].segments] == [subnet])
    assert "100.64.0.0/20" in {str(route.destination) for route in wire.driver.plans[vpc].routes}
    by_block = [{"Name": "cidr-block-association.cidr-block", "Values": ["100.64.0.0/20"]}]
    assert [one["VpcId"] for one in ec2.describe_vpcs(Filters=by_block)["Vpcs"]] == [vpc]
    assert refused(ec2.disassociate_vpc_cidr_block, AssociationId=added["AssociationId"]) == (
        "InvalidCidrBlock.InUse",
        f"The vpc {vpc} currently has a subnet within CIDR block 100.64.0.0/20",
    )
    ec2.delete_subnet(SubnetId=subnet)
    gone = ec2.disassociate_vpc_cidr_block(AssociationId=added["AssociationId"])
    assert gone["CidrBlockAssociation"]["CidrBlockState"]["State"] == "disassociating"
    assert len(ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlockAssociationSet"]) == 1
    assert refused(ec2.associate_vpc_cidr_block, VpcId=vpc, CidrBlock="192.168.0.0/16")[0] == "InvalidVpc.Range"


def test_dhcp_options_from_their_making_to_their_end(ec2: Any) -> None:
    made = ec2.create_dhcp_options(
        DhcpConfigurations=[
            {"Key": "domain-name", "Values": ["bank.example"]},
            {"Key": "domain-name-servers", "Values": ["10.0.0.10", "10.0.0.11"]},
        ],
        TagSpecifications=[{"ResourceType": "dhcp-options", "Tags": [{"Key": "Name", "Value": "bank"}]}],
    )["DhcpOptions"]
    options = made["DhcpOptionsId"]
    assert ec2.describe_dhcp_options(DhcpOptionsIds=[options])["DhcpOptions"] == [made]
    pages = ec2.get_paginator("describe_dhcp_options").paginate(PaginationConfig={"PageSize": 5})
    assert options in [one["DhcpOptionsId"] for page in pages for one in page["DhcpOptions"]]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=vpc)
    assert refused(ec2.delete_dhcp_options, DhcpOptionsId=options)[0] == "DependencyViolation"
    ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=vpc)
    ec2.delete_dhcp_options(DhcpOptionsId=options)
    assert refused(ec2.describe_dhcp_options, DhcpOptionsIds=[options])[0] == "InvalidDhcpOptionsID.NotFound"
    unknown = [{"Key": "router", "Values": ["10.0.0.1"]}]
    assert refused(ec2.create_dhcp_options, DhcpConfigurations=unknown) == (
        "InvalidParameterValue",
        "Value (router) for parameter name is invalid. Unknown DHCP option",
    )
    dry = {"DhcpConfigurations": [{"Key": "domain-name", "Values": ["a.example"]}], "DryRun": True}
    assert refused(ec2.create_dhcp_options, **dry)[0] == "DryRunOperation"


def test_tenancy_and_what_clients_ask_of_accounts(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", InstanceTenancy="dedicated")["Vpc"]["VpcId"]
    assert ec2.modify_vpc_tenancy(VpcId=vpc, InstanceTenancy="default")["ReturnValue"] is True
    attributes = {
        one["AttributeName"]: [value["AttributeValue"] for value in one["AttributeValues"]]
        for one in ec2.describe_account_attributes()["AccountAttributes"]
    }
    assert attributes["supported-platforms"] == ["VPC"]
    assert attributes["max-instances"] == ["20"]
    assert ec2.describe_vpc_classic_link(VpcIds=[vpc])["Vpcs"] == []
    assert ec2.describe_vpc_classic_link_dns_support(VpcIds=[vpc])["Vpcs"] == []
    zones = ec2.describe_availability_zones(
        Filters=[{"Name": "zone-id", "Values": ["use1-az1"]}, {"Name": "state", "Values": ["available"]}]
    )["AvailabilityZones"]
    assert [zone["ZoneName"] for zone in zones] == ["us-east-1a"]
