"""S3 by stock boto3: what AWS accepts is accepted and shown again, clients' mistakes are refused in AWS's words."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.live_region import LiveRegion

pytestmark = pytest.mark.live

BANK = {"Bucket": "of-requests"}
OBJECT = {**BANK, "Key": "a.txt"}
EVERYONE = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
ARCHIVE = {
    "ID": "archive",
    "Status": "Enabled",
    "Filter": {"And": {"Prefix": "logs/", "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}]}},
    "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
    "Expiration": {"Days": 365},
    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}
CORS = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"], "MaxAgeSeconds": 3000}
BY_KMS = {
    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/k"},
    "BucketKeyEnabled": True,
}


@pytest.fixture(scope="module")
def s3(region: LiveRegion) -> Any:
    region.bucket(BANK["Bucket"])
    region.s3.put_object(**OBJECT, Body=b"hello")
    return region.s3


def refusal(call: Any, **parameters: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    answer = refused.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def test_configurations_of_a_bucket_are_kept(s3: Any) -> None:
    s3.put_bucket_lifecycle_configuration(**BANK, LifecycleConfiguration={"Rules": [ARCHIVE]})
    (rule,) = s3.get_bucket_lifecycle_configuration(**BANK)["Rules"]
    assert {name: rule[name] for name in ARCHIVE} == ARCHIVE
    s3.put_bucket_cors(**BANK, CORSConfiguration={"CORSRules": [CORS]})
    assert s3.get_bucket_cors(**BANK)["CORSRules"] == [CORS]
    s3.put_bucket_encryption(**BANK, ServerSideEncryptionConfiguration={"Rules": [BY_KMS]})
    assert s3.get_bucket_encryption(**BANK)["ServerSideEncryptionConfiguration"]["Rules"] == [BY_KMS]
    tags = [{"Key": "team", "Value": "a & b"}, {"Key": "empty", "Value": ""}]
    s3.put_bucket_tagging(**BANK, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(**BANK)["TagSet"] == tags
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(**BANK, PublicAccessBlockConfiguration=block)
    assert s3.get_public_access_block(**BANK)["PublicAccessBlockConfiguration"] == block
    s3.put_bucket_ownership_controls(**BANK, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]})
    owned = s3.get_bucket_ownership_controls(**BANK)["OwnershipControls"]["Rules"]
    assert owned == [{"ObjectOwnership": "BucketOwnerPreferred"}]
    site = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}}
    s3.put_bucket_website(**BANK, WebsiteConfiguration=site)
    shown = s3.get_bucket_website(**BANK)
    assert {name: shown[name] for name in site} == site
    s3.put_bucket_versioning(**BANK, VersioningConfiguration={"Status": "Suspended"})
    assert s3.get_bucket_versioning(**BANK)["Status"] == "Suspended"


def test_acls_of_buckets_and_objects_are_kept(s3: Any) -> None:
    owner = s3.get_bucket_acl(**BANK)["Owner"]
    policy = {"Owner": owner, "Grants": [{"Grantee": EVERYONE, "Permission": "READ"}]}
    for put, get, where in (
        (s3.put_bucket_acl, s3.get_bucket_acl, BANK),
        (s3.put_object_acl, s3.get_object_acl, OBJECT),
    ):
        put(**where, AccessControlPolicy=policy)
        assert [grant["Grantee"]["URI"] for grant in get(**where)["Grants"]] == [EVERYONE["URI"]]
        put(**where, ACL="private")
        assert [grant["Permission"] for grant in get(**where)["Grants"]] == ["FULL_CONTROL"]
        put(**where, GrantRead=f'uri="{EVERYONE["URI"]}"')
        assert [grant["Grantee"]["URI"] for grant in get(**where)["Grants"]] == [EVERYONE["URI"]]


def test_the_version_null_is_there_without_versioning(s3: Any) -> None:
    assert s3.head_object(**OBJECT, VersionId="null")["ContentLength"] == 5
    assert s3.get_object(**OBJECT, VersionId="null")["Body"].read() == b"hello"
    assert refusal(s3.get_object, **OBJECT, VersionId="made-up") == (400, "InvalidArgument")


def test_an_upload_in_parts_is_completed_by_its_parts(s3: Any) -> None:
    where = {**BANK, "Key": "parts"}
    upload = s3.create_multipart_upload(**where, ChecksumAlgorithm="SHA256")["UploadId"]
    of_upload = {**where, "UploadId": upload}
    part = s3.upload_part(**of_upload, PartNumber=1, Body=b"x" * 10, ChecksumAlgorithm="SHA256")
    complete = s3.complete_multipart_upload
    assert refusal(complete, **of_upload) == (400, "InvalidRequest")
    assert refusal(complete, **of_upload, MultipartUpload={"Parts": []}) == (400, "InvalidRequest")
    assert refusal(complete, **of_upload, MultipartUpload={"Parts": [{"PartNumber": 1}]}) == (400, "MalformedXML")
    wrong = {"Parts": [{"PartNumber": 1, "ETag": "x"}]}
    assert refusal(complete, **of_upload, MultipartUpload=wrong) == (400, "InvalidPart")
    assert refusal(complete, **where, UploadId="x", MultipartUpload=wrong) == (404, "NoSuchUpload")
    complete(**of_upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    assert s3.get_object(**where)["Body"].read() == b"x" * 10


def test_clients_mistakes_are_refused_in_aws_words(s3: Any) -> None:
    assert refusal(s3.delete_object_tagging, **BANK, Key="none") == (404, "NoSuchKey")
    assert refusal(s3.get_object, **BANK, Key="\x00") == (404, "NoSuchKey")
    for listing in (s3.list_objects_v2, s3.list_objects, s3.list_object_versions):
        assert refusal(listing, **BANK, MaxKeys=-1) == (400, "InvalidArgument")
    assert refusal(s3.list_objects_v2, **BANK, ContinuationToken="x") == (400, "InvalidArgument")
    assert refusal(s3.put_object, **OBJECT, ACL="public") == (400, "InvalidArgument")
    assert refusal(s3.put_bucket_acl, **BANK, ACL="public") == (400, "InvalidArgument")
    assert refusal(s3.put_bucket_acl, **BANK, GrantRead="somebody") == (400, "InvalidArgument")
    assert refusal(s3.put_bucket_acl, **BANK) == (400, "MissingSecurityHeader")
    assert refusal(s3.put_object, **OBJECT, StorageClass="COLD") == (400, "InvalidStorageClass")
    lifecycle = s3.put_bucket_lifecycle_configuration
    assert refusal(lifecycle, **BANK, LifecycleConfiguration={"Rules": []}) == (400, "MalformedXML")
    assert refusal(lifecycle, **BANK) == (400, "MissingRequestBodyError")
    wrong = {**ARCHIVE, "Status": "On"}
    assert refusal(lifecycle, **BANK, LifecycleConfiguration={"Rules": [wrong]}) == (400, "MalformedXML")
    nothing = {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}}
    assert refusal(lifecycle, **BANK, LifecycleConfiguration={"Rules": [nothing]}) == (400, "InvalidRequest")
    versioning: Any = {}
    code = "IllegalVersioningConfigurationException"
    assert refusal(s3.put_bucket_versioning, **BANK, VersioningConfiguration=versioning) == (400, code)
    assert refusal(s3.put_bucket_policy, **BANK, Policy="[]") == (400, "MalformedPolicy")
    twice = {"TagSet": [{"Key": "a", "Value": "b"}] * 2}
    assert refusal(s3.put_object_tagging, **OBJECT, Tagging=twice) == (400, "InvalidTag")
    ciphers = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "rot13"}}]}
    encryption = s3.put_bucket_encryption
    assert refusal(encryption, **BANK, ServerSideEncryptionConfiguration=ciphers) == (400, "MalformedXML")
