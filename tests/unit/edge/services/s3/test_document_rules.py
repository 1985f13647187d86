from __future__ import annotations

import pytest

from skywalk.edge.services.s3.document_rules import check_rules
from skywalk.edge.services.s3.documents import read_document
from skywalk.edge.services.s3.request import S3Request
from skywalk.edge.services.s3.request_shapes import OPERATIONS
from skywalk.values.errors import AwsError
from support.s3_documents import xml

INVENTORY = (
    "Destination(S3BucketDestination(Bucket=arn:aws:s3:::b Format=CSV)) IsEnabled=true IncludedObjectVersions=All "
    "Schedule(Frequency=Daily)"
)


def check(operation: str, inner: str) -> None:
    document = OPERATIONS[operation].body
    assert document is not None
    root = read_document(operation, document, xml(f"{document.root}({inner})").encode())
    check_rules(S3Request(operation, "PUT", "bank", "", (("id", "i"),), ()), root)


def rule(inner: str, *, target: str = "Filter(Prefix=p)", rule_id: str = "") -> str:
    return f"Rule({rule_id} Status=Enabled {target} {inner}) "


def grant(kind: str, who: str) -> str:
    return f"Owner() AccessControlList(Grant(Grantee@{kind}({who}) Permission=READ))"


DAYS = "Expiration(Days=1)"
BOTH = "Filter(And(Prefix=p Tag(Key=k Value=v)))"
ETAG = "ETag=e"
SSE = "ApplyServerSideEncryptionByDefault(SSEAlgorithm={} {})"
OWNED = "Rule(ObjectOwnership=ObjectWriter) "
QUEUE = "QueueConfiguration(Queue=arn:aws:sqs:us-east-1:1:q Event=s3:ObjectCreated:* {})"
EMPTY_PREFIX = "Filter(S3Key(FilterRule(Name=prefix Value=)))"
LOCK = "ObjectLockEnabled=Enabled Rule(DefaultRetention({}))"
MODE = "Mode=GOVERNANCE"

GOOD = [
    ("CompleteMultipartUpload", f"Part(PartNumber=1 {ETAG})"),
    ("PutBucketAcl", grant("CanonicalUser", "ID=i")),
    ("PutBucketAcl", grant("Group", "URI=http://acs.amazonaws.com/groups/global/AllUsers")),
    ("PutBucketAcl", "Owner(ID=i) AccessControlList()"),
    ("PutBucketCors", "CORSRule(AllowedMethod=GET AllowedOrigin=*)"),
    ("PutBucketEncryption", f"Rule({SSE.format('AES256', '')}) "),
    ("PutBucketEncryption", f"Rule({SSE.format('aws:kms', 'KMSMasterKeyID=k')}) "),
    ("PutBucketInventoryConfiguration", f"Id=i {INVENTORY}"),
    ("PutBucketLifecycleConfiguration", rule(DAYS)),
    ("PutBucketLifecycleConfiguration", rule(DAYS, target="Filter()")),
    ("PutBucketLifecycleConfiguration", rule(DAYS, target=BOTH)),
    ("PutBucketLifecycleConfiguration", rule(DAYS, target="Prefix()")),
    ("PutBucketLifecycleConfiguration", rule("Transition(Days=0 StorageClass=GLACIER)")),
    ("PutBucketLifecycleConfiguration", rule("Expiration(ExpiredObjectDeleteMarker=true)")),
    ("PutBucketLifecycleConfiguration", rule("AbortIncompleteMultipartUpload(DaysAfterInitiation=7)")),
    ("PutBucketLogging", ""),
    ("PutBucketLogging", "LoggingEnabled(TargetBucket=b TargetPrefix())"),
    ("PutBucketNotificationConfiguration", ""),
    ("PutBucketNotificationConfiguration", QUEUE.format("")),
    ("PutBucketOwnershipControls", OWNED),
    ("PutBucketTagging", "TagSet()"),
    ("PutBucketVersioning", "MfaDelete=Disabled Status=Suspended"),
    ("PutObjectLockConfiguration", "ObjectLockEnabled=Enabled"),
    ("PutObjectLockConfiguration", LOCK.format(f"{MODE} Days=1")),
    ("RestoreObject", "Days=1"),
    ("PutPublicAccessBlock", ""),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "inner"), GOOD)
def test_documents_that_say_what_they_must(operation: str, inner: str) -> None:
    check(operation, inner)


