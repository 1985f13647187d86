from __future__ import annotations

import pytest

from skywalk.actions.account_attributes import (
    describe_account_attributes,
    describe_vpc_classic_link,
    describe_vpc_classic_link_dns_support,
)
from skywalk.actions.default_vpcs import create_default_vpc
from skywalk.actions.vpcs import create_vpc
from support.region import Client, Region


@pytest.fixture
def ec2() -> Client:
    return Region().client()


def attributes(ec2: Client, *names: str) -> dict[str, list[str]]:
    shown = ec2(describe_account_attributes, AttributeNames=list(names))["AccountAttributes"]
    return {one["AttributeName"]: [value["AttributeValue"] for value in one["AttributeValues"]] for one in shown}


def test_all_attributes(ec2: Client) -> None:
    assert attributes(ec2) == {
        "supported-platforms": ["VPC"],
        "vpc-max-security-groups-per-interface": ["5"],
        "max-elastic-ips": ["5"],
        "max-instances": ["20"],
        "vpc-max-elastic-ips": ["5"],
        "default-vpc": ["none"],
    }


def test_named_attributes_and_the_default_vpc(ec2: Client) -> None:
    ec2(create_vpc, CidrBlock="10.0.0.0/16")
    vpc_id = ec2(create_default_vpc)["Vpc"]["VpcId"]
    assert attributes(ec2, "default-vpc", "supported-platforms") == {
        "default-vpc": [vpc_id],
        "supported-platforms": ["VPC"],
    }


def test_an_attribute_that_is_none(ec2: Client) -> None:
    assert ec2.refusal(describe_account_attributes, AttributeNames=["colour"]) == (
        "InvalidParameterValue",
        "Value (colour) for parameter attributeName is invalid. Unknown attribute.",
    )


def test_no_vpc_has_classic_link(ec2: Client) -> None:
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    enabled = [{"Name": "is-classic-link-enabled", "Values": ["true"]}]
    assert ec2(describe_vpc_classic_link, VpcIds=[vpc_id], Filters=enabled) == {"Vpcs": []}
    assert ec2(describe_vpc_classic_link) == {"Vpcs": []}
    assert ec2(describe_vpc_classic_link_dns_support, VpcIds=[vpc_id]) == {"Vpcs": []}
    missing = "vpc-00000000000000000"
    not_found = ("InvalidVpcID.NotFound", f"The vpc ID '{missing}' does not exist")
    assert ec2.refusal(describe_vpc_classic_link, VpcIds=[missing]) == not_found
    assert ec2.refusal(describe_vpc_classic_link_dns_support, VpcIds=[missing]) == not_found
    assert ec2.refusal(describe_vpc_classic_link, Filters=[{"Name": "colour", "Values": ["red"]}]) == (
        "InvalidParameterValue",
        "The filter 'colour' is invalid",
    )
