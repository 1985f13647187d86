"""boto3 as it is, with its waiters and paginators, against the whole pipeline."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from skywalk.resources.subnet import Subnet
from support.wire_region import OTHER, WireRegion

IMAGE = "ami-0abcdef1234567890"
S3 = "com.amazonaws.us-east-1.s3"


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_a_vpc_with_an_instance_and_an_endpoint(wire: WireRegion, ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.get_waiter("vpc_available").wait(VpcIds=[vpc])
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    launched = ec2.run_instances(
        ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet, UserData="#!/bin/sh\n"
    )
    instance = launched["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3, RouteTableIds=[table])["VpcEndpoint"]
    assert made["State"] == "available", "a gateway endpoint is answered when the machine has it"
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert {
        "DestinationPrefixListId": "pl-63a5400a",
        "GatewayId": made["VpcEndpointId"],
        "Origin": "CreateRoute",
        "State": "active",
    } in routes
    assert wire.driver.plans[vpc].gateway_endpoints[0].vpc_endpoint_id == made["VpcEndpointId"]
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])["Unsuccessful"] == []
    assert wire.driver.plans[vpc].gateway_endpoints == ()


def test_a_dry_run_stores_nothing(wire: WireRegion, ec2: Any) -> None:
    ec2.describe_vpcs()  # a first call makes the default VPC
    before = wire.store.revision
    assert refusal(ec2.create_vpc, CidrBlock="10.0.0.0/16", DryRun=True) == (412, "DryRunOperation")
    assert refusal(ec2.create_vpc, CidrBlock="10.0.0.0/4", DryRun=True) == (400, "InvalidVpc.Range")
    assert wire.store.revision == before


def test_pages_have_everything_once(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"]
    made = {ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.3.{n}.0/24")["Subnet"]["SubnetId"] for n in range(12)}
    only_these = [{"Name": "vpc-id", "Values": [vpc]}]
    pages = ec2.get_paginator("describe_subnets").paginate(Filters=only_these, PaginationConfig={"PageSize": 5})
    found = [subnet["SubnetId"] for page in pages for subnet in page["Subnets"]]
    assert len(found) == 12
    assert set(found) == made


def test_a_service_without_an_endpoint_type_of_ours_is_refused(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.4.0.0/16")["Vpc"]["VpcId"]
    code = refusal(ec2.create_vpc_endpoint, VpcId=vpc, ServiceName=S3, VpcEndpointType="ServiceNetwork")
    assert code == (400, "UnsupportedOperation")
    unknown = refusal(ec2.create_vpc_endpoint, VpcId=vpc, ServiceName="com.amazonaws.us-east-1.coffee")
    assert unknown == (400, "InvalidServiceName")
    policy = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":'
    unsupported = policy + '{"StringEquals":{"secretsmanager:SecretPrimaryRegion":"a"}}}}'
    for document in ("{", "[]", '{"Statement":{"Effect":"Maybe"}}', unsupported):
        found = refusal(ec2.create_vpc_endpoint, VpcId=vpc, ServiceName=S3, PolicyDocument=document)
        assert found == (400, "InvalidPolicyDocument"), document


def test_ids_of_another_account_are_not_there(wire: WireRegion, ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
    group = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"][0]["GroupId"]
    theirs = wire.client("ec2", OTHER)
    assert vpc not in [one["VpcId"] for one in theirs.describe_vpcs()["Vpcs"]]
    before = wire.store.revision
    assert refusal(theirs.delete_vpc, VpcId=vpc) == (400, "InvalidVpcID.NotFound")
    assert refusal(theirs.create_subnet, VpcId=vpc, CidrBlock="10.5.1.0/24") == (400, "InvalidVpcID.NotFound")
    assert refusal(theirs.create_vpc_endpoint, VpcId=vpc, ServiceName=S3) == (400, "InvalidVpcID.NotFound")
    assert refusal(theirs.create_tags, Resources=[vpc], Tags=[{"Key": "a", "Value": "b"}])[1] == "InvalidVpcID.NotFound"
    assert refusal(theirs.delete_security_group, GroupId=group) == (400, "InvalidGroup.NotFound")
    assert wire.store.revision == before


def test_twenty_clients_at_once_lose_nothing(wire: WireRegion, ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.6.0.0/16")["Vpc"]["VpcId"]

    def work(number: int) -> str:
        made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.6.{number}.0/24")["Subnet"]["SubnetId"]
        spare = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.6.{100 + number}.0/24")["Subnet"]["SubnetId"]
        ec2.delete_subnet(SubnetId=spare)
        return str(made)

    with ThreadPoolExecutor(20) as pool:
        made = set(pool.map(work, range(20)))
    assert {subnet.id for subnet in wire.store.of_vpc(Subnet, vpc)} == made
    assert len(made) == 20


def test_a_service_that_is_not_here_says_so(wire: WireRegion) -> None:
    assert refusal(wire.client("kms").list_keys)[0] == 501
