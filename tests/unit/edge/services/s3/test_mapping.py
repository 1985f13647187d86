from __future__ import annotations

import pytest

from skywalk.edge.services.s3.mapping import map_request
from skywalk.edge.services.s3.operations import BUCKET_OPERATIONS, OBJECT_OPERATIONS
from skywalk.edge.services.s3.request import S3Request
from skywalk.values.errors import AwsError

REGIONAL = "s3.us-east-1.amazonaws.com"
NAMES = (REGIONAL, "s3.dualstack.us-east-1.amazonaws.com", "s3.amazonaws.com", "localhost")


def request(line: str, host: str = REGIONAL, **headers: str) -> S3Request:
    """`GET /bank/key?acl` with headers, underscores for hyphens."""
    method, target = line.split(" ", 1)
    path, _, query = target.partition("?")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return map_request(method, host, path, query, named, service_names=NAMES)


def checks(mapped: S3Request) -> list[str]:
    return [f"{check.action} {check.resource.removeprefix('arn:aws:s3:::')}" for check in mapped.checks]


def code(line: str, host: str = REGIONAL, **headers: str) -> str:
    with pytest.raises(AwsError) as error:
        request(line, host, **headers)
    return error.value.code


BUCKET_ROWS = """
GET /                       ListBuckets                          ListAllMyBuckets *
PUT /bank                   CreateBucket                         CreateBucket bank
DELETE /bank                DeleteBucket                         DeleteBucket bank
HEAD /bank                  HeadBucket                           ListBucket bank
GET /bank                   ListObjects                          ListBucket bank
GET /bank/                  ListObjects                          ListBucket bank
GET /bank?list-type=2       ListObjectsV2                        ListBucket bank
GET /bank?versions          ListObjectVersions                   ListBucketVersions bank
GET /bank?uploads           ListMultipartUploads                 ListBucketMultipartUploads bank
GET /bank?location          GetBucketLocation                    GetBucketLocation bank
GET /bank?policy            GetBucketPolicy                      GetBucketPolicy bank
PUT /bank?policy            PutBucketPolicy                      PutBucketPolicy bank
DELETE /bank?policy         DeleteBucketPolicy                   DeleteBucketPolicy bank
GET /bank?policyStatus      GetBucketPolicyStatus                GetBucketPolicyStatus bank
GET /bank?acl               GetBucketAcl                         GetBucketAcl bank
PUT /bank?acl               PutBucketAcl                         PutBucketAcl bank
GET /bank?cors              GetBucketCors                        GetBucketCORS bank
PUT /bank?cors              PutBucketCors                        PutBucketCORS bank
DELETE /bank?cors           DeleteBucketCors                     PutBucketCORS bank
GET /bank?encryption        GetBucketEncryption                  GetEncryptionConfiguration bank
PUT /bank?encryption        PutBucketEncryption                  PutEncryptionConfiguration bank
DELETE /bank?encryption     DeleteBucketEncryption               PutEncryptionConfiguration bank
GET /bank?lifecycle         GetBucketLifecycleConfiguration      GetLifecycleConfiguration bank
PUT /bank?lifecycle         PutBucketLifecycleConfiguration      PutLifecycleConfiguration bank
DELETE /bank?lifecycle      DeleteBucketLifecycle                PutLifecycleConfiguration bank
GET /bank?replication       GetBucketReplication                 GetReplicationConfiguration bank
PUT /bank?replication       PutBucketReplication                 PutReplicationConfiguration bank
DELETE /bank?replication    DeleteBucketReplication              PutReplicationConfiguration bank
GET /bank?tagging           GetBucketTagging                     GetBucketTagging bank
PUT /bank?tagging           PutBucketTagging                     PutBucketTagging bank
DELETE /bank?tagging        DeleteBucketTagging                  PutBucketTagging bank
GET /bank?website           GetBucketWebsite                     GetBucketWebsite bank
PUT /bank?website           PutBucketWebsite                     PutBucketWebsite bank
DELETE /bank?website        DeleteBucketWebsite                  DeleteBucketWebsite bank
GET /bank?versioning        GetBucketVersioning                  GetBucketVersioning bank
PUT /bank?versioning        PutBucketVersioning                  PutBucketVersioning bank
GET /bank?notification      GetBucketNotificationConfiguration   GetBucketNotification bank
PUT /bank?notification      PutBucketNotificationConfiguration   PutBucketNotification bank
GET /bank?logging           GetBucketLogging                     GetBucketLogging bank
PUT /bank?logging           PutBucketLogging                     PutBucketLogging bank
GET /bank?requestPayment    GetBucketRequestPayment              GetBucketRequestPayment bank
PUT /bank?requestPayment    PutBucketRequestPayment              PutBucketRequestPayment bank
GET /bank?accelerate        GetBucketAccelerateConfiguration     GetAccelerateConfiguration bank
PUT /bank?accelerate        PutBucketAccelerateConfiguration     PutAccelerateConfiguration bank
GET /bank?publicAccessBlock     GetPublicAccessBlock             GetBucketPublicAccessBlock bank
PUT /bank?publicAccessBlock     PutPublicAccessBlock             PutBucketPublicAccessBlock bank
DELETE /bank?publicAccessBlock  DeletePublicAccessBlock          PutBucketPublicAccessBlock bank
GET /bank?ownershipControls     GetBucketOwnershipControls       GetBucketOwnershipControls bank
PUT /bank?ownershipControls     PutBucketOwnershipControls       PutBucketOwnershipControls bank
DELETE /bank?ownershipControls  DeleteBucketOwnershipControls    PutBucketOwnershipControls bank
GET /bank?object-lock       GetObjectLockConfiguration           GetBucketObjectLockConfiguration bank
PUT /bank?object-lock       PutObjectLockConfiguration           PutBucketObjectLockConfiguration bank
GET /bank?inventory         ListBucketInventoryConfigurations    GetInventoryConfiguration bank
GET /bank?inventory&id=1    GetBucketInventoryConfiguration      GetInventoryConfiguration bank
PUT /bank?inventory&id=1    PutBucketInventoryConfiguration      PutInventoryConfiguration bank
DELETE /bank?inventory&id=1 DeleteBucketInventoryConfiguration   PutInventoryConfiguration bank
GET /bank?metrics&id=1      GetBucketMetricsConfiguration        GetMetricsConfiguration bank
DELETE /bank?metrics&id=1   DeleteBucketMetricsConfiguration     PutMetricsConfiguration bank
PUT /bank?analytics&id=1    PutBucketAnalyticsConfiguration      PutAnalyticsConfiguration bank
GET /bank?analytics         ListBucketAnalyticsConfigurations    GetAnalyticsConfiguration bank
GET /bank?intelligent-tiering ListBucketIntelligentTieringConfigurations GetIntelligentTieringConfiguration bank
"""

