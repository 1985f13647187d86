"""IAM's users. Their policies are in `user_policies`, their keys in `access_keys`, their groups in `group_members`.

When a user's password was last used is not kept: nobody has one.
"""

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
    parse_iam_tags,
    show_iam_tags,
    unique_id,
)
from skywalk.actions.named_principals import rename_principal
from skywalk.actions.permissions_boundaries import check_boundary, show_boundary
from skywalk.actions.policy_holders import check_has_no_policies
from skywalk.identity.caller import CallerKind
from skywalk.resources.access_key import AccessKey
from skywalk.resources.user import User
from skywalk.values.arn import iam_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam


def create_user(call: Call, request: iam.CreateUserRequest) -> iam.CreateUserResponse:
    """Raises EntityAlreadyExists, LimitExceeded, NoSuchEntity for a boundary that is not there, InvalidInput."""
    name, path = request["UserName"], request.get("Path", "/")
    check_new(call, User, name)
    user = User(
        id=iam_arn(call.caller.account_id, f"user{path}{name}"),
        scope=call.global_scope,
        tags=parse_iam_tags(request.get("Tags")),
        name=name,
        path=path,
        unique_id=unique_id(call, "AIDA"),
        created_at=call.clock.now(),
        permissions_boundary=check_boundary(call, request.get("PermissionsBoundary")),
    )
    call.tx.put(user)
    return {"User": _show_whole(user)}


def get_user(call: Call, request: iam.GetUserRequest) -> iam.GetUserResponse:
    """Without a name, the caller: of an account's root AWS shows little more than the ARN."""
    if "UserName" not in request and call.caller.kind is CallerKind.ROOT:
        return {"User": {"UserId": call.caller.account_id, "Arn": call.caller.arn}}
    return {"User": _show_whole(user_or_caller(call, request.get("UserName")))}


def list_users(call: Call, request: iam.ListUsersRequest) -> iam.ListUsersResponse:
    shown, ending = page_of(by_path(call, User, request.get("PathPrefix", "/")), request)
    return {"Users": [show_user(user) for user in shown], **ending}


def update_user(call: Call, request: iam.UpdateUserRequest) -> None:
    """Renames, moves: the ARN changes, the unique id does not. Raises NoSuchEntity, EntityAlreadyExists."""
    user = existing_user(call, request["UserName"])
    name, path = request.get("NewUserName", user.name), request.get("NewPath", user.path)
    others = [one for one in call.tx.of_owner(User, call.global_scope) if one.id != user.id]
    if is_name_taken(others, name):
        raise entity_already_exists(f"User with name {name} already exists.")
    moved = replace(user, id=iam_arn(user.scope.account_id, f"user{path}{name}"), name=name, path=path)
    keys = call.tx.referring(AccessKey, user.id)
    if moved.id != user.id:
        call.tx.remove(user.id)
        rename_principal(call, user.id, moved.id)
    call.tx.put(moved)
    for key in keys:
        call.tx.put(replace(key, user_arn=moved.id))


def delete_user(call: Call, request: iam.DeleteUserRequest) -> None:
    """Raises NoSuchEntity, DeleteConflict."""
    user = existing_user(call, request["UserName"])
    if user.group_arns:
        raise delete_conflict("must remove users from group first.")
    check_has_no_policies(user)
    if call.tx.referring(AccessKey, user.id):
        raise delete_conflict("must delete access keys first.")
    call.tx.remove(user.id)
    rename_principal(call, user.id, user.unique_id)


def put_user_permissions_boundary(call: Call, request: iam.PutUserPermissionsBoundaryRequest) -> None:
    """Sets or replaces. Raises NoSuchEntity, InvalidInput."""
    user = existing_user(call, request["UserName"])
    call.tx.put(replace(user, permissions_boundary=check_boundary(call, request["PermissionsBoundary"])))


def delete_user_permissions_boundary(call: Call, request: iam.DeleteUserPermissionsBoundaryRequest) -> None:
    call.tx.put(replace(existing_user(call, request["UserName"]), permissions_boundary=None))


def existing_user(call: Call, name: str) -> User:
    """The caller's user of this name. Raises NoSuchEntity."""
    user = named(call.tx.of_owner(User, call.global_scope), name)
    if user is None:
        raise no_such_entity(f"The user with name {name} cannot be found.")
    return user


def user_or_caller(call: Call, name: str | None) -> User:
    """The user that a request names, else the one that calls. Raises NoSuchEntity, ValidationError."""
    if name is None and call.caller.user_name is None:
        raise AwsError("ValidationError", "Must specify userName when calling with non-User credentials")
    return existing_user(call, name or call.caller.user_name or "")


def show_user(user: User) -> iam.User:
    """As lists show a user: without tags and boundary."""
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.unique_id,
        "Arn": user.id,
        "CreateDate": user.created_at,
    }


def _show_whole(user: User) -> iam.User:
    shown = show_user(user)
    if user.permissions_boundary is not None:
        shown["PermissionsBoundary"] = show_boundary(user.permissions_boundary)
    if user.tags:
        shown["Tags"] = show_iam_tags(user.tags)
    return shown
