"""Who belongs to which group. The text for a user who is not in the group is unconfirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.groups import existing_group, show_group
from skywalk.actions.iam_entities import limit_exceeded, no_such_entity, page_of
from skywalk.actions.users import existing_user
from skywalk.resources.group import Group

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam

GROUPS_PER_USER = 10
"""Source: IAM User Guide, "IAM and AWS STS quotas"."""


def add_user_to_group(call: Call, request: iam.AddUserToGroupRequest) -> None:
    """Nothing changes for one who is in it. Raises NoSuchEntity, LimitExceeded."""
    group = existing_group(call, request["GroupName"])
    user = existing_user(call, request["UserName"])
    if group.id in user.group_arns:
        return
    if len(user.group_arns) >= GROUPS_PER_USER:
        raise limit_exceeded(f"Cannot exceed quota for GroupsPerUser: {GROUPS_PER_USER}")
    call.tx.put(replace(user, group_arns=(*user.group_arns, group.id)))


def remove_user_from_group(call: Call, request: iam.RemoveUserFromGroupRequest) -> None:
    """Raises NoSuchEntity, also for a user who is not in it."""
    group = existing_group(call, request["GroupName"])
    user = existing_user(call, request["UserName"])
    if group.id not in user.group_arns:
        raise no_such_entity(f"User {user.name} is not in group {group.name}.")
    call.tx.put(replace(user, group_arns=tuple(arn for arn in user.group_arns if arn != group.id)))


def list_groups_for_user(call: Call, request: iam.ListGroupsForUserRequest) -> iam.ListGroupsForUserResponse:
    """By name."""
    user = existing_user(call, request["UserName"])
    found = (call.tx.get(Group, arn) for arn in user.group_arns)
    groups = sorted((group for group in found if group is not None), key=lambda group: group.name)
    shown, ending = page_of(groups, request)
    return {"Groups": [show_group(group) for group in shown], **ending}
