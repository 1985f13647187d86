"""The policies of roles: inline ones, and managed ones that are attached. See `policy_holders`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.policy_holders import (
    attach,
    attached_page,
    delete_inline,
    detach,
    inline_page,
    inline_text,
    put_inline,
)
from skywalk.actions.roles import existing_role

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam


def put_role_policy(call: Call, request: iam.PutRolePolicyRequest) -> None:
    """Adds or replaces. Raises NoSuchEntity, MalformedPolicyDocument, LimitExceeded."""
    role = existing_role(call, request["RoleName"])
    put_inline(call, role, request["PolicyName"], request["PolicyDocument"])


def get_role_policy(call: Call, request: iam.GetRolePolicyRequest) -> iam.GetRolePolicyResponse:
    role = existing_role(call, request["RoleName"])
    name = request["PolicyName"]
    return {"RoleName": role.name, "PolicyName": name, "PolicyDocument": inline_text(role, name)}


def list_role_policies(call: Call, request: iam.ListRolePoliciesRequest) -> iam.ListRolePoliciesResponse:
    names, ending = inline_page(existing_role(call, request["RoleName"]), request)
    return {"PolicyNames": names, **ending}


def delete_role_policy(call: Call, request: iam.DeleteRolePolicyRequest) -> None:
    delete_inline(call, existing_role(call, request["RoleName"]), request["PolicyName"])


def attach_role_policy(call: Call, request: iam.AttachRolePolicyRequest) -> None:
    """Raises NoSuchEntity, InvalidInput, LimitExceeded."""
    attach(call, existing_role(call, request["RoleName"]), request["PolicyArn"])


def detach_role_policy(call: Call, request: iam.DetachRolePolicyRequest) -> None:
    """Raises NoSuchEntity, InvalidInput."""
    detach(call, existing_role(call, request["RoleName"]), request["PolicyArn"])


def list_attached_role_policies(
    call: Call, request: iam.ListAttachedRolePoliciesRequest
) -> iam.ListAttachedRolePoliciesResponse:
    attached, ending = attached_page(call, existing_role(call, request["RoleName"]), request)
    return {"AttachedPolicies": attached, **ending}
