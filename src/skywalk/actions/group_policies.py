"""The policies of groups: inline ones, and managed ones that are attached. See `policy_holders`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.groups import existing_group
from skywalk.actions.policy_holders import (
    attach,
    attached_page,
    delete_inline,
    detach,
    inline_page,
    inline_text,
    put_inline,
)

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam


def put_group_policy(call: Call, request: iam.PutGroupPolicyRequest) -> None:
    """Adds or replaces. Raises NoSuchEntity, MalformedPolicyDocument, LimitExceeded."""
    group = existing_group(call, request["GroupName"])
    put_inline(call, group, request["PolicyName"], request["PolicyDocument"])


def get_group_policy(call: Call, request: iam.GetGroupPolicyRequest) -> iam.GetGroupPolicyResponse:
    group = existing_group(call, request["GroupName"])
    name = request["PolicyName"]
    return {"GroupName": group.name, "PolicyName": name, "PolicyDocument": inline_text(group, name)}


def list_group_policies(call: Call, request: iam.ListGroupPoliciesRequest) -> iam.ListGroupPoliciesResponse:
    names, ending = inline_page(existing_group(call, request["GroupName"]), request)
    return {"PolicyNames": names, **ending}


def delete_group_policy(call: Call, request: iam.DeleteGroupPolicyRequest) -> None:
    delete_inline(call, existing_group(call, request["GroupName"]), request["PolicyName"])


def attach_group_policy(call: Call, request: iam.AttachGroupPolicyRequest) -> None:
    """Raises NoSuchEntity, InvalidInput, LimitExceeded."""
    attach(call, existing_group(call, request["GroupName"]), request["PolicyArn"])


def detach_group_policy(call: Call, request: iam.DetachGroupPolicyRequest) -> None:
    """Raises NoSuchEntity, InvalidInput."""
    detach(call, existing_group(call, request["GroupName"]), request["PolicyArn"])


def list_attached_group_policies(
    call: Call, request: iam.ListAttachedGroupPoliciesRequest
) -> iam.ListAttachedGroupPoliciesResponse:
    attached, ending = attached_page(call, existing_group(call, request["GroupName"]), request)
    return {"AttachedPolicies": attached, **ending}
