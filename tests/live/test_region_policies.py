"""Endpoint, bucket and identity policies on real requests, obeyed on the next one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.live_region import LiveRegion

pytestmark = pytest.mark.live

ACCOUNT = "123456789012"
ANYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
MAY_ALL_OF_S3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}

SIGNED_GETS = """
import boto3, sys
from botocore.config import Config
from botocore.exceptions import ClientError
s3 = boto3.client("s3", config=Config(max_pool_connections=1, retries={"total_max_attempts": 1}))
for line in sys.stdin:
    try:
        print(s3.get_object(Bucket=line.strip(), Key="a.txt")["Body"].read().decode())
    except ClientError as error:
        print(error.response["Error"]["Code"], error.response["Error"]["Message"])
"""


class Bank:
    """A private subnet with an endpoint, and an instance whose role may do all of S3."""

    def __init__(self, region: LiveRegion, name: str) -> None:
        self.vpc = region.vpc()
        self.subnet = region.subnet(self.vpc)
        self.endpoint = region.endpoint(self.vpc, region.table(self.vpc, self.subnet))
        profile = region.profile(f"{name}-role", MAY_ALL_OF_S3)
        self.instance = region.instance(self.subnet, IamInstanceProfile=profile)
        self.role_session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}-role/{self.instance}"


@pytest.fixture(scope="module")
def bank(region: LiveRegion) -> Bank:
    return Bank(region, "policies")


def set_policy(region: LiveRegion, endpoint: str, *statements: dict[str, Any]) -> None:
    region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=json.dumps({"Statement": statements}))


def test_a_change_is_obeyed_by_the_next_request_of_an_open_connection(region: LiveRegion, bank: Bank) -> None:
    region.bucket("open-connection")
    region.s3.put_object(Bucket="open-connection", Key="a.txt", Body=b"hello")
    with region.start(bank.instance, SIGNED_GETS) as program:
        for _ in range(3):
            set_policy(region, bank.endpoint, ANYTHING)
            program.say("open-connection")
            assert program.hear() == "hello"
            set_policy(region, bank.endpoint, {**ANYTHING, "Effect": "Deny"})
            program.say("open-connection")
            assert program.hear().startswith("AccessDenied User: ")
    region.ec2.modify_vpc_endpoint(VpcEndpointId=bank.endpoint, ResetPolicy=True)


def test_the_endpoint_policy_lets_through_what_it_names_and_refuses_in_aws_words(
    region: LiveRegion, bank: Bank
) -> None:
    for name in ("documents-here", "documents-elsewhere"):
        region.bucket(name)
        region.s3.put_object(Bucket=name, Key="a.txt", Body=b"hello")
    set_policy(
        region,
        bank.endpoint,
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::documents-here/*"},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::documents-here"},
    )
    get = region.call(bank.instance, "s3", "get_object", Bucket="documents-here", Key="a.txt")
    assert get.answer["Body"] == "hello"
    listed = region.call(bank.instance, "s3", "list_objects_v2", Bucket="documents-here")
    assert [each["Key"] for each in listed.answer["Contents"]] == ["a.txt"]
    put = region.call(bank.instance, "s3", "put_object", Bucket="documents-here", Key="b.txt", Body="no")
    assert (put.status, put.code) == (403, "AccessDenied")
    assert put.message == (
        f"User: {bank.role_session} is not authorized to perform: s3:PutObject on resource: "
        '"arn:aws:s3:::documents-here/b.txt" because no VPC endpoint policy allows the s3:PutObject action'
    )
    other = region.call(bank.instance, "s3", "get_object", Bucket="documents-elsewhere", Key="a.txt")
    assert (other.status, other.code) == (403, "AccessDenied")
    set_policy(region, bank.endpoint, ANYTHING, {**ANYTHING, "Effect": "Deny", "Action": "s3:GetObject"})
    denied = region.call(bank.instance, "s3", "get_object", Bucket="documents-here", Key="a.txt")
    assert denied.message == (
        f"User: {bank.role_session} is not authorized to perform: s3:GetObject on resource: "
        '"arn:aws:s3:::documents-here/a.txt" with an explicit deny in a VPC endpoint policy'
    )
    region.ec2.modify_vpc_endpoint(VpcEndpointId=bank.endpoint, ResetPolicy=True)
    assert [one["Key"] for one in region.s3.list_objects_v2(Bucket="documents-here")["Contents"]] == ["a.txt"]


def test_a_bucket_policy_with_source_vpce_refuses_the_same_caller_from_elsewhere(
    region: LiveRegion, bank: Bank
) -> None:
    """The same role through the endpoint, through another endpoint, and from the public side."""
    only_by_endpoint = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::by-endpoint/*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": bank.endpoint}},
    }
    region.bucket("by-endpoint")
    region.s3.put_object(Bucket="by-endpoint", Key="a.txt", Body=b"hello")
    region.s3.put_bucket_policy(Bucket="by-endpoint", Policy=json.dumps({"Statement": [only_by_endpoint]}))

    public_subnet = region.subnet(bank.vpc, "10.0.2.0/24")
    region.internet_gateway(bank.vpc, region.table(bank.vpc, public_subnet))
    public = region.instance(public_subnet, public=True, IamInstanceProfile={"Name": "policies-role"})
    other_subnet = region.subnet(bank.vpc, "10.0.3.0/24")
    region.endpoint(bank.vpc, region.table(bank.vpc, other_subnet))
    other = region.instance(other_subnet, IamInstanceProfile={"Name": "policies-role"})

    request: dict[str, Any] = {"Bucket": "by-endpoint", "Key": "a.txt"}
    assert region.call(bank.instance, "s3", "get_object", **request).answer["Body"] == "hello"
    for instance in (public, other):
        refused = region.call(instance, "s3", "get_object", **request)
        assert (refused.status, refused.code) == (403, "AccessDenied")
        assert refused.message is not None
        assert refused.message.endswith("with an explicit deny in a resource-based policy")
    region.s3.delete_bucket_policy(Bucket="by-endpoint")
    assert region.call(public, "s3", "get_object", **request).answer["Body"] == "hello"


def test_a_role_may_do_what_its_policy_says(region: LiveRegion, bank: Bank) -> None:
    region.bucket("for-readers")
    region.s3.put_object(Bucket="for-readers", Key="a.txt", Body=b"hello")
    may_read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::for-readers/*"}
    reader = region.instance(bank.subnet, IamInstanceProfile=region.profile("reader-role", may_read))
    assert region.call(reader, "s3", "get_object", Bucket="for-readers", Key="a.txt").answer["Body"] == "hello"
    refused = region.call(reader, "s3", "put_object", Bucket="for-readers", Key="b.txt", Body="no")
    assert refused.message == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/reader-role/{reader} is not authorized to perform: s3:PutObject on "
        'resource: "arn:aws:s3:::for-readers/b.txt" because no identity-based policy allows the s3:PutObject action'
    )
    region.iam.delete_role_policy(RoleName="reader-role", PolicyName="own")
    gone = region.call(reader, "s3", "get_object", Bucket="for-readers", Key="a.txt")
    assert gone.code == "AccessDenied", "a policy write is answered only when every worker has it"


def test_an_instance_without_a_role_has_no_credentials(region: LiveRegion, bank: Bank) -> None:
    nobody = region.instance(bank.subnet)
    assert region.call(nobody, "s3", "list_buckets").network == "NoCredentialsError"
