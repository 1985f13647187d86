"""Condition keys of S3 and DynamoDB on real requests of stock clients: what a policy asks for, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.live_region import LiveRegion

pytestmark = pytest.mark.live

ACCOUNT = "123456789012"
BUCKET = "condition-keys"
OBJECTS = f"arn:aws:s3:::{BUCKET}/*"
ANYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
SCORES = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/scores"

SAYS = """
import boto3, urllib.error, urllib.request
from botocore.config import Config
from botocore.exceptions import ClientError
def says(call, **parameters):
    try:
        call(**parameters)
        print("yes")
    except ClientError as error:
        print(error.response["Error"]["Code"])
"""

STORAGE = (
    SAYS
    + f"""
s3 = boto3.client("s3", config=Config(signature_version="s3v4", s3={{"addressing_style": "path"}}))
bank = {{"Bucket": "{BUCKET}"}}
says(s3.list_objects_v2, **bank, Prefix="home/", Delimiter="/")
says(s3.list_objects_v2, **bank, Prefix="", Delimiter="/")
says(s3.list_objects_v2, **bank, Prefix="secret/", Delimiter="/")
says(s3.list_objects_v2, **bank)
says(s3.put_object, **bank, Key="k", Body=b"1")
says(s3.put_object, **bank, Key="k", Body=b"1", ServerSideEncryption="AES256")
upload = s3.create_multipart_upload(**bank, Key="parts", ServerSideEncryption="AES256", ACL="private")["UploadId"]
part = {{**bank, "Key": "parts", "UploadId": upload}}
etag = s3.upload_part(**part, PartNumber=1, Body=b"1")["ETag"]
says(s3.complete_multipart_upload, **part, MultipartUpload={{"Parts": [{{"PartNumber": 1, "ETag": etag}}]}})
says(s3.create_multipart_upload, **bank, Key="parts")
says(s3.get_object, **bank, Key="public")
says(s3.get_object, **bank, Key="hidden")
says(s3.copy_object, **bank, Key="copy", CopySource="{BUCKET}/hidden", ServerSideEncryption="AES256")
says(s3.put_object_tagging, **bank, Key="k", Tagging={{"TagSet": [{{"Key": "class", "Value": "hidden"}}]}})
says(s3.put_object_tagging, **bank, Key="k", Tagging={{"TagSet": [{{"Key": "class", "Value": "public"}}]}})
url = s3.generate_presigned_url("get_object", Params={{**bank, "Key": "public"}}, ExpiresIn=600)
try:
    print(urllib.request.urlopen(url).read().decode())
except urllib.error.HTTPError as error:
    print(error.code)
"""
)

TABLES = (
    SAYS
    + """
client = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
named = {"TableName": "scores"}
mine, hers = ({"user": {"S": name}} for name in ("alice", "bob"))
says(client.put_item, **named, Item={**mine, "wins": {"N": "1"}})
says(client.put_item, **named, Item={**hers, "wins": {"N": "1"}})
says(client.get_item, **named, Key=mine)
says(client.get_item, **named, Key=hers)
query = {**named, "KeyConditionExpression": "#u = :u", "ExpressionAttributeNames": {"#u": "user"}}
says(client.query, **query, ExpressionAttributeValues={":u": {"S": "alice"}})
says(client.query, **query, ExpressionAttributeValues={":u": {"S": "bob"}})
says(client.batch_get_item, RequestItems={"scores": {"Keys": [mine, hers]}})
says(client.transact_get_items, TransactItems=[{"Get": {**named, "Key": mine}}])
says(client.execute_statement, Statement="SELECT * FROM scores WHERE user = 'alice'")
says(client.execute_statement, Statement="SELECT * FROM scores WHERE user = 'bob'")
says(client.execute_statement, Statement="SELECT * FROM scores")
says(client.scan, **named)
"""
)


def deny(action: str, resource: str, **condition: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource, "Condition": condition}


def test_a_bucket_policy_of_conditions(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.endpoint(vpc, region.table(vpc, subnet))
    profile = region.profile("condition-keys-role", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    instance = region.instance(subnet, IamInstanceProfile=profile)
    region.bucket(BUCKET)
    for key in ("public", "hidden"):
        region.s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode(), Tagging=f"class={key}")
    statements = [
        deny("s3:ListBucket", f"arn:aws:s3:::{BUCKET}", StringNotEquals={"s3:prefix": ["", "home/"]}),
        deny("s3:PutObject", OBJECTS, Null={"s3:x-amz-server-side-encryption": "true"}),
        deny("s3:PutObject", f"arn:aws:s3:::{BUCKET}/parts", StringNotEquals={"s3:x-amz-acl": "private"}),
        deny("s3:GetObject", OBJECTS, StringNotEquals={"s3:ExistingObjectTag/class": "public"}),
        deny("s3:PutObjectTagging", OBJECTS, StringEquals={"s3:RequestObjectTag/class": "hidden"}),
    ]
    no = "AccessDenied"
    expected = ["yes", "yes", no, no, no, "yes", "yes", no, "yes", no, no, no, "yes"]
    region.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Statement": statements}))
    assert region.python(instance, STORAGE).split() == [*expected, "public"]
    statements.append(deny("s3:*", OBJECTS, StringEquals={"s3:authType": "REST-QUERY-STRING"}))
    region.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Statement": statements}))
    assert region.python(instance, STORAGE).split() == [*expected, "403"]
    statements[-1] = deny("s3:*", OBJECTS, NumericGreaterThan={"s3:signatureAge": "600000"})
    statements.append(deny("s3:*", OBJECTS, NumericLessThan={"s3:TlsVersion": "1.2"}))
    region.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Statement": statements}))
    assert region.python(instance, STORAGE).split() == [*expected, "public"]
    statements[-1] = deny("s3:GetObject", OBJECTS, NumericLessThanEquals={"s3:TlsVersion": "1.3"})
    region.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Statement": statements}))
    assert region.python(instance, STORAGE).split()[-1] == "403"


def test_an_endpoint_policy_of_leading_keys(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    mine = {
        **ANYTHING,
        "Action": [f"dynamodb:{name}" for name in ("GetItem", "PutItem", "Query", "BatchGetItem", "PartiQLSelect")],
        "Resource": SCORES,
        "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["alice"]}},
    }
    no_scan = deny("dynamodb:PartiQLSelect", SCORES, Bool={"dynamodb:FullTableScan": "true"})
    region.ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.dynamodb",
        RouteTableIds=[region.table(vpc, subnet)],
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [mine, no_scan]}),
    )
    profile = region.profile("leading-keys-role", {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"})
    instance = region.instance(subnet, IamInstanceProfile=profile)
    region.client("dynamodb").create_table(
        TableName="scores",
        AttributeDefinitions=[{"AttributeName": "user", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "user", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    no = "AccessDeniedException"
    assert region.python(instance, TABLES).split() == ["yes", no] * 3 + [no, "yes", "yes", no, no, no]
