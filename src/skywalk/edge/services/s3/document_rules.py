"""What S3's documents must say besides what the model can: what goes together, how many, which codes.

Source: S3 API Reference, the operations' pages and "Error responses"; S3 User Guide, "Categorizing your storage using
tags", "Setting an S3 Lifecycle configuration". Unconfirmed: the words for a filter rule without a value, and the code
for an inventory whose id is not the one in the query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from skywalk.edge.services.s3 import errors
from skywalk.edge.services.s3.request import S3Request
from skywalk.edge.services.s3.tags import OF_BUCKET, OF_OBJECT, check_tags
from skywalk.edge.services.s3.xml_document import Element

_MAXIMUM_RULES = 1000
_GRANTEES = {"CanonicalUser": "ID", "Group": "URI", "AmazonCustomerByEmail": "EmailAddress"}
_ACTIONS = (
    "Expiration",
    "Transition",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransition",
    "AbortIncompleteMultipartUpload",
)
_HEADERS_OF_CORS = ("AllowedHeader", "AllowedMethod", "AllowedOrigin", "ExposeHeader")
_TARGETS = ("Topic", "Queue", "CloudFunction")
_DAYS = ("Days", "NoncurrentDays", "DaysAfterInitiation")
_POSITIVE_IN = ("Expiration", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")

Rule = Callable[[S3Request, Element], None]


def check_rules(request: S3Request, root: Element) -> None:
    """`root` is of its operation's shape. Raises AwsError."""
    rule = _RULES.get(request.operation)
    if rule is not None:
        rule(request, root)


def tags_of(parent: Element) -> list[tuple[str, str]]:
    return [(one.text_of("Key") or "", one.text_of("Value") or "") for one in parent.all("Tag")]


def _completion(_request: S3Request, root: Element) -> None:
    parts = root.all("Part")
    if not parts:
        raise errors.invalid_request("You must specify at least one part")
    for part in parts:
        _require(part, "PartNumber", "ETag")
        if not part.text_of("ETag"):
            raise errors.malformed_xml()


def _acl(_request: S3Request, root: Element) -> None:
    if root.find("Owner") is None or root.find("AccessControlList") is None:
        raise errors.malformed_acl()
    if not all(map(_is_grant, root.find("AccessControlList").children)):  # type: ignore[union-attr]
        raise errors.malformed_acl()


def _is_grant(grant: Element) -> bool:
    grantee = grant.find("Grantee")
    if grantee is None or grant.find("Permission") is None or grantee.xsi_type is None:
        return False
    return bool(grantee.text_of(_GRANTEES[grantee.xsi_type]))


def _logging(_request: S3Request, root: Element) -> None:
    enabled = root.find("LoggingEnabled")
    if enabled is None:
        return
    grants = enabled.find("TargetGrants")
    if not enabled.text_of("TargetBucket") or (grants is not None and not grants.children):
        raise errors.malformed_xml()
    if grants is not None and not all(map(_is_grant, grants.children)):
        raise errors.malformed_xml()


def _versioning(_request: S3Request, root: Element) -> None:
    if root.find("Status") is None:
        raise errors.illegal_versioning()
    if root.text_of("MfaDelete") == "Enabled":
        raise errors.not_implemented("MFA delete")


def _lifecycle(_request: S3Request, root: Element) -> None:
    rules = root.all("Rule")
    if not rules or len(rules) > _MAXIMUM_RULES:
        raise errors.malformed_xml()
    for rule in rules:
        _lifecycle_rule(rule)
    ids = [rule.text_of("ID") for rule in rules if rule.text_of("ID")]
    if len(set(ids)) != len(ids):
        raise errors.invalid_argument("Rule ID must be unique. Found same ID for more than one rule")


def _lifecycle_rule(rule: Element) -> None:
    if len(rule.text_of("ID") or "") > 255:
        raise errors.invalid_argument("ID length should not exceed allowed limit of 255")
    if all(rule.find(action) is None for action in _ACTIONS):
        raise errors.invalid_request("At least one action needs to be specified in a rule")
    target = rule.find("Filter")
    if (target is None) == (rule.find("Prefix") is None) or (target is not None and len(target.children) > 1):
        raise errors.malformed_xml()
    both = None if target is None else target.find("And")
    if both is not None and len(both.children) < 2:
        raise errors.malformed_xml()
    for action in (one for one in rule.children if one.name in _ACTIONS):
        _lifecycle_action(action)


