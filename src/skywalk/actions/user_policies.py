"""The policies of users: inline ones, and managed ones that are attached. See `policy_holders`."""

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
from skywalk.actions.users import existing_user

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam


def put_user_policy(call: Call, request: iam.PutUserPolicyRequest) -> None:
    """Adds or replaces. Raises NoSuchEntity, MalformedPolicyDocument, LimitExceeded."""
    user = existing_user(call, request["UserName"])
    put_inline(call, user, request["PolicyName"], request["PolicyDocument"])


def get_user_policy(call: Call, request: iam.GetUserPolicyRequest) -> iam.GetUserPolicyResponse:
    user = existing_user(call, request["UserName"])
    name = request["PolicyName"]
    return {"UserName": user.name, "PolicyName": name, "PolicyDocument": inline_text(user, name)}


def list_user_policies(call: Call, request: iam.ListUserPoliciesRequest) -> iam.ListUserPoliciesResponse:
    names, ending = inline_page(existing_user(call, request["UserName"]), request)
    return {"PolicyNames": names, **ending}


def delete_user_policy(call: Call, request: iam.DeleteUserPolicyRequest) -> None:
    delete_inline(call, existing_user(call, request["UserName"]), request["PolicyName"])


def attach_user_policy(call: Call, request: iam.AttachUserPolicyRequest) -> None:
    """Raises NoSuchEntity, InvalidInput, LimitExceeded."""
    attach(call, existing_user(call, request["UserName"]), request["PolicyArn"])


def detach_user_policy(call: Call, request: iam.DetachUserPolicyRequest) -> None:
    """Raises NoSuchEntity, InvalidInput."""
    detach(call, existing_user(call, request["UserName"]), request["PolicyArn"])


def list_attached_user_policies(
    call: Call, request: iam.ListAttachedUserPoliciesRequest
) -> iam.ListAttachedUserPoliciesResponse:
    attached, ending = attached_page(call, existing_user(call, request["UserName"]), request)
    return {"AttachedPolicies": attached, **ending}
