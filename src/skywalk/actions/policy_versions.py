"""Versions of managed policies: five at most, one of them the default, which is the one that counts.

The text for a version that is not there is unconfirmed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import limit_exceeded, no_such_entity, page_of
from skywalk.actions.managed_policies import check_managed_document, existing_policy, own_policy
from skywalk.resources.managed_policy import ManagedPolicy, PolicyVersion
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam

MAX_VERSIONS = 5
"""Source: IAM User Guide, "IAM and AWS STS quotas"."""


def create_policy_version(call: Call, request: iam.CreatePolicyVersionRequest) -> iam.CreatePolicyVersionResponse:
    """Raises NoSuchEntity, MalformedPolicyDocument, LimitExceeded."""
    policy = own_policy(call, request["PolicyArn"])
    check_managed_document(request["PolicyDocument"])
    if len(policy.versions) >= MAX_VERSIONS:
        raise limit_exceeded(
            f"A managed policy can have up to {MAX_VERSIONS} versions. Before you create a new version, you must "
            "delete an existing version."
        )
    number = policy.last_version + 1
    version = PolicyVersion(f"v{number}", request["PolicyDocument"], call.clock.now())
    changed = replace(
        policy,
        versions=(*policy.versions, version),
        last_version=number,
        updated_at=version.created_at,
        default_version_id=version.version_id if request.get("SetAsDefault") else policy.default_version_id,
    )
    call.tx.put(changed)
    return {"PolicyVersion": _show(changed, version)}


def get_policy_version(call: Call, request: iam.GetPolicyVersionRequest) -> iam.GetPolicyVersionResponse:
    policy = existing_policy(call, request["PolicyArn"])
    return {"PolicyVersion": show_with_document(policy, _existing(policy, request["VersionId"]))}


def list_policy_versions(call: Call, request: iam.ListPolicyVersionsRequest) -> iam.ListPolicyVersionsResponse:
    """Newest first."""
    policy = existing_policy(call, request["PolicyArn"])
    shown, ending = page_of(policy.versions[::-1], request)
    return {"Versions": [_show(policy, version) for version in shown], **ending}


def set_default_policy_version(call: Call, request: iam.SetDefaultPolicyVersionRequest) -> None:
    """Raises NoSuchEntity."""
    policy = own_policy(call, request["PolicyArn"])
    version = _existing(policy, request["VersionId"])
    call.tx.put(replace(policy, default_version_id=version.version_id))


def delete_policy_version(call: Call, request: iam.DeletePolicyVersionRequest) -> None:
    """Raises NoSuchEntity, DeleteConflict for the default version."""
    policy = own_policy(call, request["PolicyArn"])
    version = _existing(policy, request["VersionId"])
    if version.version_id == policy.default_version_id:
        raise AwsError("DeleteConflict", "Cannot delete the default version of a policy.", 409)
    call.tx.put(replace(policy, versions=tuple(one for one in policy.versions if one is not version)))


def show_with_document(policy: ManagedPolicy, version: PolicyVersion) -> iam.PolicyVersion:
    return {**_show(policy, version), "Document": version.document}


def _show(policy: ManagedPolicy, version: PolicyVersion) -> iam.PolicyVersion:
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.version_id == policy.default_version_id,
        "CreateDate": version.created_at,
    }


def _existing(policy: ManagedPolicy, version_id: str) -> PolicyVersion:
    found = next((one for one in policy.versions if one.version_id == version_id), None)
    if found is None:
        raise no_such_entity(f"Policy {policy.id} version {version_id} does not exist or is not attachable.")
    return found
