"""Accounts: the ids of one are NotFound to the other, its buckets AccessDenied; names of regions keep apart."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.live_region import LiveRegion

pytestmark = pytest.mark.live

OTHER = "210987654321"


@pytest.fixture(scope="module")
def other(region: LiveRegion) -> str:
    # The region is shared with other stories, which may have made it.
    if OTHER not in region.run("account", "list").stdout:
        region.run("account", "add", OTHER)
    return OTHER


def refusal(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def test_the_resources_of_one_account_are_not_there_for_the_other(region: LiveRegion, other: str) -> None:
    ours, theirs = region.ec2, region.client("ec2", other)
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    table = region.table(vpc)
    endpoint = region.endpoint(vpc, table)
    assert vpc not in [one["VpcId"] for one in theirs.describe_vpcs()["Vpcs"]]
    assert refusal(theirs.describe_vpcs, VpcIds=[vpc]) == "InvalidVpcID.NotFound"
    assert refusal(theirs.delete_subnet, SubnetId=subnet) == "InvalidSubnetID.NotFound"
    assert refusal(theirs.delete_route_table, RouteTableId=table) == "InvalidRouteTableID.NotFound"
    assert refusal(theirs.modify_vpc_endpoint, VpcEndpointId=endpoint, ResetPolicy=True).endswith(".NotFound")
    unsuccessful = theirs.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"]
    assert unsuccessful[0]["Error"]["Code"].endswith(".NotFound")
    assert ours.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]["State"] == "available"


def test_the_buckets_of_one_account_are_closed_to_the_other_until_it_opens_them(region: LiveRegion, other: str) -> None:
    theirs = region.client("s3", other)
    region.bucket("ours-alone")
    region.s3.put_object(Bucket="ours-alone", Key="a.txt", Body=b"hello")
    assert refusal(theirs.get_object, Bucket="ours-alone", Key="a.txt") == "AccessDenied"
    assert refusal(theirs.put_object, Bucket="ours-alone", Key="b.txt", Body=b"no") == "AccessDenied"
    assert refusal(theirs.delete_bucket, Bucket="ours-alone") == "AccessDenied"
    assert refusal(theirs.create_bucket, Bucket="ours-alone") == "BucketAlreadyExists"
    assert "ours-alone" not in [bucket["Name"] for bucket in theirs.list_buckets()["Buckets"]]

    may_read = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{other}:root"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::ours-alone/*",
    }
    region.s3.put_bucket_policy(Bucket="ours-alone", Policy=json.dumps({"Statement": [may_read]}))
    assert theirs.get_object(Bucket="ours-alone", Key="a.txt")["Body"].read() == b"hello"
    assert refusal(theirs.put_object, Bucket="ours-alone", Key="b.txt", Body=b"no") == "AccessDenied"


def test_a_region_has_its_own_vpcs(region: LiveRegion) -> None:
    vpc = region.vpc()
    ireland = region.client("ec2", region="eu-west-1")
    assert refusal(ireland.describe_vpcs, VpcIds=[vpc]) == "InvalidVpcID.NotFound"


def test_s3_answers_from_outside_on_the_apis_port(region: LiveRegion) -> None:
    region.bucket("from-outside")
    region.s3.put_object(Bucket="from-outside", Key="a.txt", Body=b"hello")
    assert region.s3.get_object(Bucket="from-outside", Key="a.txt")["Body"].read() == b"hello"
    listed = region.aws("s3", "ls", "s3://from-outside")
    assert listed.stdout.split()[-1] == "a.txt"
    assert refusal(region.s3.get_object, Bucket="from-outside", Key="none") == "NoSuchKey"
    signing = region.client("s3", signature_version="s3v4")  # S3 takes no other from new buckets; boto3 must be told
    link = signing.generate_presigned_url("get_object", Params={"Bucket": "from-outside", "Key": "a.txt"})
    found = region.fetch(link)
    assert (found.status, found.answer) == (200, "hello")
    tampered = region.fetch(link.replace("a.txt", "b.txt"))
    assert tampered.status == 403
    assert "<Code>SignatureDoesNotMatch</Code>" in tampered.answer
