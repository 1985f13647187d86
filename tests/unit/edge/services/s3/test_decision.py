"""Policies with S3's own condition keys, decided by the pipeline: allowed and denied sides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from botocore.auth import HmacV1QueryAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from skywalk.edge.arrival import Arrival
from support import edge_rows as rows
from support.edge_in_process import AT_ENDPOINT, HOST, Answer, InProcessEdge, in_process_edge, raw_request

Story = Callable[[InProcessEdge], Awaitable[None]]
TAGS = b"<Tagging><TagSet><Tag><Key>Class</Key><Value>%s</Value></Tag></TagSet></Tagging>"


def tell(story: Story, arrival: Arrival = AT_ENDPOINT) -> None:
    async def told() -> None:
        async with in_process_edge(arrival) as edge:
            await story(edge)

    asyncio.run(told())


def policy(*statements: tuple[str, str, dict[str, Any]]) -> str:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    made = [
        {"Effect": effect, "Principal": "*", "Action": action, "Resource": "*", "Condition": condition}
        for effect, action, condition in statements
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": made if "Allow" in json.dumps(made) else [allow, *made]})


def denies(edge: InProcessEdge, action: str, **condition: Any) -> None:
    edge.put(rows.bucket("documents", policy(("Deny", action, condition))))


def endpoint_allows(edge: InProcessEdge, action: str, **condition: Any) -> None:
    edge.put(rows.endpoint(policy(("Allow", action, condition))))


def test_listings_are_decided_by_prefix_delimiter_and_length() -> None:
    async def story(edge: InProcessEdge) -> None:
        endpoint_allows(
            edge,
            "s3:ListBucket",
            StringEquals={"s3:prefix": ["", "home/"], "s3:delimiter": "/"},
            NumericLessThanEquals={"s3:max-keys": "10"},
        )
        for query, status in (
            ("list-type=2&prefix=home%2F&delimiter=%2F&max-keys=10", 200),
            ("prefix=&delimiter=%2F&max-keys=2", 200),
            ("prefix=home%2F&delimiter=%2F&max-keys=11", 403),
            ("prefix=other%2F&delimiter=%2F&max-keys=10", 403),
            ("delimiter=%2F&max-keys=10", 403),
            ("prefix=home%2F&delimiter=%2F", 403),
        ):
            assert (await edge.ask("GET", f"/documents?{query}")).status == status, query
        assert (await edge.ask("HEAD", "/documents")).status == 403

    tell(story)


def test_uploads_without_encryption_are_denied() -> None:
    async def story(edge: InProcessEdge) -> None:
        denies(edge, "s3:PutObject", StringNotEquals={"s3:x-amz-server-side-encryption": "aws:kms"})
        assert (await edge.ask("PUT", "/documents/k", b"1")).status == 403
        by_kms, by_s3 = ({"x-amz-server-side-encryption": how} for how in ("aws:kms", "AES256"))
        assert (await edge.ask("PUT", "/documents/k", b"1", by_s3)).status == 403
        assert edge.backend.seen == []
        assert (await edge.ask("PUT", "/documents/k", b"1", by_kms)).status == 200
        assert (await edge.ask("POST", "/documents/k?uploads", b"", by_kms)).status == 200

    tell(story)


def test_parts_are_encrypted_as_their_upload_is() -> None:
    async def story(edge: InProcessEdge) -> None:
        denies(edge, "s3:PutObject", StringNotEquals={"s3:x-amz-server-side-encryption": "aws:kms"})
        asked = "/documents/k?uploadId=u&max-parts=1"
        part, whole = "/documents/k?partNumber=1&uploadId=u", "/documents/k?uploadId=u"
        parts = (
            b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>e</ETag></Part></CompleteMultipartUpload>"
        )
        for how, status in (("aws:kms", 200), ("AES256", 403)):
            edge.backend.answers["GET", asked] = Answer(200, b"", {"x-moto-upload-x-amz-server-side-encryption": how})
            assert (await edge.ask("PUT", part, b"1")).status == status
            assert (await edge.ask("POST", whole, parts)).status == status
        for lacking, expected in ((Answer(404), 403), (Answer(200), 403), (Answer(500), 503)):
            edge.backend.answers["GET", asked] = lacking
            claimed = {"x-amz-server-side-encryption": "aws:kms"}
            assert (await edge.ask("PUT", part, b"1", claimed)).status == expected
        assert [seen.body for seen in edge.backend.seen if seen.method == "PUT"] == [b"1"]
        denies(edge, "s3:PutObject", StringNotEquals={"s3:x-amz-acl": "bucket-owner-full-control"})
        for acl, status in (("bucket-owner-full-control", 200), ("private", 403)):
            edge.backend.answers["GET", asked] = Answer(200, b"", {"x-moto-upload-x-amz-acl": acl})
            assert (await edge.ask("PUT", part, b"1")).status == status
        listed = await edge.ask("GET", asked)
        assert not [name for name in listed.headers if "upload" in name]

    tell(story)


def test_a_presigned_header_counts_as_the_header() -> None:
    async def story(edge: InProcessEdge) -> None:
        denies(edge, "s3:PutObject", StringEquals={"s3:x-amz-acl": "public-read"})
        assert (await edge.ask("PUT", "/documents/k?x-amz-acl=public-read", b"1")).status == 403
        assert (await edge.ask("PUT", "/documents/k?x-amz-acl=private", b"1")).status == 200

    tell(story)


def presigned(age: timedelta = timedelta(), *, version_2: bool = False) -> bytes:
    request = AWSRequest("GET", f"https://{HOST}/documents/k")
    credentials = Credentials(rows.KEY_ID, rows.SECRET)
    if version_2:
        HmacV1QueryAuth(credentials, expires=3600).add_auth(request)
    else:
        made = (datetime.now(UTC) - age).replace(tzinfo=None)
        with patch("botocore.auth.get_current_datetime", lambda: made):
            S3SigV4QueryAuth(credentials, "s3", rows.REGION, expires=3600).add_auth(request)
    return raw_request("GET", request.prepare().url.partition(HOST)[2], {"Host": HOST})


def test_presigned_urls_are_told_from_headers_and_have_an_age() -> None:
    async def story(edge: InProcessEdge) -> None:
        denies(edge, "s3:*", NumericGreaterThan={"s3:signatureAge": "600000"})
        assert (await edge.send(presigned())).status == 200
        assert (await edge.send(presigned(timedelta(minutes=9)))).status == 200
        assert (await edge.send(presigned(timedelta(minutes=11)))).status == 403
        assert (await edge.ask("GET", "/documents/k")).status == 200
        denies(edge, "s3:*", StringNotEquals={"s3:authType": "REST-HEADER"})
        assert (await edge.send(presigned())).status == 403
        assert (await edge.ask("GET", "/documents/k")).status == 200
        denies(edge, "s3:*", StringEquals={"s3:signatureversion": "AWS"})
        assert (await edge.send(presigned(version_2=True))).status == 403
        assert (await edge.send(presigned())).status == 200

    tell(story)


def test_unsigned_content_can_be_denied() -> None:
    async def story(edge: InProcessEdge) -> None:
        denies(edge, "s3:PutObject", StringEquals={"s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
        unsigned = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
        assert (await edge.ask("PUT", "/documents/k", b"1", unsigned)).status == 403
        assert (await edge.ask("PUT", "/documents/k", b"1")).status == 200

    tell(story)


def test_the_owner_of_what_is_copied_is_its_own() -> None:
    async def story(edge: InProcessEdge) -> None:
        shared = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}})
        edge.put(rows.bucket("theirs", shared, rows.OTHER_ACCOUNT))
        endpoint_allows(edge, "s3:*", StringEquals={"s3:ResourceAccount": rows.ACCOUNT})
        assert (await edge.ask("GET", "/documents/k")).status == 200
        assert (await edge.ask("GET", "/theirs/k")).status == 403
        copy = {"x-amz-copy-source": "theirs/k", "x-amz-tagging-directive": "REPLACE"}
        assert (await edge.ask("PUT", "/documents/k", b"", copy)).status == 403
        own = {**copy, "x-amz-copy-source": "documents/k"}
        assert (await edge.ask("PUT", "/documents/k2", b"", own)).status == 200

    tell(story)


def answer_tags(edge: InProcessEdge, value: bytes, target: str = "/documents/k?tagging=") -> None:
    edge.backend.answers["GET", target] = Answer(200, TAGS % value, {"content-type": "application/xml"})


def test_the_tags_of_an_object_are_asked_for_where_a_policy_names_them() -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.ask("GET", "/documents/k")).status == 200
        assert [seen.target for seen in edge.backend.seen] == ["/documents/k"]
        endpoint_allows(edge, "s3:GetObject*", StringEquals={"s3:ExistingObjectTag/class": "public"})
        answer_tags(edge, b"public")
        assert (await edge.ask("GET", "/documents/k")).status == 200
        assert (await edge.ask("HEAD", "/documents/k")).status == 200
        asked = [(seen.method, seen.target) for seen in edge.backend.seen[1:]]
        assert asked == [
            ("GET", "/documents/k?tagging="),
            ("GET", "/documents/k"),
            ("GET", "/documents/k?tagging="),
            ("HEAD", "/documents/k"),
        ]
        answer_tags(edge, b"secret")
        assert (await edge.ask("GET", "/documents/k")).code == "AccessDenied"
        # What an upload would do to an object, its tags have no say in.
        assert (await edge.ask("PUT", "/documents/k", b"1")).code == "AccessDenied"

    tell(story)


def test_without_the_tags_nothing_is_allowed() -> None:
    async def story(edge: InProcessEdge) -> None:
        denies(edge, "s3:GetObject", StringEquals={"s3:ExistingObjectTag/class": "secret"})
        edge.backend.answers["GET", "/documents/k?tagging="] = Answer(501, b"")
        assert (await edge.ask("GET", "/documents/k")).status == 503
        assert [seen.target for seen in edge.backend.seen] == ["/documents/k?tagging="]
        edge.backend.answers["GET", "/documents/k?tagging="] = Answer(404, b"")
        assert (await edge.ask("GET", "/documents/k")).status == 200

    tell(story)


def test_the_version_that_is_read_has_the_tags_that_count() -> None:
    async def story(edge: InProcessEdge) -> None:
        denies(edge, "s3:GetObjectVersion", StringEquals={"s3:ExistingObjectTag/class": "secret"})
        answer_tags(edge, b"secret", "/documents/k?tagging=&versionId=null")
        assert (await edge.ask("GET", "/documents/k?versionId=null")).status == 403
        denies(edge, "s3:GetObjectVersion", StringEquals={"s3:VersionId": "null"})
        assert (await edge.ask("GET", "/documents/k?versionId=null")).status == 403
        assert (await edge.ask("GET", "/documents/k")).status == 200

    tell(story)


def test_a_copy_is_decided_by_the_tags_of_its_source() -> None:
    async def story(edge: InProcessEdge) -> None:
        denies(edge, "s3:GetObject", StringEquals={"s3:ExistingObjectTag/Class": "secret"})
        answer_tags(edge, b"secret")
        copy = {"x-amz-copy-source": "documents/k", "x-amz-tagging-directive": "REPLACE"}
        assert (await edge.ask("PUT", "/documents/k2", b"", copy)).status == 403
        answer_tags(edge, b"public")
        assert (await edge.ask("PUT", "/documents/k2", b"", copy)).status == 200
        # Its tags are copied if they may be read.
        denies(edge, "s3:GetObjectTagging", StringEquals={"s3:ExistingObjectTag/Class": "public"})
        tagged = {"x-amz-copy-source": "documents/k"}
        assert (await edge.ask("PUT", "/documents/k2", b"", tagged)).status == 403
        answer_tags(edge, b"other")
        assert (await edge.ask("PUT", "/documents/k2", b"", tagged)).status == 200

    tell(story)


def test_what_a_document_says_is_read_before_the_decision() -> None:
    async def story(edge: InProcessEdge) -> None:
        denies(edge, "s3:PutObjectTagging", StringNotEquals={"s3:RequestObjectTag/class": "public"})
        assert (await edge.ask("PUT", "/documents/k?tagging", TAGS % b"secret")).status == 403
        assert edge.backend.seen == []
        assert (await edge.ask("PUT", "/documents/k?tagging", TAGS % b"public")).status == 200
        (seen,) = edge.backend.seen
        assert b"<Key>Class</Key><Value>public</Value>" in seen.body
        assert (await edge.ask("PUT", "/documents/k", b"1", {"x-amz-tagging": "class=public"})).status == 200
        assert (await edge.ask("PUT", "/documents/k", b"1", {"x-amz-tagging": "class=secret"})).status == 403
        assert (await edge.ask("PUT", "/documents/k?tagging", b"<Tagging>")).code == "MalformedXML"

    tell(story)


def test_where_a_bucket_may_be_made() -> None:
    async def story(edge: InProcessEdge) -> None:
        endpoint_allows(edge, "s3:CreateBucket", StringEquals={"s3:LocationConstraint": "eu-west-1"})
        there = b"<CreateBucketConfiguration><LocationConstraint>%s</LocationConstraint></CreateBucketConfiguration>"
        assert (await edge.ask("PUT", "/new-one", there % b"eu-west-2")).code == "AccessDenied"
        assert (await edge.ask("PUT", "/new-one")).code == "AccessDenied"
        assert (await edge.ask("PUT", "/new-one", there % b"eu-west-1")).status == 200
        (seen,) = edge.backend.seen
        assert b"eu-west-1" in seen.body

    tell(story)


def test_each_key_that_is_deleted_has_its_version() -> None:
    async def story(edge: InProcessEdge) -> None:
        denies(edge, "s3:DeleteObjectVersion", StringEquals={"s3:VersionId": "null"})
        body = b"<Delete><Object><Key>a</Key><VersionId>null</VersionId></Object><Object><Key>b</Key></Object></Delete>"
        edge.backend.answers["POST", "/documents?delete="] = Answer(200, b"<DeleteResult></DeleteResult>")
        answer = await edge.ask("POST", "/documents?delete", body, {"x-amz-sdk-checksum-algorithm": "CRC32"})
        assert b"<Error><Key>a</Key><VersionId>null</VersionId><Code>AccessDenied</Code>" in answer.body
        (seen,) = edge.backend.seen
        assert b"<Key>b</Key>" in seen.body
        assert b"<Key>a</Key>" not in seen.body

    tell(story)


def test_who_may_not_list_is_not_told_which_keys_are_absent() -> None:
    async def story(edge: InProcessEdge) -> None:
        for method in ("GET", "HEAD"):
            edge.backend.answers[method, "/documents/absent"] = Answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            endpoint_allows(edge, "s3:*")
            assert (await edge.ask(method, "/documents/absent")).status == 404
            endpoint_allows(edge, "s3:GetObject")
            assert (await edge.ask(method, "/documents/absent")).status == 403

    tell(story)


def test_conditional_writes_are_enforced() -> None:
    """Source: S3 User Guide, "Enforce conditional writes on Amazon S3 buckets", example 1."""

    async def story(edge: InProcessEdge) -> None:
        denies(edge, "s3:PutObject", Null={"s3:if-none-match": "true"}, Bool={"s3:ObjectCreationOperation": "true"})
        assert (await edge.ask("PUT", "/documents/k", b"1")).status == 403
        assert (await edge.ask("PUT", "/documents/k", b"1", {"if-none-match": "*"})).status == 200
        assert (await edge.ask("POST", "/documents/k?uploads")).status == 200
        assert (await edge.ask("PUT", "/documents/k?partNumber=1&uploadId=u", b"1")).status == 200
        copy = {"x-amz-copy-source": "documents/k", "x-amz-tagging-directive": "REPLACE"}
        assert (await edge.ask("PUT", "/documents/k2", b"", copy)).status == 403

    tell(story)
