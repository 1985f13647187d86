from __future__ import annotations

import pytest

from skywalk.edge.services.s3.request import S3Request
from skywalk.edge.services.s3.validation import check_head
from skywalk.values.errors import AwsError


def check(operation: str, headers: dict[str, str] | None = None, **query: str) -> None:
    parameters = tuple((name.replace("_", "-"), value) for name, value in query.items())
    check_head(S3Request(operation, "GET", "bank", "", parameters, ()), headers or {})


def refusal(operation: str, headers: dict[str, str] | None = None, **query: str) -> tuple[str, str]:
    with pytest.raises(AwsError) as refused:
        check(operation, headers, **query)
    assert refused.value.status == 400
    return refused.value.code, refused.value.message


@pytest.mark.parametrize("value", ["0", "1000", "2147483647"])
def test_numbers_of_a_listing(value: str) -> None:
    check("ListObjectsV2", max_keys=value)
    check("ListParts", max_parts=value, part_number_marker=value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("-1", "Argument max-keys must be an integer between 0 and 2147483647"),
        ("", "Provided max-keys not an integer or within integer range"),
        ("x", "Provided max-keys not an integer or within integer range"),
        ("2147483648", "Provided max-keys not an integer or within integer range"),
        ("\u0663", "Provided max-keys not an integer or within integer range"),
    ],
)
@pytest.mark.parametrize("operation", ["ListObjects", "ListObjectsV2", "ListObjectVersions"])
def test_what_is_no_number_of_a_listing(operation: str, value: str, message: str) -> None:
    assert refusal(operation, max_keys=value) == ("InvalidArgument", message)


def test_keys_are_encoded_for_urls_or_not_at_all() -> None:
    check("ListObjects", encoding_type="url")
    assert refusal("ListObjects", encoding_type="x") == (
        "InvalidArgument",
        "Invalid Encoding Method specified in Request",
    )


GOOD = [
    ("PutObject", "x-amz-acl", "bucket-owner-full-control"),
    ("CreateBucket", "x-amz-acl", "log-delivery-write"),
    ("PutObjectAcl", "x-amz-grant-read", 'id="a", uri=http://acs.amazonaws.com/groups/global/AllUsers'),
    ("PutBucketAcl", "x-amz-grant-write-acp", 'emailAddress="a@b.c"'),
    ("PutObject", "x-amz-storage-class", "STANDARD_IA"),
    ("PutObject", "x-amz-tagging", "a=b&c=d"),
    ("PutObject", "x-amz-object-lock-retain-until-date", "2030-01-01T00:00:00Z"),
    ("GetObjectAttributes", "x-amz-object-attributes", "ETag, ObjectSize"),
    ("CopyObject", "x-amz-metadata-directive", "REPLACE"),
    ("PutObject", "x-amz-made-up", "x"),
    ("GetObject", "x-amz-acl", "x"),
    ("HeadBucket", "x-amz-storage-class", "x"),
]


@pytest.mark.parametrize(("operation", "name", "value"), GOOD)
def test_headers_of_the_model_are_taken_and_others_not_looked_at(operation: str, name: str, value: str) -> None:
    check(operation, {name: value})


BAD = [
    ("PutObject", "x-amz-acl", "zz", "InvalidArgument"),
    ("PutBucketAcl", "x-amz-acl", "", "InvalidArgument"),
    ("PutObjectAcl", "x-amz-grant-read", "somebody", "InvalidArgument"),
    ("PutObjectAcl", "x-amz-grant-read", "id=", "InvalidArgument"),
    ("PutObjectAcl", "x-amz-grant-everything", 'id="a"', "InvalidArgument"),
    ("PutObject", "x-amz-storage-class", "zz", "InvalidStorageClass"),
    ("PutObject", "x-amz-server-side-encryption", "rot13", "InvalidArgument"),
    ("PutObject", "x-amz-object-lock-mode", "zz", "InvalidArgument"),
    ("PutObject", "x-amz-object-lock-retain-until-date", "tomorrow", "InvalidArgument"),
    ("PutObject", "x-amz-sdk-checksum-algorithm", "zz", "InvalidRequest"),
    ("CreateMultipartUpload", "x-amz-checksum-algorithm", "zz", "InvalidRequest"),
    ("CompleteMultipartUpload", "x-amz-mp-object-size", "-1", "InvalidArgument"),
    ("CopyObject", "x-amz-metadata-directive", "MERGE", "InvalidArgument"),
    ("CreateBucket", "x-amz-object-ownership", "Nobody", "InvalidArgument"),
    ("GetObjectAttributes", "x-amz-object-attributes", "ETag,Foo", "InvalidArgument"),
    ("GetObjectAttributes", "x-amz-max-parts", "x", "InvalidArgument"),
    ("PutObject", "x-amz-tagging", "a=b&a=c", "InvalidArgument"),
]


@pytest.mark.parametrize(("operation", "name", "value", "code"), BAD)
def test_wrong_headers_are_refused(operation: str, name: str, value: str, code: str) -> None:
    assert refusal(operation, {name: value})[0] == code


def test_attributes_are_asked_for_by_name() -> None:
    assert refusal("GetObjectAttributes")[0] == "InvalidArgument"
