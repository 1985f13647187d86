from __future__ import annotations

import re
from typing import Any

import pytest

from skywalk.actions.vpc_endpoint_services import describe_vpc_endpoint_services
from support.region import Client, Region

S3 = "com.amazonaws.us-east-1.s3"
DYNAMODB = "com.amazonaws.us-east-1.dynamodb"
MONITORING = "com.amazonaws.us-east-1.monitoring"


@pytest.fixture
def ec2() -> Client:
    return Region().client()


def names(ec2: Client, name: str, *values: str, **request: Any) -> list[str]:
    answer = ec2(describe_vpc_endpoint_services, Filters=[{"Name": name, "Values": list(values)}], **request)
    assert list(dict.fromkeys(detail["ServiceName"] for detail in answer["ServiceDetails"])) == answer["ServiceNames"]
    return list(answer["ServiceNames"])


def test_the_gateway_services_of_a_region(ec2: Client) -> None:
    answer = ec2(describe_vpc_endpoint_services, Filters=[{"Name": "service-type", "Values": ["Gateway"]}])
    assert answer["ServiceNames"] == [DYNAMODB, S3]
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
        for name in (DYNAMODB, S3)
    ]
    assert len(set(ids)) == 2
    assert all(re.fullmatch("vpce-svc-[0-9a-f]{17}", service_id) for service_id in ids)


def test_an_interface_service(ec2: Client) -> None:
    (detail,) = ec2(describe_vpc_endpoint_services, ServiceNames=[MONITORING])["ServiceDetails"]
    assert detail["ServiceType"] == [{"ServiceType": "Interface"}]
    assert detail["BaseEndpointDnsNames"] == ["monitoring.us-east-1.vpce.amazonaws.com"]
    assert detail["PrivateDnsName"] == "monitoring.us-east-1.amazonaws.com"
    assert [one["PrivateDnsName"] for one in detail["PrivateDnsNames"]] == [
        "monitoring.us-east-1.amazonaws.com",
        "monitoring.us-east-1.api.aws",
        "monitoring-fips.us-east-1.amazonaws.com",
        "monitoring-fips.us-east-1.api.aws",
    ]
    assert detail["PrivateDnsNameVerificationState"] == "verified"


def test_two_details_of_one_name(ec2: Client) -> None:
    answer = ec2(describe_vpc_endpoint_services, ServiceNames=[S3, DYNAMODB])
    assert answer["ServiceNames"] == [DYNAMODB, S3]
    details = [(one["ServiceName"], one["ServiceType"][0]["ServiceType"]) for one in answer["ServiceDetails"]]
    assert details == [(DYNAMODB, "Gateway"), (DYNAMODB, "Interface"), (S3, "Gateway"), (S3, "Interface")]
    assert len({one["ServiceId"] for one in answer["ServiceDetails"]}) == 4
    assert "PrivateDnsName" not in answer["ServiceDetails"][1]


def test_there_are_all_that_aws_lists(ec2: Client) -> None:
    answer = ec2(describe_vpc_endpoint_services)
    assert len(answer["ServiceDetails"]) == 453
    assert len(answer["ServiceNames"]) == 451
    assert answer["ServiceNames"] == sorted(answer["ServiceNames"])


def test_a_service_keeps_its_id_and_regions_differ(ec2: Client) -> None:
    ids = [
        client(describe_vpc_endpoint_services, ServiceNames=[f"com.amazonaws.{client.region}.kms"])["ServiceDetails"][0]
        for client in (ec2, Region().client(), ec2.elsewhere("eu-west-1"))
    ]
    assert ids[0]["ServiceId"] == ids[1]["ServiceId"] != ids[2]["ServiceId"]


def test_filters(ec2: Client) -> None:
    assert names(ec2, "service-name", "*.s3") == [S3]
    assert names(ec2, "service-name", "s3") == []
    assert names(ec2, "service-type", "Gateway") == [DYNAMODB, S3]
    assert len(names(ec2, "service-type", "Interface")) == 451
    assert names(ec2, "service-type", "GatewayLoadBalancer") == []
    assert len(names(ec2, "owner", "amazon")) == 451
    assert len(names(ec2, "service-region", "us-east-1", "eu-west-1")) == 451
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


def test_services_of_other_regions_are_those_that_can_be_reached(ec2: Client) -> None:
    answer = ec2(describe_vpc_endpoint_services, ServiceRegions=["eu-west-1"])
    short = ("ecr.api", "ecr.dkr", "ecs", "kinesis-firehose", "kinesisanalytics", "kinesisanalytics-fips")
    assert answer["ServiceNames"] == [
        f"com.amazonaws.eu-west-1.{name}" for name in (*short, "kms", "kms-fips", "lambda", "s3")
    ]
    assert {detail["ServiceType"][0]["ServiceType"] for detail in answer["ServiceDetails"]} == {"Interface"}
    assert {detail["ServiceRegion"] for detail in answer["ServiceDetails"]} == {"eu-west-1"}
    both = ec2(describe_vpc_endpoint_services, ServiceRegions=["us-east-1", "eu-west-1", "us-east-1"])
    assert len(both["ServiceDetails"]) == 453 + len(answer["ServiceDetails"])
    elsewhere = ec2.elsewhere("eu-west-1")
    global_ones = names(
        elsewhere, "service-name", "com.amazonaws.[!u]*", "com.amazonaws.iam", ServiceRegions=["us-east-1"]
    )
    assert global_ones == ["com.amazonaws.iam"]
    assert (
        ec2.refusal(
            describe_vpc_endpoint_services, ServiceRegions=["eu-west-1"], ServiceNames=["com.amazonaws.eu-west-1.sqs"]
        )[0]
        == "InvalidServiceName"
    )
    shown = ec2(describe_vpc_endpoint_services, ServiceRegions=["nowhere-1"])
    assert shown == {"ServiceNames": [], "ServiceDetails": []}


def test_pages_and_what_is_wrong_with_them(ec2: Client) -> None:
    found: list[Any] = []
    token: dict[str, str] = {}
    while len(found) < 453:
        answer = ec2(describe_vpc_endpoint_services, MaxResults=200, **token)
        found += answer["ServiceDetails"]
        token = {"NextToken": answer["NextToken"]} if "NextToken" in answer else {}
    assert token == {}
    assert found == ec2(describe_vpc_endpoint_services)["ServiceDetails"]
    assert ec2.refusal(describe_vpc_endpoint_services, NextToken="nonsense")[0] == "InvalidNextToken"
    assert ec2.refusal(describe_vpc_endpoint_services, MaxResults=0)[0] == "InvalidMaxResults"
