"""Tags of users, roles, managed policies and instance profiles. The text for too many tags is unconfirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from skywalk.actions.iam_entities import limit_exceeded, page_of, parse_iam_tags, show_iam_tags
from skywalk.actions.instance_profiles import existing_profile
from skywalk.actions.managed_policies import existing_policy, own_policy
from skywalk.actions.roles import existing_role
from skywalk.actions.users import existing_user
from skywalk.resources.managed_policy import ManagedPolicy
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.user import User
from skywalk.values.tags import Tag

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam

T = TypeVar("T", InstanceProfile, ManagedPolicy, Role, User)

MAX_TAGS = 50
"""Source: IAM User Guide, "Tagging IAM resources"."""


def tag_instance_profile(call: Call, request: iam.TagInstanceProfileRequest) -> None:
    _tag(call, existing_profile(call, request["InstanceProfileName"]), request["Tags"])


def untag_instance_profile(call: Call, request: iam.UntagInstanceProfileRequest) -> None:
    _untag(call, existing_profile(call, request["InstanceProfileName"]), request["TagKeys"])


def list_instance_profile_tags(
    call: Call, request: iam.ListInstanceProfileTagsRequest
) -> iam.ListInstanceProfileTagsResponse:
    shown, ending = page_of(existing_profile(call, request["InstanceProfileName"]).tags, request)
    return {"Tags": show_iam_tags(shown), **ending}


def tag_policy(call: Call, request: iam.TagPolicyRequest) -> None:
    _tag(call, own_policy(call, request["PolicyArn"]), request["Tags"])


def untag_policy(call: Call, request: iam.UntagPolicyRequest) -> None:
    _untag(call, own_policy(call, request["PolicyArn"]), request["TagKeys"])


def list_policy_tags(call: Call, request: iam.ListPolicyTagsRequest) -> iam.ListPolicyTagsResponse:
    shown, ending = page_of(existing_policy(call, request["PolicyArn"]).tags, request)
    return {"Tags": show_iam_tags(shown), **ending}


def tag_role(call: Call, request: iam.TagRoleRequest) -> None:
    _tag(call, existing_role(call, request["RoleName"]), request["Tags"])


def untag_role(call: Call, request: iam.UntagRoleRequest) -> None:
    _untag(call, existing_role(call, request["RoleName"]), request["TagKeys"])


def list_role_tags(call: Call, request: iam.ListRoleTagsRequest) -> iam.ListRoleTagsResponse:
    shown, ending = page_of(existing_role(call, request["RoleName"]).tags, request)
    return {"Tags": show_iam_tags(shown), **ending}


def tag_user(call: Call, request: iam.TagUserRequest) -> None:
    _tag(call, existing_user(call, request["UserName"]), request["Tags"])


def untag_user(call: Call, request: iam.UntagUserRequest) -> None:
    _untag(call, existing_user(call, request["UserName"]), request["TagKeys"])


def list_user_tags(call: Call, request: iam.ListUserTagsRequest) -> iam.ListUserTagsResponse:
    shown, ending = page_of(existing_user(call, request["UserName"]).tags, request)
    return {"Tags": show_iam_tags(shown), **ending}


def _tag(call: Call, tagged: T, tags: Sequence[iam.Tag]) -> None:
    """Adds and replaces; keys do not differ by case alone. Raises InvalidInput, LimitExceeded."""
    added: tuple[Tag, ...] = parse_iam_tags(tags)
    replaced: set[str] = {tag.key.lower() for tag in added}
    merged = sorted((*added, *(tag for tag in tagged.tags if tag.key.lower() not in replaced)))
    if len(merged) > MAX_TAGS:
        raise limit_exceeded(f"Cannot exceed quota for TagsPer{type(tagged).__name__}: {MAX_TAGS}")
    call.tx.put(replace(tagged, tags=tuple(merged)))


def _untag(call: Call, tagged: T, keys: Sequence[str]) -> None:
    """Keys that are not there change nothing."""
    removed = {key.lower() for key in keys}
    call.tx.put(replace(tagged, tags=tuple(tag for tag in tagged.tags if tag.key.lower() not in removed)))
