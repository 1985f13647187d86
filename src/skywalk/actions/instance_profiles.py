"""IAM's instance profiles: what gives an instance its role."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import (
    by_path,
    check_new,
    delete_conflict,
    limit_exceeded,
    named,
    no_such_entity,
    page_of,
    parse_iam_tags,
    show_iam_tags,
    unique_id,
)
from skywalk.actions.roles import existing_role, show_role
from skywalk.resources.role import InstanceProfile, Role
from skywalk.values.arn import iam_arn

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam


def create_instance_profile(call: Call, request: iam.CreateInstanceProfileRequest) -> iam.CreateInstanceProfileResponse:
    """Raises EntityAlreadyExists, LimitExceeded, InvalidInput."""
    name, path = request["InstanceProfileName"], request.get("Path", "/")
    check_new(call, InstanceProfile, name)
    profile = InstanceProfile(
        id=iam_arn(call.caller.account_id, f"instance-profile{path}{name}"),
        scope=call.global_scope,
        tags=parse_iam_tags(request.get("Tags")),
        name=name,
        path=path,
        unique_id=unique_id(call, "AIPA"),
        created_at=call.clock.now(),
    )
    call.tx.put(profile)
    return {"InstanceProfile": _show_whole(call, profile)}


def get_instance_profile(call: Call, request: iam.GetInstanceProfileRequest) -> iam.GetInstanceProfileResponse:
    return {"InstanceProfile": _show_whole(call, existing_profile(call, request["InstanceProfileName"]))}


def list_instance_profiles(call: Call, request: iam.ListInstanceProfilesRequest) -> iam.ListInstanceProfilesResponse:
    profiles = by_path(call, InstanceProfile, request.get("PathPrefix", "/"))
    shown, ending = page_of(profiles, request)
    return {"InstanceProfiles": [show_profile(call, profile) for profile in shown], **ending}


def list_instance_profiles_for_role(
    call: Call, request: iam.ListInstanceProfilesForRoleRequest
) -> iam.ListInstanceProfilesForRoleResponse:
    role = existing_role(call, request["RoleName"])
    shown, ending = page_of(profiles_of_role(call, role), request)
    return {"InstanceProfiles": [show_profile(call, profile) for profile in shown], **ending}


def delete_instance_profile(call: Call, request: iam.DeleteInstanceProfileRequest) -> None:
    """Instances that have it lose their credentials, as on AWS. Raises NoSuchEntity, DeleteConflict."""
    profile = existing_profile(call, request["InstanceProfileName"])
    if profile.role_arn is not None:
        raise delete_conflict("must remove roles from instance profile first.")
    call.tx.remove(profile.id)


def add_role_to_instance_profile(call: Call, request: iam.AddRoleToInstanceProfileRequest) -> None:
    """A profile holds one role. Raises NoSuchEntity, LimitExceeded."""
    profile = existing_profile(call, request["InstanceProfileName"])
    role = existing_role(call, request["RoleName"])
    if profile.role_arn is not None:
        raise limit_exceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
    call.tx.put(replace(profile, role_arn=role.id))


def remove_role_from_instance_profile(call: Call, request: iam.RemoveRoleFromInstanceProfileRequest) -> None:
    """The text for a role that is not in the profile is unconfirmed."""
    profile = existing_profile(call, request["InstanceProfileName"])
    role = existing_role(call, request["RoleName"])
    if profile.role_arn != role.id:
        raise no_such_entity(f"The role with name {role.name} cannot be found in Instance Profile {profile.name}.")
    call.tx.put(replace(profile, role_arn=None))


def existing_profile(call: Call, name: str) -> InstanceProfile:
    """The caller's profile of this name. Raises NoSuchEntity."""
    profile = named(call.tx.of_owner(InstanceProfile, call.global_scope), name)
    if profile is None:
        raise no_such_entity(f"Instance Profile {name} cannot be found.")
    return profile


def profiles_of_role(call: Call, role: Role) -> list[InstanceProfile]:
    """By name."""
    return sorted(call.tx.referring(InstanceProfile, role.id), key=lambda profile: profile.name)


def show_profile(call: Call, profile: InstanceProfile) -> iam.InstanceProfile:
    """As lists show a profile: without its tags."""
    role = call.tx.get(Role, profile.role_arn) if profile.role_arn else None
    return {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.unique_id,
        "Arn": profile.id,
        "CreateDate": profile.created_at,
        "Roles": [] if role is None else [show_role(role)],
    }


def _show_whole(call: Call, profile: InstanceProfile) -> iam.InstanceProfile:
    shown = show_profile(call, profile)
    if profile.tags:
        shown["Tags"] = show_iam_tags(profile.tags)
    return shown