OBJECT_ROWS = """
GET /bank/k                    GetObject                  GetObject
GET /bank/k?versionId=v        GetObject                  GetObjectVersion
GET /bank/k?partNumber=2       GetObject                  GetObject
HEAD /bank/k                   HeadObject                 GetObject
HEAD /bank/k?versionId=v       HeadObject                 GetObjectVersion
GET /bank/k?attributes         GetObjectAttributes        GetObject,GetObjectAttributes
GET /bank/k?attributes&versionId=v GetObjectAttributes    GetObjectVersion,GetObjectVersionAttributes
GET /bank/k?torrent            GetObjectTorrent           GetObject
POST /bank/k?select&select-type=2 SelectObjectContent     GetObject
PUT /bank/k                    PutObject                  PutObject
POST /bank/k?uploads           CreateMultipartUpload      PutObject
PUT /bank/k?partNumber=1&uploadId=u UploadPart            PutObject
POST /bank/k?uploadId=u        CompleteMultipartUpload    PutObject
DELETE /bank/k?uploadId=u      AbortMultipartUpload       AbortMultipartUpload
GET /bank/k?uploadId=u         ListParts                  ListMultipartUploadParts
DELETE /bank/k                 DeleteObject               DeleteObject
DELETE /bank/k?versionId=v     DeleteObject               DeleteObjectVersion
GET /bank/k?tagging            GetObjectTagging           GetObjectTagging
PUT /bank/k?tagging            PutObjectTagging           PutObjectTagging
DELETE /bank/k?tagging         DeleteObjectTagging        DeleteObjectTagging
GET /bank/k?tagging&versionId=v    GetObjectTagging       GetObjectVersionTagging
PUT /bank/k?tagging&versionId=v    PutObjectTagging       PutObjectVersionTagging
DELETE /bank/k?tagging&versionId=v DeleteObjectTagging    DeleteObjectVersionTagging
GET /bank/k?acl                GetObjectAcl               GetObjectAcl
GET /bank/k?acl&versionId=v    GetObjectAcl               GetObjectVersionAcl
PUT /bank/k?acl                PutObjectAcl               PutObjectAcl
PUT /bank/k?acl&versionId=v    PutObjectAcl               PutObjectVersionAcl
GET /bank/k?retention          GetObjectRetention         GetObjectRetention
PUT /bank/k?retention          PutObjectRetention         PutObjectRetention
PUT /bank/k?retention&versionId=v PutObjectRetention      PutObjectRetention
GET /bank/k?legal-hold         GetObjectLegalHold         GetObjectLegalHold
PUT /bank/k?legal-hold         PutObjectLegalHold         PutObjectLegalHold
POST /bank/k?restore           RestoreObject              RestoreObject
"""


