"""The policies of roles: inline ones. Managed policies cannot be attached yet, so that lists of them are empty."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import (
    characters_of_policy,
    check_policy,
    iam_page,
    limit_exceeded,
    no_such_entity,
)
from skywalk.actions.roles import existing_role
from skywalk.policy.document import PolicyKind

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam
    from skywalk.values.errors import AwsError

MAX_INLINE_CHARACTERS = 10_240
"""All inline policies of a role together, white space aside. Source: IAM User Guide, "IAM and AWS STS quotas"."""


def put_role_policy(call: Call, request: iam.PutRolePolicyRequest) -> None:
    """Adds or replaces. Raises NoSuchEntity, MalformedPolicyDocument, LimitExceeded."""
    role = existing_role(call, request["RoleName"])
    check_policy(request["PolicyDocument"], PolicyKind.IDENTITY)
    policies = {**role.inline_policies, request["PolicyName"]: request["PolicyDocument"]}
    if sum(characters_of_policy(text) for text in policies.values()) > MAX_INLINE_CHARACTERS:
        raise limit_exceeded(f"Maximum policy size of {MAX_INLINE_CHARACTERS} bytes exceeded for role {role.name}")
    call.tx.put(replace(role, inline_policies=policies))


def get_role_policy(call: Call, request: iam.GetRolePolicyRequest) -> iam.GetRolePolicyResponse:
    role = existing_role(call, request["RoleName"])
    name = request["PolicyName"]
    if name not in role.inline_policies:
        raise _not_found(name)
    return {"RoleName": role.name, "PolicyName": name, "PolicyDocument": role.inline_policies[name]}


def list_role_policies(call: Call, request: iam.ListRolePoliciesRequest) -> iam.ListRolePoliciesResponse:
    role = existing_role(call, request["RoleName"])
    shown, marker = iam_page(sorted(role.inline_policies), request.get("Marker"), request.get("MaxItems"))
    result: iam.ListRolePoliciesResponse = {"PolicyNames": list(shown), "IsTruncated": marker is not None}
    if marker is not None:
        result["Marker"] = marker
    return result


def delete_role_policy(call: Call, request: iam.DeleteRolePolicyRequest) -> None:
    role = existing_role(call, request["RoleName"])
    if request["PolicyName"] not in role.inline_policies:
        raise _not_found(request["PolicyName"])
    kept = {name: text for name, text in role.inline_policies.items() if name != request["PolicyName"]}
    call.tx.put(replace(role, inline_policies=kept))


def list_attached_role_policies(
    call: Call, request: iam.ListAttachedRolePoliciesRequest
) -> iam.ListAttachedRolePoliciesResponse:
    existing_role(call, request["RoleName"])
    return {"AttachedPolicies": [], "IsTruncated": False}


def _not_found(policy_name: str) -> AwsError:
    return no_such_entity(f"The role policy with name {policy_name} cannot be found.")
