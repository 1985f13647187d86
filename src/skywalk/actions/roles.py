"""IAM's roles. Their policies are in `role_policies`, what carries them to instances in `instance_profiles`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import (
    by_path,
    check_new,
    delete_conflict,
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
from skywalk.actions.trust_policies import check_trust_policy
from skywalk.resources.role import InstanceProfile, Role
from skywalk.values.arn import iam_arn

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam

DEFAULT_SESSION_SECONDS = 3600


def create_role(call: Call, request: iam.CreateRoleRequest) -> iam.CreateRoleResponse:
    """Raises EntityAlreadyExists, LimitExceeded, MalformedPolicyDocument, InvalidInput, NoSuchEntity for a boundary
    that is not there."""
    name, path = request["RoleName"], request.get("Path", "/")
    check_new(call, Role, name)
    trust_policy = request["AssumeRolePolicyDocument"]
    check_trust_policy(call, trust_policy)
    role = Role(
        id=iam_arn(call.caller.account_id, f"role{path}{name}"),
        scope=call.global_scope,
        tags=parse_iam_tags(request.get("Tags")),
        name=name,
        path=path,
        unique_id=unique_id(call, "AROA"),
        trust_policy=trust_policy,
        created_at=call.clock.now(),
        description=request.get("Description", ""),
        max_session_seconds=request.get("MaxSessionDuration", DEFAULT_SESSION_SECONDS),
        permissions_boundary=check_boundary(call, request.get("PermissionsBoundary")),
    )
    call.tx.put(role)
    return {"Role": _show_whole(role)}


def get_role(call: Call, request: iam.GetRoleRequest) -> iam.GetRoleResponse:
    """When a role was last used is not kept: RoleLastUsed is there and empty, as for a role that never was."""
    shown = _show_whole(existing_role(call, request["RoleName"]))
    shown["RoleLastUsed"] = {}
    return {"Role": shown}


def list_roles(call: Call, request: iam.ListRolesRequest) -> iam.ListRolesResponse:
    roles = by_path(call, Role, request.get("PathPrefix", "/"))
    shown, ending = page_of(roles, request)
    return {"Roles": [show_role(role) for role in shown], **ending}


def delete_role(call: Call, request: iam.DeleteRoleRequest) -> None:
    """Raises NoSuchEntity, DeleteConflict."""
    role = existing_role(call, request["RoleName"])
    if call.tx.referring(InstanceProfile, role.id):
        raise delete_conflict("must remove roles from instance profile first.")
    check_has_no_policies(role)
    call.tx.remove(role.id)
    rename_principal(call, role.id, role.unique_id)


def update_role(call: Call, request: iam.UpdateRoleRequest) -> iam.UpdateRoleResponse:
    """What is not given stays. Raises NoSuchEntity."""
    role = existing_role(call, request["RoleName"])
    description = request.get("Description", role.description)
    seconds = request.get("MaxSessionDuration", role.max_session_seconds)
    call.tx.put(replace(role, description=description, max_session_seconds=seconds))
    return {}


def update_role_description(call: Call, request: iam.UpdateRoleDescriptionRequest) -> iam.UpdateRoleDescriptionResponse:
    role = replace(existing_role(call, request["RoleName"]), description=request["Description"])
    call.tx.put(role)
    return {"Role": _show_whole(role)}


def put_role_permissions_boundary(call: Call, request: iam.PutRolePermissionsBoundaryRequest) -> None:
    """Sets or replaces. Raises NoSuchEntity, InvalidInput."""
    role = existing_role(call, request["RoleName"])
    call.tx.put(replace(role, permissions_boundary=check_boundary(call, request["PermissionsBoundary"])))


def delete_role_permissions_boundary(call: Call, request: iam.DeleteRolePermissionsBoundaryRequest) -> None:
    call.tx.put(replace(existing_role(call, request["RoleName"]), permissions_boundary=None))


def update_assume_role_policy(call: Call, request: iam.UpdateAssumeRolePolicyRequest) -> None:
    """Raises NoSuchEntity, LimitExceeded, MalformedPolicyDocument."""
    role = existing_role(call, request["RoleName"])
    check_trust_policy(call, request["PolicyDocument"])
    call.tx.put(replace(role, trust_policy=request["PolicyDocument"]))


def existing_role(call: Call, name: str) -> Role:
    """The caller's role of this name. Raises NoSuchEntity."""
    role = named(call.tx.of_owner(Role, call.global_scope), name)
    if role is None:
        raise no_such_entity(f"The role with name {name} cannot be found.")
    return role


def show_role(role: Role) -> iam.Role:
    """As lists show a role: without tags and boundary."""
    shown: iam.Role = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.unique_id,
        "Arn": role.id,
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": role.trust_policy,
        "MaxSessionDuration": role.max_session_seconds,
    }
    if role.description:
        shown["Description"] = role.description
    return shown


def _show_whole(role: Role) -> iam.Role:
    shown = show_role(role)
    if role.permissions_boundary is not None:
        shown["PermissionsBoundary"] = show_boundary(role.permissions_boundary)
    if role.tags:
        shown["Tags"] = show_iam_tags(role.tags)
    return shown
