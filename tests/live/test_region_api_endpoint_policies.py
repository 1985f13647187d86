"""Endpoint policies of the services that the API server serves itself, STS and EC2: what the AWS CLI is told inside an
instance, and that a change counts for the next request, also on a connection that is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.live_region import LiveRegion

pytestmark = pytest.mark.live

FULL = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
SERVICES = ("ec2", "sts")

KEPT = """
import json, sys
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
client = boto3.client("sts", config=Config(retries={"total_max_attempts": 1}, read_timeout=60))
for line in sys.stdin:
    try:
        client.get_caller_identity()
        told = "allowed"
    except ClientError as error:
        told = error.response["Error"]["Code"]
    pools = client._endpoint.http_session._manager.pools
    opened = sum(pools.get(key).num_connections for key in pools.keys())
    print(json.dumps([told, opened]))
"""


class Instance:
    """An instance in a VPC whose endpoints take the public names."""

    def __init__(self, region: LiveRegion) -> None:
        self.region = region
        self.vpc = vpc = region.vpc()
        region.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnet = region.subnet(vpc, "10.0.1.0/24")
        group = region.ec2.create_security_group(VpcId=vpc, GroupName="endpoints", Description="endpoints")["GroupId"]
        self.group: str = group
        https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
        region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[https])
        self.id = region.instance(subnet, IamInstanceProfile=region.profile("api-policies", EVERYTHING))
        self.endpoints: dict[str, str] = {}
        for service in SERVICES:
            self.endpoints[service] = region.ec2.create_vpc_endpoint(
                VpcId=vpc,
                VpcEndpointType="Interface",
                ServiceName=f"com.amazonaws.us-east-1.{service}",
                SubnetIds=[subnet],
                SecurityGroupIds=[group],
                PrivateDnsEnabled=True,
            )["VpcEndpoint"]["VpcEndpointId"]
        region.wait()

    def allow(self, service: str, **statement: Any) -> None:
        """That alone, from now on; everything without."""
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{**FULL, **statement}]})
        self.region.ec2.modify_vpc_endpoint(VpcEndpointId=self.endpoints[service], PolicyDocument=policy)

    def aws(self, *arguments: str) -> str:
        """What the AWS CLI prints, or says."""
        done = self.region.exec(self.id, "aws", *arguments, "--region", "us-east-1", "--output", "json")
        return done.stdout or done.stderr.strip()


@pytest.fixture(scope="module")
def instance(region: LiveRegion) -> Instance:
    return Instance(region)


def test_one_action_of_ec2(instance: Instance) -> None:
    instance.allow("ec2", Action="ec2:DescribeVpcs")
    assert "Vpcs" in json.loads(instance.aws("ec2", "describe-vpcs"))
    refused = instance.aws("ec2", "describe-subnets")
    assert "(UnauthorizedOperation) when calling the DescribeSubnets operation" in refused
    assert "because no VPC endpoint policy allows the ec2:DescribeSubnets action" in refused
    instance.allow("ec2", Action="ec2:DescribeSubnets")
    assert "Subnets" in json.loads(instance.aws("ec2", "describe-subnets"))
    assert "(UnauthorizedOperation)" in instance.aws("ec2", "describe-vpcs")
    # The API's own port is no endpoint.
    assert instance.region.ec2.describe_vpcs()["Vpcs"]


def test_what_a_call_of_ec2_is_about(instance: Instance) -> None:
    """Which endpoints may be made, and whose rules changed, by condition keys of the call's resources."""
    region, s3 = instance.region, "com.amazonaws.us-east-1.s3"
    of_s3 = {"StringEqualsIfExists": {"ec2:VpceServiceName": s3}}
    instance.allow("ec2", Action="ec2:CreateVpcEndpoint", Condition=of_s3)

    def creates(service: str) -> str:
        return instance.aws("ec2", "create-vpc-endpoint", "--vpc-id", instance.vpc, "--service-name", service)

    refused = creates("com.amazonaws.us-east-1.dynamodb")
    assert "(UnauthorizedOperation) when calling the CreateVpcEndpoint operation" in refused
    assert ":vpc-endpoint/* because no VPC endpoint policy allows the ec2:CreateVpcEndpoint action" in refused
    made = json.loads(creates(s3))["VpcEndpoint"]
    assert (made["ServiceName"], made["VpcEndpointType"]) == (s3, "Gateway")
    own = f"arn:aws:ec2:us-east-1:{region.account_id}:vpc/{instance.vpc}"
    instance.allow("ec2", Action="ec2:AuthorizeSecurityGroupIngress", Condition={"ArnEquals": {"ec2:Vpc": own}})
    elsewhere = region.ec2.create_security_group(VpcId=region.vpc(), GroupName="other", Description="other")["GroupId"]

    def opens(group: str) -> str:
        rule = ("--protocol", "tcp", "--port", "8443", "--cidr", "10.0.0.0/16")
        return instance.aws("ec2", "authorize-security-group-ingress", "--group-id", group, *rule)

    assert json.loads(opens(instance.group))["SecurityGroupRules"][0]["FromPort"] == 8443
    assert f"security-group/{elsewhere} because no VPC endpoint policy allows" in opens(elsewhere)


def test_one_action_of_sts(instance: Instance) -> None:
    instance.allow("sts", Action="sts:GetCallerIdentity")
    assert json.loads(instance.aws("sts", "get-caller-identity"))["Account"] == instance.region.account_id
    role = f"arn:aws:iam::{instance.region.account_id}:role/nobody"
    refused = instance.aws("sts", "assume-role", "--role-arn", role, "--role-session-name", "me")
    assert f"is not authorized to perform: sts:AssumeRole on resource: {role} because no VPC endpoint policy" in refused
    instance.allow("sts", Action="sts:AssumeRole", Resource=role)
    # Past the endpoint, the role that is not there refuses.
    assumed = instance.aws("sts", "assume-role", "--role-arn", role, "--role-session-name", "me")
    assert "(AccessDenied) when calling the AssumeRole operation" in assumed
    assert "VPC endpoint policy" not in assumed
    assert "because no VPC endpoint policy allows" in instance.aws("sts", "get-caller-identity")


def test_a_change_counts_on_a_connection_that_is_kept(instance: Instance) -> None:
    instance.allow("sts")
    with instance.region.start(instance.id, KEPT) as kept:

        def told() -> list[Any]:
            kept.say("again")
            found: list[Any] = json.loads(kept.hear())
            return found

        assert told() == ["allowed", 1]
        instance.allow("sts", Action="sts:AssumeRole")
        assert told() == ["AccessDenied", 1]
        instance.allow("sts")
        assert told() == ["allowed", 1]