BAD = [
    ("CompleteMultipartUpload", "", "InvalidRequest"),
    ("CompleteMultipartUpload", "Part(PartNumber=1)", "MalformedXML"),
    ("CompleteMultipartUpload", f"Part({ETAG})", "MalformedXML"),
    ("CompleteMultipartUpload", "Part(PartNumber=1 ETag())", "MalformedXML"),
    ("PutBucketAcl", "", "MalformedACLError"),
    ("PutBucketAcl", "Owner()", "MalformedACLError"),
    ("PutObjectAcl", grant("Group", "ID=i"), "MalformedACLError"),
    ("PutObjectAcl", "Owner() AccessControlList(Grant(Permission=READ))", "MalformedACLError"),
    ("PutBucketAccelerateConfiguration", "", "MalformedXML"),
    ("PutBucketCors", "CORSRule(AllowedMethod() AllowedOrigin=*)", "MalformedXML"),
    ("PutBucketEncryption", "Rule()", "MalformedXML"),
    ("PutBucketEncryption", f"Rule({SSE.format('AES256', '')}) " * 2, "MalformedXML"),
    ("PutBucketEncryption", f"Rule({SSE.format('AES256', 'KMSMasterKeyID=k')}) ", "InvalidArgument"),
    ("PutBucketInventoryConfiguration", f"Id=j {INVENTORY}", "InvalidArgument"),
    ("PutBucketLifecycleConfiguration", rule(""), "InvalidRequest"),
    ("PutBucketLifecycleConfiguration", rule(DAYS, target=""), "MalformedXML"),
    ("PutBucketLifecycleConfiguration", rule(DAYS, target="Prefix() Filter()"), "MalformedXML"),
    ("PutBucketLifecycleConfiguration", rule(DAYS, target="Filter(Prefix() ObjectSizeLessThan=1)"), "MalformedXML"),
    ("PutBucketLifecycleConfiguration", rule(DAYS, target="Filter(And(Prefix()))"), "MalformedXML"),
    ("PutBucketLifecycleConfiguration", rule("Expiration()"), "MalformedXML"),
    ("PutBucketLifecycleConfiguration", rule("Expiration(Days=0)"), "InvalidArgument"),
    ("PutBucketLifecycleConfiguration", rule("Expiration(Days=1 Date=2030-01-01T00:00:00Z)"), "MalformedXML"),
    ("PutBucketLifecycleConfiguration", rule("Transition(Days=1)"), "MalformedXML"),
    ("PutBucketLifecycleConfiguration", rule("Transition(Days=-1 StorageClass=GLACIER)"), "InvalidArgument"),
    ("PutBucketLifecycleConfiguration", rule("NoncurrentVersionExpiration()"), "MalformedXML"),
    ("PutBucketLifecycleConfiguration", rule("NoncurrentVersionTransition(NoncurrentDays=1)"), "MalformedXML"),
    ("PutBucketLifecycleConfiguration", rule("AbortIncompleteMultipartUpload()"), "MalformedXML"),
    ("PutBucketLifecycleConfiguration", rule(DAYS, rule_id="ID=a") * 2, "InvalidArgument"),
    ("PutBucketLifecycleConfiguration", rule(DAYS, rule_id=f"ID={'a' * 256}"), "InvalidArgument"),
    ("PutBucketLogging", "LoggingEnabled(TargetBucket() TargetPrefix())", "MalformedXML"),
    ("PutBucketLogging", "LoggingEnabled(TargetBucket=b TargetPrefix() TargetGrants())", "MalformedXML"),
    ("PutBucketNotificationConfiguration", QUEUE.format("Filter()"), "MalformedXML"),
    ("PutBucketNotificationConfiguration", "TopicConfiguration(Topic= Event=s3:ObjectCreated:*)", "InvalidArgument"),
    ("PutBucketNotificationConfiguration", QUEUE.format(EMPTY_PREFIX), "InvalidArgument"),
    ("PutBucketOwnershipControls", OWNED * 2, "MalformedXML"),
    ("PutBucketTagging", "TagSet(" + "Tag(Key=k Value())" * 2 + ")", "InvalidTag"),
    ("PutObjectTagging", "TagSet(" + "Tag(Key=k Value())" * 11 + ")", "BadRequest"),
    ("PutBucketVersioning", "", "IllegalVersioningConfigurationException"),
    ("PutBucketVersioning", "Status=Enabled MfaDelete=Enabled", "NotImplemented"),
    ("PutObjectLegalHold", "", "MalformedXML"),
    ("PutObjectLockConfiguration", "", "MalformedXML"),
    ("PutObjectLockConfiguration", LOCK.format(MODE), "MalformedXML"),
    ("PutObjectLockConfiguration", LOCK.format("Days=1"), "MalformedXML"),
    ("PutObjectLockConfiguration", LOCK.format(f"{MODE} Days=1 Years=1"), "MalformedXML"),
    ("PutObjectLockConfiguration", LOCK.format(f"{MODE} Days=0"), "InvalidArgument"),
    ("PutObjectRetention", MODE, "MalformedXML"),
    ("RestoreObject", "", "MalformedXML"),
    ("RestoreObject", "Days=0", "InvalidArgument"),
    ("RestoreObject", "Type=SELECT", "NotImplemented"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "inner", "code"), BAD)
def test_documents_that_do_not_are_refused(operation: str, inner: str, code: str) -> None:
    with pytest.raises(AwsError) as refused:
        check(operation, inner)
    assert refused.value.code == code
