"""Users at S3's edge: their keys count as soon as IAM has answered, and may what their policies say by then."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from support.live_region import LiveRegion
from support.stock_clients import Keys

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
        keys = Keys(self.key["AccessKeyId"], self.key["SecretAccessKey"])
        settings = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        url = f"http://127.0.0.1:{region.port}"
        self.s3: Any = keys.client("s3", endpoint_url=url, config=settings)

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
    own = Keys(key["AccessKeyId"], key["SecretAccessKey"])
    found = own.client("sts", endpoint_url=url).get_session_token()["Credentials"]
    session = Keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
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


def named_in(text: str) -> str:
    """The one principal of a policy's one statement."""
    statements = json.loads(text)["Statement"]
    found: str = (statements if isinstance(statements, dict) else statements[0])["Principal"]["AWS"]
    return found


class Reader:
    """A user without policies of its own, whom a bucket's and a table's policy let read."""

    def __init__(self, region: LiveRegion) -> None:
        self._iam = region.iam
        self.user = self._iam.create_user(UserName="edge-bob")["User"]
        self._key = self._iam.create_access_key(UserName="edge-bob")["AccessKey"]
        keys = Keys(self._key["AccessKeyId"], self._key["SecretAccessKey"])
        settings = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        url = f"http://127.0.0.1:{region.port}"
        self._s3, self._tables = (keys.client(name, endpoint_url=url, config=settings) for name in ("s3", "dynamodb"))

    def reads(self) -> list[str]:
        """How reading the object and the item ends."""
        calls: tuple[Any, ...] = (
            lambda: self._s3.get_object(Bucket="for-bob", Key="a.txt"),
            lambda: self._tables.get_item(TableName="for-bob", Key={"pk": {"S": "a"}}),
        )
        ends = []
        for call in calls:
            try:
                ends.append(str(call()["ResponseMetadata"]["HTTPStatusCode"]))
            except ClientError as error:
                ends.append(error.response["Error"]["Code"])
        return ends

    def delete(self) -> None:
        self._iam.delete_access_key(UserName="edge-bob", AccessKeyId=self._key["AccessKeyId"])
        self._iam.delete_user(UserName="edge-bob")


def test_policies_of_buckets_and_tables_mean_a_user_and_not_the_name(region: LiveRegion) -> None:
    s3, tables = region.s3, region.client("dynamodb")
    region.bucket("for-bob")
    s3.put_object(Bucket="for-bob", Key="a.txt", Body=b"hello")
    table = tables.create_table(
        TableName="for-bob",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableArn"]

    def let(named: str, action: str, resource: str) -> str:
        statement = {"Effect": "Allow", "Principal": {"AWS": named}, "Action": action, "Resource": resource}
        return json.dumps({"Version": "2012-10-17", "Statement": statement})

    def named_by_both() -> list[str]:
        of_bucket = s3.get_bucket_policy(Bucket="for-bob")["Policy"]
        of_table = tables.get_resource_policy(ResourceArn=table)["Policy"]
        return [named_in(of_bucket), named_in(of_table)]

    def set_both(named: str) -> None:
        s3.put_bucket_policy(Bucket="for-bob", Policy=let(named, "s3:GetObject", "arn:aws:s3:::for-bob/*"))
        tables.put_resource_policy(ResourceArn=table, Policy=let(named, "dynamodb:GetItem", table))

    with pytest.raises(ClientError, match=r"MalformedPolicy.*Invalid principal in policy"):
        set_both("arn:aws:iam::123456789012:user/edge-bob")
    first = Reader(region)
    assert first.reads() == ["AccessDenied", "AccessDeniedException"]
    set_both(first.user["Arn"])
    assert first.reads() == ["200", "200"]
    assert named_by_both() == [first.user["Arn"]] * 2
    first.delete()
    assert named_by_both() == [first.user["UserId"]] * 2

    second = Reader(region)
    assert second.user["Arn"] == first.user["Arn"]
    assert second.reads() == ["AccessDenied", "AccessDeniedException"]
    assert named_by_both() == [first.user["UserId"]] * 2
    with pytest.raises(ClientError, match=r"MalformedPolicy.*Invalid principal in policy"):
        set_both(first.user["UserId"])
    set_both(second.user["Arn"])
    assert second.reads() == ["200", "200"]
    second.delete()
