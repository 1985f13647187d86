"""Gateway endpoints for S3 and DynamoDB, by boto3 as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.wire_region import WireRegion

S3, DYNAMODB = "com.amazonaws.us-east-1.s3", "com.amazonaws.us-east-1.dynamodb"
ONE_TABLE = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "dynamodb:GetItem",
                "Resource": "arn:aws:dynamodb:us-east-1:123456789012:table/music",
            }
        ],
    }
)


class Place:
    """A VPC with two route tables."""

    def __init__(self, ec2: Any) -> None:
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.first, self.second = (
            ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"] for _ in range(2)
        )


@pytest.fixture
def place(ec2: Any) -> Place:
    return Place(ec2)


def routes(ec2: Any, table: str) -> dict[str, str]:
    """Prefix list → endpoint."""
    found = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    return {one["DestinationPrefixListId"]: one["GatewayId"] for one in found if "DestinationPrefixListId" in one}


def test_both_services_in_one_table_and_modify_in_every_form(wire: WireRegion, ec2: Any, place: Place) -> None:
    made = {
        name: ec2.create_vpc_endpoint(VpcId=place.vpc, ServiceName=name, RouteTableIds=[place.first])["VpcEndpoint"]
        for name in (S3, DYNAMODB)
    }
    assert [one["State"] for one in made.values()] == ["available", "available"]
    s3, dynamodb = (one["VpcEndpointId"] for one in made.values())
    assert routes(ec2, place.first) == {"pl-63a5400a": s3, "pl-02cd2c6b": dynamodb}
    changed = ec2.modify_vpc_endpoint(
        VpcEndpointId=dynamodb,
        AddRouteTableIds=[place.second],
        RemoveRouteTableIds=[place.first],
        PolicyDocument=ONE_TABLE,
    )
    assert changed["Return"] is True
    assert (routes(ec2, place.first), routes(ec2, place.second)) == ({"pl-63a5400a": s3}, {"pl-02cd2c6b": dynamodb})
    rows = {row.vpc_endpoint_id: row for row in wire.driver.plans[place.vpc].gateway_endpoints}
    assert (rows[dynamodb].service, rows[dynamodb].policy) == ("dynamodb", ONE_TABLE)
    ec2.modify_vpc_endpoint(VpcEndpointId=dynamodb, ResetPolicy=True)
    pages = ec2.get_paginator("describe_vpc_endpoints").paginate(
        Filters=[{"Name": "vpc-id", "Values": [place.vpc]}], PaginationConfig={"PageSize": 1}
    )
    shown = {one["VpcEndpointId"]: one for page in pages for one in page["VpcEndpoints"]}
    assert shown.keys() == {s3, dynamodb}
    assert json.loads(shown[dynamodb]["PolicyDocument"])["Statement"][0]["Action"] == "*"
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[s3, dynamodb])["Unsuccessful"] == []
    assert routes(ec2, place.first) == routes(ec2, place.second) == {}


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        (
            {"ServiceName": "com.amazonaws.us-east-1.nothing"},
            "InvalidServiceName",
            "The Vpc Endpoint Service 'com.amazonaws.us-east-1.nothing' does not exist",
        ),
        (
            {"ServiceName": "com.amazonaws.us-east-1.ssm"},
            "InvalidParameter",
            "Endpoint type (Gateway) does not match available service types ([Interface]).",
        ),
        (
            {"ServiceName": DYNAMODB, "SubnetIds": ["subnet-0123456789abcdef0"]},
            "InvalidParameter",
            "Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.",
        ),
        ({"ServiceName": DYNAMODB, "PolicyDocument": "{"}, "InvalidPolicyDocument", None),
        ({"ServiceName": DYNAMODB, "DryRun": True}, "DryRunOperation", None),
    ],
)
def test_refusals(ec2: Any, place: Place, request_: dict[str, Any], code: str, text: str | None) -> None:
    with pytest.raises(ClientError) as caught:
        ec2.create_vpc_endpoint(VpcId=place.vpc, **request_)
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert text is None or error["Message"] == text


def test_endpoint_routes_are_out_of_reach_of_route_calls(ec2: Any, place: Place) -> None:
    made = ec2.create_vpc_endpoint(VpcId=place.vpc, ServiceName=DYNAMODB, RouteTableIds=[place.first])["VpcEndpoint"]
    route = {"RouteTableId": place.first, "DestinationPrefixListId": "pl-02cd2c6b"}
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=place.vpc)
    for call, parameters, code in (
        (ec2.create_route, {**route, "GatewayId": gateway}, "RouteAlreadyExists"),
        (ec2.replace_route, {**route, "GatewayId": gateway}, "InvalidParameterValue"),
        (ec2.delete_route, route, "InvalidParameterValue"),
    ):
        with pytest.raises(ClientError) as caught:
            call(**parameters)
        assert caught.value.response["Error"]["Code"] == code
    assert routes(ec2, place.first) == {"pl-02cd2c6b": made["VpcEndpointId"]}
    with pytest.raises(ClientError) as caught:
        ec2.delete_vpc(VpcId=place.vpc)
    assert caught.value.response["Error"]["Code"] == "DependencyViolation"


def test_the_services_are_described_whole(ec2: Any) -> None:
    found = ec2.describe_vpc_endpoint_services(ServiceNames=[DYNAMODB, S3])
    assert set(found["ServiceNames"]) == {DYNAMODB, S3}
    kinds = {(detail["ServiceName"], detail["ServiceType"][0]["ServiceType"]) for detail in found["ServiceDetails"]}
    assert kinds == {(name, kind) for name in (DYNAMODB, S3) for kind in ("Gateway", "Interface")}
    for detail in found["ServiceDetails"]:
        domain = "vpce.amazonaws.com" if detail["ServiceType"] == [{"ServiceType": "Interface"}] else "amazonaws.com"
        assert detail["VpcEndpointPolicySupported"] is True
        short = detail["ServiceName"].rpartition(".")[2]
        assert detail["BaseEndpointDnsNames"] == [f"{short}.us-east-1.{domain}"]
    with pytest.raises(ClientError) as caught:
        ec2.describe_vpc_endpoint_services(Filters=[{"Name": "vpc-id", "Values": ["vpc-1"]}])
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("InvalidFilter", "The filter 'vpc-id' is invalid")
