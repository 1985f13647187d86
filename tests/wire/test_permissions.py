"""Users and roles with less than everything, as stock clients meet what they may and may not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from support.encoded_messages import sentence_of
from support.identities import TRUSTS_EC2, allow, deny, trust
from support.stock_clients import Keys
from support.wire_region import OWNER, WireRegion, wire_region

ANA = f"arn:aws:iam::{OWNER}:user/ana"


class Person:
    """Stock clients with one key pair."""

    def __init__(self, wire: WireRegion, key_id: str, secret: str, token: str | None = None) -> None:
        self._keys = Keys(key_id, secret, token)
        self._url = f"http://127.0.0.1:{wire.port}"

    def __getattr__(self, service: str) -> Any:
        settings = Config(retries={"total_max_attempts": 1})
        return self._keys.client(service, endpoint_url=self._url, config=settings)


@pytest.fixture
def wire() -> Iterator[WireRegion]:
    """A region for each test: its identities are its own."""
    with wire_region() as running:
        yield running


@pytest.fixture
def iam(wire: WireRegion) -> Any:
    return wire.client("iam")


@pytest.fixture
def ana(wire: WireRegion, iam: Any) -> Person:
    iam.create_user(UserName="ana")
    key = iam.create_access_key(UserName="ana")["AccessKey"]
    return Person(wire, key["AccessKeyId"], key["SecretAccessKey"])


def put(iam: Any, text: str, name: str = "own") -> None:
    iam.put_user_policy(UserName="ana", PolicyName=name, PolicyDocument=text)


def refusal(call: Callable[..., Any], **request: Any) -> tuple[int, str, str]:
    """Status, code and message, without what it says encoded."""
    with pytest.raises(ClientError) as refused:
        call(**request)
    error = refused.value.response
    message = sentence_of(error["Error"]["Message"])
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"], message


def unauthorized(action: str, on: str = "", why: str | None = None, who: str = ANA) -> tuple[int, str, str]:
    reason = why or f"because no identity-based policy allows the {action} action"
    text = f"You are not authorized to perform this operation. User: {who} is not authorized to perform: {action}"
    return 403, "UnauthorizedOperation", f"{text}{on} {reason}"


def test_a_user_who_may_describe_vpcs_alone(iam: Any, ana: Person) -> None:
    assert refusal(ana.ec2.describe_vpcs) == unauthorized("ec2:DescribeVpcs")
    put(iam, allow("ec2:DescribeVpcs"))
    assert ana.ec2.describe_vpcs()["ResponseMetadata"]["HTTPStatusCode"] == 200
    resource = f" on resource: arn:aws:ec2:us-east-1:{OWNER}:vpc/*"
    assert refusal(ana.ec2.create_vpc, CidrBlock="10.0.0.0/16") == unauthorized("ec2:CreateVpc", resource)
    text = f"User: {ANA} is not authorized to perform: iam:GetUser on resource: {ANA} "
    assert refusal(ana.iam.get_user) == (
        403,
        "AccessDenied",
        text + "because no identity-based policy allows the iam:GetUser action",
    )
    assert ana.sts.get_caller_identity()["Arn"] == ANA


def test_one_zone_and_no_other(wire: WireRegion, iam: Any, ana: Person) -> None:
    root, zones = wire.client("route53"), []
    for name in ("own.internal", "other.internal"):
        vpc_id = wire.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        vpc = {"VPCRegion": "us-east-1", "VPCId": vpc_id}
        made = root.create_hosted_zone(Name=name, CallerReference=name, VPC=vpc)
        zones.append(made["HostedZone"]["Id"].rpartition("/")[2])
    own, other = zones
    put(iam, allow("route53:*", resource=f"arn:aws:route53:::hostedzone/{own}"))
    assert ana.route53.get_hosted_zone(Id=own)["HostedZone"]["Name"] == "own.internal."
    resource = f"arn:aws:route53:::hostedzone/{other}"
    assert refusal(ana.route53.get_hosted_zone, Id=other) == (
        403,
        "AccessDenied",
        f"User: {ANA} is not authorized to perform: route53:GetHostedZone on resource: {resource} because no "
        "identity-based policy allows the route53:GetHostedZone action",
    )
    status, code, text = refusal(ana.route53resolver.list_resolver_endpoints)
    assert (status, code) == (400, "AccessDeniedException")
    assert text.startswith(f"User: {ANA} is not authorized to perform: route53resolver:ListResolverEndpoints")
    stranger = Person(wire, "AKIAIOSFODNN7EXAMPLE", "no secret")
    assert refusal(stranger.route53.list_hosted_zones)[:2] == (403, "InvalidClientTokenId")
    assert refusal(stranger.route53resolver.list_resolver_endpoints)[:2] == (400, "UnrecognizedClientException")


def test_a_dry_run_says_whether_one_may(iam: Any, ana: Person) -> None:
    request = {"CidrBlock": "10.0.0.0/16", "DryRun": True}
    assert refusal(ana.ec2.create_vpc, **request)[1] == "UnauthorizedOperation"
    put(iam, allow("ec2:CreateVpc"))
    assert refusal(ana.ec2.create_vpc, **request)[:2] == (412, "DryRunOperation")


def test_an_explicit_deny(iam: Any, ana: Person) -> None:
    put(iam, allow("ec2:*"))
    put(iam, deny("ec2:CreateVpc"), "never")
    resource = f" on resource: arn:aws:ec2:us-east-1:{OWNER}:vpc/*"
    assert refusal(ana.ec2.create_vpc, CidrBlock="10.0.0.0/16") == unauthorized(
        "ec2:CreateVpc", resource, "with an explicit deny in an identity-based policy"
    )


def test_groups_and_managed_policies(iam: Any, ana: Person) -> None:
    iam.create_group(GroupName="readers")
    arn = iam.create_policy(PolicyName="read", PolicyDocument=allow("ec2:Describe*"))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="readers", PolicyArn=arn)
    iam.add_user_to_group(UserName="ana", GroupName="readers")
    ana.ec2.describe_vpcs()
    assert iam.get_group(GroupName="readers")["Users"][0]["UserName"] == "ana"
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("s3:*"), SetAsDefault=True)
    assert version["PolicyVersion"]["VersionId"] == "v2"
    assert refusal(ana.ec2.describe_vpcs)[1] == "UnauthorizedOperation"
    document = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
    assert document == json.loads(allow("ec2:Describe*"))
    iam.attach_user_policy(UserName="ana", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    ana.ec2.create_vpc(CidrBlock="10.0.0.0/16")


def test_a_boundary(iam: Any, ana: Person) -> None:
    put(iam, allow("*"))
    cap = iam.create_policy(PolicyName="cap", PolicyDocument=allow("ec2:Describe*"))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="ana", PermissionsBoundary=cap)
    ana.ec2.describe_vpcs()
    resource = f" on resource: arn:aws:ec2:us-east-1:{OWNER}:vpc/*"
    assert refusal(ana.ec2.create_vpc, CidrBlock="10.0.0.0/16") == unauthorized(
        "ec2:CreateVpc", resource, "because no permissions boundary allows the ec2:CreateVpc action"
    )
    assert iam.get_user(UserName="ana")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == cap


def test_a_session_policy(wire: WireRegion, iam: Any, ana: Person) -> None:
    put(iam, allow("sts:AssumeRole"))
    arn = iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust(OWNER))["Role"]["Arn"]
    iam.put_role_policy(RoleName="app", PolicyName="all", PolicyDocument=allow("ec2:*"))

    def session(**request: Any) -> Person:
        found = ana.sts.assume_role(RoleArn=arn, RoleSessionName="desk-1", **request)["Credentials"]
        return Person(wire, found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])

    session().ec2.describe_subnets()
    narrow = session(Policy=allow("ec2:DescribeVpcs"))
    narrow.ec2.describe_vpcs()
    who = f"arn:aws:sts::{OWNER}:assumed-role/app/desk-1"
    assert refusal(narrow.ec2.describe_subnets) == unauthorized(
        "ec2:DescribeSubnets", "", "because no session policy allows the ec2:DescribeSubnets action", who
    )


def test_a_role_that_one_may_not_pass(wire: WireRegion, iam: Any, ana: Person) -> None:
    put(iam, allow("ec2:*"))
    arn = iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUSTS_EC2)["Role"]["Arn"]
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
    ec2 = wire.client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet_id = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    image_id = ec2.describe_images()["Images"][0]["ImageId"]
    request = {
        "ImageId": image_id,
        "SubnetId": subnet_id,
        "MinCount": 1,
        "MaxCount": 1,
        "IamInstanceProfile": {"Name": "web"},
        "DryRun": True,
    }
    assert refusal(ana.ec2.run_instances, **request) == unauthorized("iam:PassRole", f" on resource: {arn}")
    put(iam, allow("iam:PassRole", resource=arn), "pass")
    assert refusal(ana.ec2.run_instances, **request)[1] == "DryRunOperation"


def test_a_launch_by_defaults_is_allowed_on_the_default_subnet_and_group(
    wire: WireRegion, iam: Any, ana: Person
) -> None:
    ec2 = wire.client("ec2")
    image_id = ec2.describe_images()["Images"][0]["ImageId"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    subnet = min(subnets, key=lambda one: one["AvailabilityZone"])
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}])["SecurityGroups"]
    here = f"arn:aws:ec2:us-east-1:{OWNER}:"
    made = [f"{here}{kind}/*" for kind in ("instance", "network-interface", "volume")]
    used = [f"arn:aws:ec2:us-east-1::image/{image_id}", f"{here}security-group/{groups[0]['GroupId']}"]
    request = {"ImageId": image_id, "MinCount": 1, "MaxCount": 1, "DryRun": True}
    put(iam, allow("ec2:RunInstances", resource=[*made, *used]))
    refused = unauthorized("ec2:RunInstances", f" on resource: {subnet['SubnetArn']}")
    assert refusal(ana.ec2.run_instances, **request) == refused
    put(iam, allow("ec2:RunInstances", resource=[*made, *used, subnet["SubnetArn"]]))
    assert refusal(ana.ec2.run_instances, **request)[1] == "DryRunOperation"


def test_keys_end_at_once(wire: WireRegion, iam: Any, ana: Person) -> None:
    put(iam, allow("*"))
    key_id = iam.list_access_keys(UserName="ana")["AccessKeyMetadata"][0]["AccessKeyId"]
    gone = (401, "AuthFailure", "AWS was not able to validate the provided access credentials")
    iam.update_access_key(UserName="ana", AccessKeyId=key_id, Status="Inactive")
    assert refusal(ana.ec2.describe_vpcs) == gone
    assert refusal(ana.iam.list_users)[:2] == (403, "InvalidClientTokenId")
    iam.update_access_key(UserName="ana", AccessKeyId=key_id, Status="Active")
    ana.ec2.describe_vpcs()
    iam.delete_access_key(UserName="ana", AccessKeyId=key_id)
    assert refusal(ana.ec2.describe_vpcs) == gone


def test_a_session_of_one_s_own(wire: WireRegion, iam: Any, ana: Person) -> None:
    put(iam, allow("ec2:Describe*"))
    found = ana.sts.get_session_token()["Credentials"]
    session = Person(wire, found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    assert session.sts.get_caller_identity()["Arn"] == ANA
    session.ec2.describe_vpcs()
    assert refusal(session.iam.get_user)[:2] == (403, "InvalidClientTokenId")


def test_the_whole_account_at_once(iam: Any, ana: Person) -> None:
    put(iam, allow("s3:*"))
    iam.create_account_alias(AccountAlias="bank")
    assert iam.list_account_aliases()["AccountAliases"] == ["bank"]
    pages = iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 1})
    users = [user for page in pages for user in page["UserDetailList"]]
    assert [user["UserPolicyList"][0]["PolicyDocument"] for user in users] == [json.loads(allow("s3:*"))]
    assert iam.get_account_summary()["SummaryMap"]["Users"] == 1
    names = [one["PolicyName"] for page in iam.get_paginator("list_policies").paginate() for one in page["Policies"]]
    assert {"AdministratorAccess", "AmazonS3FullAccess", "AmazonDynamoDBFullAccess"} <= set(names)
    iam.tag_user(UserName="ana", Tags=[{"Key": "team", "Value": "bank"}])
    assert iam.list_user_tags(UserName="ana")["Tags"] == [{"Key": "team", "Value": "bank"}]
    waiter = iam.get_waiter("user_exists")
    waiter.wait(UserName="ana", WaiterConfig={"Delay": 1, "MaxAttempts": 1})