def _lifecycle_action(action: Element) -> None:
    when = sum(action.find(name) is not None for name in ("Days", "Date", "ExpiredObjectDeleteMarker"))
    if action.name in ("Expiration", "Transition") and when != 1:
        raise errors.malformed_xml()
    if action.name == "Transition":
        _require(action, "StorageClass")
    elif action.name == "NoncurrentVersionTransition":
        _require(action, "StorageClass", "NoncurrentDays")
    elif action.name == "NoncurrentVersionExpiration":
        _require(action, "NoncurrentDays")
    elif action.name == "AbortIncompleteMultipartUpload":
        _require(action, "DaysAfterInitiation")
    least = 1 if action.name in _POSITIVE_IN else 0
    for name in _DAYS:
        days = action.text_of(name)
        if days is not None and int(days) < least:
            sort = "positive" if least else "nonnegative"
            raise errors.invalid_argument(f"'{name}' for {action.name} action must be a {sort} integer")


def _encryption(_request: S3Request, root: Element) -> None:
    rule = _only(root.all("Rule"))
    default = rule.find("ApplyServerSideEncryptionByDefault")
    if default is None:
        raise errors.malformed_xml()
    if default.find("KMSMasterKeyID") is not None and default.text_of("SSEAlgorithm") == "AES256":
        raise errors.invalid_argument(
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
        )


def _ownership(_request: S3Request, root: Element) -> None:
    _only(root.all("Rule"))


def _object_lock(_request: S3Request, root: Element) -> None:
    _require(root, "ObjectLockEnabled")
    rule = root.find("Rule")
    if rule is None:
        return
    retention = rule.find("DefaultRetention")
    if retention is None or (retention.find("Days") is None) == (retention.find("Years") is None):
        raise errors.malformed_xml()
    _require(retention, "Mode")
    if int(retention.text_of("Days") or retention.text_of("Years") or 0) < 1:
        raise errors.invalid_argument("Default retention period must be a positive integer value.")


def _retention(_request: S3Request, root: Element) -> None:
    _require(root, "Mode", "RetainUntilDate")


def _status(_request: S3Request, root: Element) -> None:
    _require(root, "Status")


def _notification(_request: S3Request, root: Element) -> None:
    for target in root.children:
        if any(one.name in _TARGETS and not one.text for one in target.children):
            raise errors.invalid_argument("The ARN is not well formed")
        filtered = target.find("Filter")
        if filtered is None:
            continue
        key = filtered.find("S3Key")
        if key is None or not key.children:
            raise errors.malformed_xml()
        for rule in key.children:
            _require(rule, "Name", "Value")
            if not rule.text_of("Value"):
                raise errors.invalid_argument("filter value cannot be empty")


def _inventory(request: S3Request, root: Element) -> None:
    if root.text_of("Id") != dict(request.query).get("id"):
        raise errors.invalid_argument("The id of the configuration is not the id of the request")


def _cors(_request: S3Request, root: Element) -> None:
    for rule in root.all("CORSRule"):
        if any(not one.text for one in rule.children if one.name in _HEADERS_OF_CORS):
            raise errors.malformed_xml()


def _bucket_tagging(_request: S3Request, root: Element) -> None:
    _tagging(root, OF_BUCKET)


def _object_tagging(_request: S3Request, root: Element) -> None:
    _tagging(root, OF_OBJECT)


def _tagging(root: Element, most: int) -> None:
    tag_set = root.find("TagSet")
    assert tag_set is not None
    check_tags(tags_of(tag_set), most)


def _replication(_request: S3Request, root: Element) -> None:
    if not root.all("Rule") or len(root.all("Rule")) > _MAXIMUM_RULES:
        raise errors.malformed_xml()


def _restore(_request: S3Request, root: Element) -> None:
    if root.text_of("Type") is not None:
        raise errors.not_implemented("A restore request of a type")
    _require(root, "Days")
    if int(root.text_of("Days") or 0) < 1:
        raise errors.invalid_argument("'Days' must be a positive integer")


def _require(parent: Element, *names: str) -> None:
    if any(parent.find(name) is None for name in names):
        raise errors.malformed_xml()


def _only(rules: Sequence[Element]) -> Element:
    if len(rules) != 1:
        raise errors.malformed_xml()
    return rules[0]


_RULES: Mapping[str, Rule] = {
    "CompleteMultipartUpload": _completion,
    "PutBucketAccelerateConfiguration": _status,
    "PutBucketAcl": _acl,
    "PutBucketCors": _cors,
    "PutBucketEncryption": _encryption,
    "PutBucketInventoryConfiguration": _inventory,
    "PutBucketLifecycleConfiguration": _lifecycle,
    "PutBucketLogging": _logging,
    "PutBucketNotificationConfiguration": _notification,
    "PutBucketOwnershipControls": _ownership,
    "PutBucketReplication": _replication,
    "PutBucketTagging": _bucket_tagging,
    "PutBucketVersioning": _versioning,
    "PutObjectAcl": _acl,
    "PutObjectLegalHold": _status,
    "PutObjectLockConfiguration": _object_lock,
    "PutObjectRetention": _retention,
    "PutObjectTagging": _object_tagging,
    "RestoreObject": _restore,
}
