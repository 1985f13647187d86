"""The table of operations: method and sub-resource → operation and actions.

Source: S3 User Guide, "Required permissions for Amazon S3 API operations".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_LISTING = frozenset({"prefix", "delimiter", "encoding-type", "max-keys"})
_RESPONSE = frozenset(
    f"response-{name}"
    for name in (
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-type",
        "expires",
    )
)


@dataclass(frozen=True, slots=True)
class Operation:
    """`actions` as policies name them (`s3:GetObject`); `version_actions` replace them where the request has a
    versionId, and are empty where the operation takes none. `parameters` are forwarded, the sub-resource's own names
    besides."""

    name: str
    actions: tuple[str, ...]
    version_actions: tuple[str, ...] = ()
    parameters: frozenset[str] = frozenset()


def _on(name: str, *actions: str, takes: frozenset[str] = frozenset()) -> Operation:
    return Operation(name, _in_s3(actions), (), takes)


def _versioned(name: str, actions: str, version_actions: str, *, takes: frozenset[str] = frozenset()) -> Operation:
    return Operation(name, _in_s3(actions.split()), _in_s3(version_actions.split()), takes)


def _in_s3(actions: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"s3:{action}" for action in actions)


LIST_BUCKETS = _on(
    "ListBuckets",
    "ListAllMyBuckets",
    takes=frozenset({"max-buckets", "continuation-token", "prefix", "bucket-region"}),
)

_GET_BUCKET = {
    "": _on("ListObjects", "ListBucket", takes=_LISTING | {"marker"}),
    "versions": _on("ListObjectVersions", "ListBucketVersions", takes=_LISTING | {"key-marker", "version-id-marker"}),
    "uploads": _on(
        "ListMultipartUploads",
        "ListBucketMultipartUploads",
        takes=(_LISTING - {"max-keys"}) | {"key-marker", "upload-id-marker", "max-uploads"},
    ),
    "location": _on("GetBucketLocation", "GetBucketLocation"),
    "policyStatus": _on("GetBucketPolicyStatus", "GetBucketPolicyStatus"),
}

LIST_OBJECTS_V2 = _on(
    "ListObjectsV2", "ListBucket", takes=_LISTING | {"list-type", "continuation-token", "fetch-owner", "start-after"}
)

# sub-resource: (operation's noun, action to read, to write, to delete); an empty action: no such operation.
_BUCKET_SETTINGS = {
    "policy": ("BucketPolicy", "GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"),
    "acl": ("BucketAcl", "GetBucketAcl", "PutBucketAcl", ""),
    "cors": ("BucketCors", "GetBucketCORS", "PutBucketCORS", "PutBucketCORS"),
    "encryption": (
        "BucketEncryption",
        "GetEncryptionConfiguration",
        "PutEncryptionConfiguration",
        "PutEncryptionConfiguration",
    ),
    "lifecycle": (
        "BucketLifecycleConfiguration",
        "GetLifecycleConfiguration",
        "PutLifecycleConfiguration",
        "PutLifecycleConfiguration",
    ),
    "replication": (
        "BucketReplication",
        "GetReplicationConfiguration",
        "PutReplicationConfiguration",
        "PutReplicationConfiguration",
    ),
    "tagging": ("BucketTagging", "GetBucketTagging", "PutBucketTagging", "PutBucketTagging"),
    "website": ("BucketWebsite", "GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"),
    "versioning": ("BucketVersioning", "GetBucketVersioning", "PutBucketVersioning", ""),
    "notification": (
        "BucketNotificationConfiguration",
        "GetBucketNotification",
        "PutBucketNotification",
        "",
    ),
    "logging": ("BucketLogging", "GetBucketLogging", "PutBucketLogging", ""),
    "requestPayment": ("BucketRequestPayment", "GetBucketRequestPayment", "PutBucketRequestPayment", ""),
    "accelerate": (
        "BucketAccelerateConfiguration",
        "GetAccelerateConfiguration",
        "PutAccelerateConfiguration",
        "",
    ),
    "publicAccessBlock": (
        "PublicAccessBlock",
        "GetBucketPublicAccessBlock",
        "PutBucketPublicAccessBlock",
        "PutBucketPublicAccessBlock",
    ),
    "ownershipControls": (
        "BucketOwnershipControls",
        "GetBucketOwnershipControls",
        "PutBucketOwnershipControls",
        "PutBucketOwnershipControls",
    ),
    "object-lock": (
        "ObjectLockConfiguration",
        "GetBucketObjectLockConfiguration",
        "PutBucketObjectLockConfiguration",
        "",
    ),
}

# Configurations of which a bucket has several: GET without an id lists them.
_BUCKET_CONFIGURATIONS = {
    "inventory": ("Inventory", "InventoryConfiguration"),
    "metrics": ("Metrics", "MetricsConfiguration"),
    "analytics": ("Analytics", "AnalyticsConfiguration"),
    "intelligent-tiering": ("IntelligentTiering", "IntelligentTieringConfiguration"),
}


def _bucket_operations() -> dict[tuple[str, str], Operation]:
    table = {("GET", selector): operation for selector, operation in _GET_BUCKET.items()}
    table["HEAD", ""] = _on("HeadBucket", "ListBucket")
    table["PUT", ""] = _on("CreateBucket", "CreateBucket")
    table["DELETE", ""] = _on("DeleteBucket", "DeleteBucket")
    table["POST", "delete"] = _on("DeleteObjects")
    table["POST", ""] = _on("PostObject")
    for selector, (noun, read, write, delete) in _BUCKET_SETTINGS.items():
        for method, verb, action in (("GET", "Get", read), ("PUT", "Put", write), ("DELETE", "Delete", delete)):
            if action:
                table[method, selector] = _on(verb + noun, action)
    table["DELETE", "lifecycle"] = _on("DeleteBucketLifecycle", "PutLifecycleConfiguration")
    for selector, (noun, action) in _BUCKET_CONFIGURATIONS.items():
        takes = frozenset({"id", "continuation-token"})
        name = f"Bucket{noun}Configuration"
        table["GET", selector] = _on("Get" + name, "Get" + action, takes=takes)
        table["PUT", selector] = _on("Put" + name, "Put" + action, takes=takes)
        table["DELETE", selector] = _on("Delete" + name, "Put" + action, takes=takes)
    return table


_OF_READ = frozenset({"versionId", "partNumber"}) | _RESPONSE
_VERSION = frozenset({"versionId"})
_PART = frozenset({"partNumber", "uploadId"})

BUCKET_OPERATIONS = _bucket_operations()
"""(method, sub-resource or "") → operation on a bucket."""

OBJECT_OPERATIONS = {
    ("GET", ""): _versioned("GetObject", "GetObject", "GetObjectVersion", takes=_OF_READ),
    ("HEAD", ""): _versioned("HeadObject", "GetObject", "GetObjectVersion", takes=_OF_READ),
    ("GET", "attributes"): _versioned(
        "GetObjectAttributes",
        "GetObject GetObjectAttributes",
        "GetObjectVersion GetObjectVersionAttributes",
        takes=_VERSION,
    ),
    ("GET", "torrent"): _on("GetObjectTorrent", "GetObject"),
    ("POST", "select"): _on("SelectObjectContent", "GetObject", takes=frozenset({"select-type"})),
    ("PUT", ""): _on("PutObject", "PutObject"),
    ("DELETE", ""): _versioned("DeleteObject", "DeleteObject", "DeleteObjectVersion", takes=_VERSION),
    ("POST", "uploads"): _on("CreateMultipartUpload", "PutObject"),
    ("PUT", "uploadId"): _on("UploadPart", "PutObject", takes=_PART),
    ("POST", "uploadId"): _on("CompleteMultipartUpload", "PutObject", takes=_PART - {"partNumber"}),
    ("DELETE", "uploadId"): _on("AbortMultipartUpload", "AbortMultipartUpload", takes=_PART - {"partNumber"}),
    ("GET", "uploadId"): _on(
        "ListParts", "ListMultipartUploadParts", takes=frozenset({"uploadId", "max-parts", "part-number-marker"})
    ),
    ("GET", "tagging"): _versioned("GetObjectTagging", "GetObjectTagging", "GetObjectVersionTagging", takes=_VERSION),
    ("PUT", "tagging"): _versioned("PutObjectTagging", "PutObjectTagging", "PutObjectVersionTagging", takes=_VERSION),
    ("DELETE", "tagging"): _versioned(
        "DeleteObjectTagging", "DeleteObjectTagging", "DeleteObjectVersionTagging", takes=_VERSION
    ),
    ("GET", "acl"): _versioned("GetObjectAcl", "GetObjectAcl", "GetObjectVersionAcl", takes=_VERSION),
    ("PUT", "acl"): _versioned("PutObjectAcl", "PutObjectAcl", "PutObjectVersionAcl", takes=_VERSION),
    ("GET", "retention"): _versioned("GetObjectRetention", "GetObjectRetention", "GetObjectRetention", takes=_VERSION),
    ("PUT", "retention"): _versioned("PutObjectRetention", "PutObjectRetention", "PutObjectRetention", takes=_VERSION),
    ("GET", "legal-hold"): _versioned("GetObjectLegalHold", "GetObjectLegalHold", "GetObjectLegalHold", takes=_VERSION),
    ("PUT", "legal-hold"): _versioned("PutObjectLegalHold", "PutObjectLegalHold", "PutObjectLegalHold", takes=_VERSION),
    ("POST", "restore"): _versioned("RestoreObject", "RestoreObject", "RestoreObject", takes=_VERSION),
}
"""(method, sub-resource or "") → operation on an object."""

_NOT_SERVED = frozenset(
    {
        "abac",
        "annotation",
        "append",
        "metadataAnnotationTable",
        "metadataConfiguration",
        "metadataInventoryTable",
        "metadataJournalTable",
        "metadataTable",
        "renameObject",
        "session",
    }
)
SELECTORS = frozenset(selector for _, selector in (*BUCKET_OPERATIONS, *OBJECT_OPERATIONS) if selector) | _NOT_SERVED
"""Every query parameter that makes a request another operation, those that are not served among them."""

PARAMETERS = frozenset().union(
    *(operation.parameters for operation in (*BUCKET_OPERATIONS.values(), *OBJECT_OPERATIONS.values())),
    LIST_BUCKETS.parameters,
    LIST_OBJECTS_V2.parameters,
)
"""Every other query parameter of S3."""
