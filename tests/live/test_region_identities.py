"""Users at S3's edge: their keys count as soon as IAM has answered, and may what their policies say by then."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from support.live_region import LiveRegion

pytestmark = pytest.mark.live

GROUP, BUCKET = "edge-readers", "of-identities"
EDGE_ANA = "arn:aws:iam::123456789012:user/edge-ana"


def allow(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Ana:
    """A user of the region with a key; `s3` is its client."""

    def __init__(self, region: LiveRegion, iam: Any) -> None:
        iam.create_user(UserName="edge-ana")
        self.key = iam.create_access_key(UserName="edge-ana")["AccessKey"]
        session = boto3.Session(self.key["AccessKeyId"], self.key["SecretAccessKey"], region_name="us-east-1")
        settings = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        url = f"http://127.0.0.1:{region.port}"
        self.s3: Any = session.client("s3", endpoint_url=url, config=settings)

    def reads(self) -> str:
        """What a read ends with: the object, or the refusal's code and message."""
        try:
            return str(self.s3.get_object(Bucket=BUCKET, Key="a.txt")["Body"].read().decode())
        except ClientError as refused:
            return f"{refused.response['Error']['Code']}: {refused.response['Error']['Message']}"


def refused(why: str) -> str:
    return (
        f"AccessDenied: User: {EDGE_ANA} is not authorized to perform: s3:GetObject on resource: "
        f'"arn:aws:s3:::{BUCKET}/a.txt" {why}'
    )


NO_POLICY = refused("because no identity-based policy allows the s3:GetObject action")
GONE = "InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records."


def test_a_user_s_key_at_the_edge(region: LiveRegion) -> None:
    iam = region.client("iam")
    region.bucket(BUCKET)
    region.s3.put_object(Bucket=BUCKET, Key="a.txt", Body=b"hello")
    ana = Ana(region, iam)
    assert ana.reads() == NO_POLICY
    iam.put_user_policy(UserName="edge-ana", PolicyName="read", PolicyDocument=allow("s3:GetObject"))
    assert ana.reads() == "hello"
    iam.delete_user_policy(UserName="edge-ana", PolicyName="read")
    assert ana.reads() == NO_POLICY

    # by a group and a managed policy, whose default version changes
    iam.create_group(GroupName=GROUP)
    arn = iam.create_policy(PolicyName="edge-read", PolicyDocument=allow("s3:ListBucket"))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName=GROUP, PolicyArn=arn)
    iam.add_user_to_group(UserName="edge-ana", GroupName=GROUP)
    assert ana.reads() == NO_POLICY
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("s3:Get*"), SetAsDefault=True)
    assert ana.reads() == "hello"

    # a boundary caps it, unless the bucket's own policy names the user
    cap = iam.create_policy(PolicyName="edge-cap", PolicyDocument=allow("ec2:*"))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="edge-ana", PermissionsBoundary=cap)
    assert ana.reads() == refused("because no permissions boundary allows the s3:GetObject action")
    named = {
        "Effect": "Allow",
        "Principal": {"AWS": EDGE_ANA},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
    }
    region.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Statement": [named]}))
    assert ana.reads() == "hello"

    # a key that is inactive, or gone, is unknown at once
    key = {"UserName": "edge-ana", "AccessKeyId": ana.key["AccessKeyId"]}
    iam.update_access_key(**key, Status="Inactive")
    assert ana.reads() == GONE
    iam.update_access_key(**key, Status="Active")
    assert ana.reads() == "hello"
    iam.delete_access_key(**key)
    assert ana.reads() == GONE


def test_a_user_s_session_at_the_edge(region: LiveRegion) -> None:
    iam = region.client("iam")
    iam.create_user(UserName="edge-bo")
    iam.attach_user_policy(UserName="edge-bo", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    key = iam.create_access_key(UserName="edge-bo")["AccessKey"]
    url = f"http://127.0.0.1:{region.port}"
    own = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    found = own.client("sts", endpoint_url=url).get_session_token()["Credentials"]
    session = boto3.Session(
        found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"], region_name="us-east-1"
    )
    s3 = session.client("s3", endpoint_url=url)
    assert "Buckets" in s3.list_buckets()
    iam.detach_user_policy(UserName="edge-bo", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    with pytest.raises(ClientError) as caught:
        s3.list_buckets()
    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    iam.delete_access_key(UserName="edge-bo", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="edge-bo")
    with pytest.raises(ClientError) as caught:
        s3.list_buckets()
    assert caught.value.response["Error"]["Code"] == "InvalidAccessKeyId"