@pytest.mark.parametrize("row", BUCKET_ROWS.strip().splitlines())
def test_bucket_rows(row: str) -> None:
    method, target, operation, action, resource = row.split()
    mapped = request(f"{method} {target}")
    assert (mapped.operation, checks(mapped)) == (operation, [f"s3:{action} {resource}"])
    path, _, query = target.partition("?")
    assert mapped.target.partition("?")[0] == (path.rstrip("/") or "/")
    assert mapped.target.partition("?")[2].replace("=", "") == query.replace("=", "")


@pytest.mark.parametrize("row", OBJECT_ROWS.strip().splitlines())
def test_object_rows(row: str) -> None:
    method, target, operation, actions = row.split()
    mapped = request(f"{method} {target}")
    assert mapped.operation == operation
    assert checks(mapped) == [f"s3:{action} bank/k" for action in actions.split(",")]


def test_every_operation_of_the_tables_has_a_row_or_a_test() -> None:
    rows = {row.split()[2] for row in (BUCKET_ROWS + OBJECT_ROWS).strip().splitlines() if row}
    named = {one.name for one in (*BUCKET_OPERATIONS.values(), *OBJECT_OPERATIONS.values())}
    many_alike = {name for name in named if name.startswith(("GetBucket", "PutBucket", "DeleteBucket"))}
    assert named - rows - many_alike == {"DeleteObjects", "PostObject"}


def test_both_styles_mean_the_same() -> None:
    path_style = request("GET /bank/a/b")
    assert request("GET /a/b", "bank.s3.us-east-1.amazonaws.com") == path_style
    assert request("GET /a/b", "Bank.S3.amazonaws.com:443") == path_style
    assert path_style.target == "/bank/a/b"


@pytest.mark.parametrize(
    ("headers", "further"),
    [
        ({"x_amz_acl": "public-read"}, ["PutObjectAcl"]),
        ({"x_amz_grant_read": "id=1"}, ["PutObjectAcl"]),
        ({"x_amz_tagging": "a=b"}, ["PutObjectTagging"]),
        ({"x_amz_object_lock_mode": "GOVERNANCE", "x_amz_object_lock_retain_until_date": "x"}, ["PutObjectRetention"]),
        ({"x_amz_object_lock_legal_hold": "ON"}, ["PutObjectLegalHold"]),
        ({"x_amz_acl": "private", "x_amz_tagging": ""}, ["PutObjectAcl", "PutObjectTagging"]),
    ],
)
@pytest.mark.parametrize("line", ["PUT /bank/k", "POST /bank/k?uploads"])
def test_headers_of_writes_add_actions(line: str, headers: dict[str, str], further: list[str]) -> None:
    assert checks(request(line, **headers)) == [f"s3:{action} bank/k" for action in ["PutObject", *further]]


def test_headers_of_create_bucket_add_actions() -> None:
    mapped = request(
        "PUT /bank",
        x_amz_acl="private",
        x_amz_object_ownership="ObjectWriter",
        x_amz_bucket_object_lock_enabled="true",
    )
    assert [check.action for check in mapped.checks] == [
        "s3:CreateBucket",
        "s3:PutBucketAcl",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketVersioning",
    ]


def test_bypassing_governance_is_an_action_of_its_own() -> None:
    bypassing = request("DELETE /bank/k?versionId=v", x_amz_bypass_governance_retention="true")
    assert checks(bypassing) == ["s3:DeleteObjectVersion bank/k", "s3:BypassGovernanceRetention bank/k"]
    assert bypassing.header_changes == (("x-amz-bypass-governance-retention", "true"),)
    not_so = request("DELETE /bank/k", x_amz_bypass_governance_retention="false")
    assert checks(not_so) == ["s3:DeleteObject bank/k"]
    assert not_so.header_changes == (("x-amz-bypass-governance-retention", None),)


