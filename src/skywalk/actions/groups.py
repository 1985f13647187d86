"""IAM's groups. Their policies are in `group_policies`, who belongs to them in `group_members`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import (
    by_path,
    check_new,
    delete_conflict,
    entity_already_exists,
    is_name_taken,
    named,
    no_such_entity,
    page_of,
    unique_id,
)
from skywalk.actions.policy_holders import check_has_no_policies
from skywalk.actions.users import show_user
from skywalk.resources.group import Group
from skywalk.resources.user import User
from skywalk.values.arn import iam_arn

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam


def create_group(call: Call, request: iam.CreateGroupRequest) -> iam.CreateGroupResponse:
    """Raises EntityAlreadyExists, LimitExceeded."""
    name, path = request["GroupName"], request.get("Path", "/")
    check_new(call, Group, name)
    group = Group(
        id=iam_arn(call.caller.account_id, f"group{path}{name}"),
        scope=call.global_scope,
        name=name,
        path=path,
        unique_id=unique_id(call, "AGPA"),
        created_at=call.clock.now(),
    )
    call.tx.put(group)
    return {"Group": show_group(group)}


def get_group(call: Call, request: iam.GetGroupRequest) -> iam.GetGroupResponse:
    """The group with its members, by name."""
    group = existing_group(call, request["GroupName"])
    members = sorted(call.tx.referring(User, group.id), key=lambda user: user.name)
    shown, ending = page_of(members, request)
    return {"Group": show_group(group), "Users": [show_user(user) for user in shown], **ending}


def list_groups(call: Call, request: iam.ListGroupsRequest) -> iam.ListGroupsResponse:
    shown, ending = page_of(by_path(call, Group, request.get("PathPrefix", "/")), request)
    return {"Groups": [show_group(group) for group in shown], **ending}


def update_group(call: Call, request: iam.UpdateGroupRequest) -> None:
    """Renames, moves: the ARN changes, its members stay. Raises NoSuchEntity, EntityAlreadyExists."""
    group = existing_group(call, request["GroupName"])
    name, path = request.get("NewGroupName", group.name), request.get("NewPath", group.path)
    others = [one for one in call.tx.of_owner(Group, call.global_scope) if one.id != group.id]
    if is_name_taken(others, name):
        raise entity_already_exists(f"Group with name {name} already exists.")
    moved = replace(group, id=iam_arn(group.scope.account_id, f"group{path}{name}"), name=name, path=path)
    members = call.tx.referring(User, group.id)
    if moved.id != group.id:
        call.tx.remove(group.id)
    call.tx.put(moved)
    for user in members:
        arns = tuple(moved.id if arn == group.id else arn for arn in user.group_arns)
        call.tx.put(replace(user, group_arns=arns))


def delete_group(call: Call, request: iam.DeleteGroupRequest) -> None:
    """Raises NoSuchEntity, DeleteConflict."""
    group = existing_group(call, request["GroupName"])
    if call.tx.referring(User, group.id):
        raise delete_conflict("must remove users from group first.")
    check_has_no_policies(group)
    call.tx.remove(group.id)


def existing_group(call: Call, name: str) -> Group:
    """The caller's group of this name. Raises NoSuchEntity."""
    group = named(call.tx.of_owner(Group, call.global_scope), name)
    if group is None:
        raise no_such_entity(f"The group with name {name} cannot be found.")
    return group


def show_group(group: Group) -> iam.Group:
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.unique_id,
        "Arn": group.id,
        "CreateDate": group.created_at,
    }
