from __future__ import annotations

import re

import pytest

from skywalk.actions.vpc_endpoint_services import describe_vpc_endpoint_services
from support.region import Client, Region

S3 = "com.amazonaws.us-east-1.s3"
DYNAMODB = "com.amazonaws.us-east-1.dynamodb"


@pytest.fixture
def ec2() -> Client:
    return Region().client()


def names(ec2: Client, name: str, *values: str) -> list[str]:
    answer = ec2(describe_vpc_endpoint_services, Filters=[{"Name": name, "Values": list(values)}])
    assert [detail["ServiceName"] for detail in answer["ServiceDetails"]] == answer["ServiceNames"]
    return list(answer["ServiceNames"])


def test_the_services_of_a_region(ec2: Client) -> None:
    answer = ec2(describe_vpc_endpoint_services)
    assert answer["ServiceNames"] == [S3, DYNAMODB]
    ids = [detail.pop("ServiceId") for detail in answer["ServiceDetails"]]
    assert answer["ServiceDetails"] == [
        {
            "ServiceName": name,
            "ServiceType": [{"ServiceType": "Gateway"}],
            "ServiceRegion": "us-east-1",
            "AvailabilityZoneIds": [f"use1-az{number}" for number in range(1, 7)],
            "AvailabilityZones": [f"us-east-1{letter}" for letter in "abcdef"],
            "Owner": "amazon",
            "BaseEndpointDnsNames": [f"{name.rpartition('.')[2]}.us-east-1.amazonaws.com"],
            "PrivateDnsNames": [],
            "VpcEndpointPolicySupported": True,
            "AcceptanceRequired": False,
            "ManagesVpcEndpoints": False,
            "Tags": [],
            "SupportedIpAddressTypes": ["ipv4"],
        }
        for name in (S3, DYNAMODB)
    ]
    assert len(set(ids)) == 2
    assert all(re.fullmatch("vpce-svc-[0-9a-f]{17}", service_id) for service_id in ids)


def test_a_service_keeps_its_id_and_regions_differ(ec2: Client) -> None:
    ids = [
        client(describe_vpc_endpoint_services)["ServiceDetails"][0]["ServiceId"]
        for client in (ec2, Region().client(), ec2.elsewhere("eu-west-1"))
    ]
    assert ids[0] == ids[1] != ids[2]


def test_filters(ec2: Client) -> None:
    assert names(ec2, "service-name", "*.s3") == [S3]
    assert names(ec2, "service-name", "s3") == []
    assert names(ec2, "service-type", "Gateway") == [S3, DYNAMODB]
    assert names(ec2, "service-type", "Interface") == []
    assert names(ec2, "owner", "amazon") == [S3, DYNAMODB]
    assert names(ec2, "service-region", "us-east-1", "eu-west-1") == [S3, DYNAMODB]
    assert names(ec2, "supported-ip-address-types", "ipv6") == []
    assert names(ec2, "tag-key", "*") == []
    assert ec2.refusal(describe_vpc_endpoint_services, Filters=[{"Name": "service", "Values": ["s3"]}]) == (
        "InvalidFilter",
        "The filter 'service' is invalid",
    )


def test_services_by_name(ec2: Client) -> None:
    assert ec2(describe_vpc_endpoint_services, ServiceNames=[S3])["ServiceNames"] == [S3]
    assert ec2.refusal(describe_vpc_endpoint_services, ServiceNames=["com.amazonaws.eu-west-1.s3"]) == (
        "InvalidServiceName",
        "The Vpc Endpoint Service 'com.amazonaws.eu-west-1.s3' does not exist",
    )
    assert ec2.refusal(describe_vpc_endpoint_services, ServiceNames=[S3, "a", "b"]) == (
        "InvalidServiceName",
        "The Vpc Endpoint Services 'a, b' do not exist",
    )


def test_services_of_other_regions(ec2: Client) -> None:
    answer = ec2(describe_vpc_endpoint_services, ServiceRegions=["eu-west-1", "eu-central-1"])
    regions = ("eu-west-1", "eu-central-1")
    assert answer["ServiceNames"] == [f"com.amazonaws.{one}.{name}" for one in regions for name in ("s3", "dynamodb")]
    assert [detail["ServiceRegion"] for detail in answer["ServiceDetails"]] == [one for one in regions for _ in "ab"]
    shown = ec2(describe_vpc_endpoint_services, ServiceRegions=["nowhere-1"])
    assert shown == {"ServiceNames": [], "ServiceDetails": []}


def test_pages_and_what_is_wrong_with_them(ec2: Client) -> None:
    first = ec2(describe_vpc_endpoint_services, MaxResults=5, ServiceRegions=["us-east-1", "eu-west-1", "eu-west-2"])
    assert len(first["ServiceDetails"]) == 5
    rest = ec2(
        describe_vpc_endpoint_services,
        MaxResults=5,
        NextToken=first["NextToken"],
        ServiceRegions=["us-east-1", "eu-west-1", "eu-west-2"],
    )
    assert rest["ServiceNames"] == ["com.amazonaws.eu-west-2.dynamodb"]
    assert ec2.refusal(describe_vpc_endpoint_services, NextToken="nonsense")[0] == "InvalidNextToken"
    assert ec2.refusal(describe_vpc_endpoint_services, MaxResults=0)[0] == "InvalidMaxResults"