def test_only_one_range_of_bytes_is_forwarded() -> None:
    for taken in ("bytes=0-9", "bytes=5-", "bytes=-5"):
        assert request("GET /bank/k", range=taken).header_changes == ()
    for ignored in ("junk", "bytes=", "bytes=-", "bytes=a-b", "items=0-1", "bytes=0-0,2-3", "bytes=\u0661-2"):
        assert request("GET /bank/k", range=ignored).header_changes == (("range", None),)


def test_presigned_urls_carry_headers_in_the_query() -> None:
    mapped = request(
        "PUT /bank/k?X-Amz-Algorithm=A&X-Amz-Credential=C&X-Amz-Signature=S&X-Amz-Expires=60&X-Amz-Date=D"
        "&X-Amz-SignedHeaders=host&X-Amz-Acl=public-read&x-amz-meta-a=b&x-id=PutObject"
    )
    assert checks(mapped) == ["s3:PutObject bank/k", "s3:PutObjectAcl bank/k"]
    assert mapped.query == ()
    assert mapped.header_changes == (("x-amz-acl", "public-read"), ("x-amz-meta-a", "b"))
    assert code("PUT /bank/k?x-amz-acl=private", x_amz_acl="public-read") == "InvalidArgument"
    assert code("PUT /bank/k?x-amz-meta-a=b%0d%0ax:y") == "InvalidArgument"
    assert code("PUT /bank/k?x-amz-acl=private&X-Amz-Acl=public-read") == "InvalidArgument"


def test_copy_checks_source_and_destination() -> None:
    mapped = request("PUT /bank/k", x_amz_copy_source="/vault/a%20b;c%23d?versionId=v%2F1", x_amz_acl="private")
    assert mapped.operation == "CopyObject"
    assert checks(mapped) == [
        "s3:GetObjectVersion vault/a b;c#d",
        "s3:PutObject bank/k",
        "s3:PutObjectAcl bank/k",
    ]
    assert [check.action for check in mapped.source_tag_checks] == [
        "s3:GetObjectVersionTagging",
        "s3:PutObjectTagging",
    ]
    assert mapped.header_changes == (("x-amz-copy-source", "/vault/a%20b%3Bc%23d?versionId=v%2F1"),)
    assert mapped.absent_key_check is not None
    assert mapped.absent_key_check.resource == "arn:aws:s3:::vault"


def test_copy_that_replaces_tags_does_not_read_them() -> None:
    mapped = request("PUT /bank/k", x_amz_copy_source="vault/a", x_amz_tagging_directive="REPLACE", x_amz_tagging="a=b")
    assert checks(mapped) == ["s3:GetObject vault/a", "s3:PutObject bank/k", "s3:PutObjectTagging bank/k"]
    assert mapped.source_tag_checks == ()


def test_upload_part_copy() -> None:
    mapped = request("PUT /bank/k?partNumber=1&uploadId=u", x_amz_copy_source="vault%2Fa")
    assert (mapped.operation, mapped.source_tag_checks) == ("UploadPartCopy", ())
    assert checks(mapped) == ["s3:GetObject vault/a", "s3:PutObject bank/k"]
    assert mapped.target == "/bank/k?partNumber=1&uploadId=u"


def test_keys_of_bodies_and_forms() -> None:
    delete = request("POST /bank?delete")
    assert (delete.operation, delete.per_key_body, delete.checks) == ("DeleteObjects", True, ())
    form = request("POST /bank", content_type="multipart/form-data; boundary=x")
    assert (form.operation, form.key_in_form, form.checks) == ("PostObject", True, ())
    assert code("POST /bank", content_type="text/plain") == "PreconditionFailed"


