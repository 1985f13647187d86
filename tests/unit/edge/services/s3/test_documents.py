from __future__ import annotations

import pytest

from skywalk.edge.services.s3.documents import MAXIMUM_COMPLETION_BYTES, limit_bytes, read_document
from skywalk.edge.services.s3.request_shapes import OPERATIONS
from skywalk.edge.services.s3.xml_document import render_document
from skywalk.values.errors import AwsError
from support.s3_documents import xml

GRANT = "Grant(Grantee@CanonicalUser(ID=i) Permission=READ)"


def read(operation: str, body: str) -> str:
    document = OPERATIONS[operation].body
    assert document is not None
    sent = body if body.startswith("<") else xml(body)
    return render_document(read_document(operation, document, sent.encode())).decode()


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("PutBucketTagging", "Tagging(TagSet())"),
        ("PutBucketTagging", "<Tagging>\n <TagSet><Tag><Value> v </Value><Key>k</Key></Tag></TagSet></Tagging>"),
        ("PutBucketAcl", f"AccessControlPolicy(Owner(ID=o) AccessControlList({GRANT * 2}))"),
        ("PutBucketVersioning", "<VersioningConfiguration><Status> Enabled </Status></VersioningConfiguration>"),
        ("PutBucketEncryption", "ServerSideEncryptionConfiguration(Rule(BucketKeyEnabled=TRUE))"),
        ("PutObjectRetention", "Retention(RetainUntilDate=2030-01-01T00:00:00.000Z)"),
    ],
)  # fmt: skip
def test_what_the_model_knows_is_read(operation: str, body: str) -> None:
    assert read(operation, body)


def test_space_around_values_is_left_out_and_in_texts_kept() -> None:
    assert "<Status>Enabled</Status>" in read(
        "PutBucketVersioning", "<VersioningConfiguration> <Status>\nEnabled </Status></VersioningConfiguration>"
    )
    tagging = "<Tagging><TagSet><Tag><Key> k </Key><Value/></Tag></TagSet></Tagging>"
    assert "<Key> k </Key>" in read("PutBucketTagging", tagging)


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("PutBucketTagging", "Other()"),
        ("PutBucketTagging", "Tagging()"),
        ("PutBucketTagging", "Tagging(TagSet() TagSet())"),
        ("PutBucketTagging", "<Tagging>x<TagSet/></Tagging>"),
        ("PutBucketTagging", "Tagging(TagSet=x)"),
        ("PutBucketTagging", "Tagging(TagSet() Foo())"),
        ("PutBucketTagging", "Tagging(TagSet(Foo()))"),
        ("PutBucketTagging", "Tagging(TagSet(Tag(Key=k)))"),
        ("PutBucketTagging", "Tagging(TagSet(Tag(Key(b()) Value())))"),
        ("PutBucketLifecycleConfiguration", "LifecycleConfiguration()"),
        ("PutBucketLifecycleConfiguration", "LifecycleConfiguration(Rule(Status=On))"),
        ("PutBucketCors", "CORSConfiguration(CORSRule())"),
        ("PutPublicAccessBlock", "PublicAccessBlockConfiguration(BlockPublicAcls=yes)"),
        ("PutObjectLockConfiguration", "ObjectLockConfiguration(Rule(DefaultRetention(Days=2147483648)))"),
        ("PutObjectRetention", "Retention(RetainUntilDate=tomorrow)"),
        ("CompleteMultipartUpload", "CompleteMultipartUpload(Part(PartNumber=one))"),
    ],
)  # fmt: skip
def test_what_the_model_does_not_know_is_malformed(operation: str, body: str) -> None:
    with pytest.raises(AwsError) as refused:
        read(operation, body)
    assert refused.value.code == "MalformedXML"


@pytest.mark.parametrize(
    "grant",
    [
        "Grant(Grantee(ID=i) Permission=READ)",
        "Grant(Grantee@Nobody(ID=i) Permission=READ)",
        GRANT.replace("READ", "ALL"),
    ],
)
def test_acls_have_a_code_of_their_own(grant: str) -> None:
    body = f"AccessControlPolicy(Owner(ID=o) AccessControlList({grant}))"
    with pytest.raises(AwsError) as refused:
        read("PutObjectAcl", body)
    assert refused.value.code == "MalformedACLError"


def test_a_completion_may_be_longer_than_other_documents() -> None:
    assert limit_bytes("CompleteMultipartUpload") == MAXIMUM_COMPLETION_BYTES
    assert limit_bytes("PutBucketCors") == 1 << 20