def test_reading_an_absent_key_says_so_with_list_bucket_only() -> None:
    for line in ("GET /bank/k", "HEAD /bank/k", "GET /bank/k?versionId=v"):
        check = request(line).absent_key_check
        assert check is not None
        assert (check.action, check.resource) == ("s3:ListBucket", "arn:aws:s3:::bank")
    assert request("PUT /bank/k").absent_key_check is None
    assert request("GET /bank").absent_key_check is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("OPTIONS /bank/k", "MethodNotAllowed"),
        ("PATCH /bank/k", "MethodNotAllowed"),
        ("get /bank/k", "MethodNotAllowed"),
        ("POST /bank/k", "MethodNotAllowed"),
        ("PUT /", "MethodNotAllowed"),
        ("GET /?acl", "MethodNotAllowed"),
        ("HEAD /bank?acl", "MethodNotAllowed"),
        ("HEAD /bank/k?tagging", "MethodNotAllowed"),
        ("DELETE /bank?acl", "MethodNotAllowed"),
        ("DELETE /bank?location", "MethodNotAllowed"),
        ("PUT /bank/k?uploads", "MethodNotAllowed"),
        ("GET /bank/k?policy", "NotImplemented"),
        ("GET /bank?retention", "NotImplemented"),
        ("GET /bank?session", "NotImplemented"),
        ("PUT /bank/k?renameObject", "NotImplemented"),
        ("PUT /bank/k?encryption", "NotImplemented"),
        ("PUT /bank?metadataConfiguration", "NotImplemented"),
        ("DELETE /bank?newer", "NotImplemented"),
        ("PUT /bank/k?newer=1", "NotImplemented"),
        ("PUT /bank?ACL", "NotImplemented"),
        ("GET /bank/k?acl&tagging", "InvalidArgument"),
        ("GET /bank/k?acl&%61cl", "InvalidArgument"),
        ("GET /bank/k?versionId=a&versionId=b", "InvalidArgument"),
        ("GET /bank/k?versionId=", "InvalidArgument"),
        ("PUT /bank/k?versionId=v", "InvalidArgument"),
        ("GET /bank?versionId=v", "InvalidArgument"),
        ("POST /bank/k?uploads&uploadId=u", "InvalidArgument"),
        ("PUT /bank/k?uploadId=u", "InvalidArgument"),
        ("PUT /bank/k?partNumber=1", "InvalidArgument"),
        ("PUT /bank/k?partNumber=0&uploadId=u", "InvalidArgument"),
        ("PUT /bank/k?partNumber=10001&uploadId=u", "InvalidArgument"),
        ("PUT /bank/k?partNumber=%D9%A1&uploadId=u", "InvalidArgument"),
        ("GET /bank/k?uploadId=", "InvalidArgument"),
        ("GET /bank?list-type=3", "InvalidArgument"),
        ("PUT /Bank", "InvalidBucketName"),
        ("PUT /a..b", "InvalidBucketName"),
        ("PUT /10.0.0.1", "InvalidBucketName"),
    ],
)
def test_refused(line: str, expected: str) -> None:
    assert code(line) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", "InvalidArgument"),
        ("vault", "InvalidArgument"),
        ("vault/", "InvalidArgument"),
        ("vault/k?versionId=", "InvalidArgument"),
        ("vault/k?acl", "InvalidArgument"),
        ("vault/%zz", "InvalidArgument"),
        ("//vault/k", "InvalidBucketName"),
        ("arn:aws:s3:us-east-1:123456789012:accesspoint/a/object/k", "NotImplemented"),
    ],
)
def test_copy_sources_that_are_refused(source: str, expected: str) -> None:
    assert code("PUT /bank/k", x_amz_copy_source=source) == expected


def test_a_copy_source_belongs_to_copies() -> None:
    assert code("PUT /bank/k?acl", x_amz_copy_source="vault/k") == "InvalidArgument"
    assert code("GET /bank/k", x_amz_copy_source="vault/k") == "InvalidArgument"
    assert code("PUT /bank/k?x-amz-copy-source=vault/k", x_amz_copy_source="vault/l") == "InvalidArgument"


def test_unknown_parameters_are_not_forwarded_when_reading() -> None:
    mapped = request("GET /bank/k?cache=1&response-content-type=text%2Fplain&prefix=x")
    assert mapped.target == "/bank/k?response-content-type=text%2Fplain"


def test_listing_parameters_are_forwarded_as_understood() -> None:
    mapped = request("GET /bank?list-type=2&prefix=a+b%2Bc&delimiter=%2F&max-keys=2&x=y")
    assert mapped.query == (("list-type", "2"), ("prefix", "a b+c"), ("delimiter", "/"), ("max-keys", "2"))
    assert mapped.target == "/bank?list-type=2&prefix=a%20b%2Bc&delimiter=%2F&max-keys=2"
