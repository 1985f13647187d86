"""GetAccountAuthorizationDetails: an account's users, groups, roles and policies with all that decides what they may.

AWS's managed policies are listed as far as something of the account uses them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from skywalk.actions.groups import show_group
from skywalk.actions.iam_entities import by_path, page_of, show_iam_tags
from skywalk.actions.instance_profiles import profiles_of_role, show_profile
from skywalk.actions.managed_policies import bounded_by, holders_of, show_policy
from skywalk.actions.permissions_boundaries import show_boundary
from skywalk.actions.policy_holders import show_attached, show_inline
from skywalk.actions.policy_versions import show_with_document
from skywalk.actions.roles import show_role
from skywalk.actions.users import show_user
from skywalk.resources.aws_managed_policies import AWS_ACCOUNT, aws_managed_policies
from skywalk.resources.group import Group
from skywalk.resources.managed_policy import ManagedPolicy
from skywalk.resources.role import Role
from skywalk.resources.user import User

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam

    Entity = User | Group | Role | ManagedPolicy

_FILTERS = ("User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy")


def get_account_authorization_details(
    call: Call, request: iam.GetAccountAuthorizationDetailsRequest
) -> iam.GetAccountAuthorizationDetailsResponse:
    """Pages count entities of all kinds together."""
    wanted = request.get("Filter") or _FILTERS
    shown, ending = page_of([one for one in _entities(call) if _filter_of(one) in wanted], request)
    return {
        "UserDetailList": [_user(call, one) for one in shown if isinstance(one, User)],
        "GroupDetailList": [_group(one) for one in shown if isinstance(one, Group)],
        "RoleDetailList": [_role(call, one) for one in shown if isinstance(one, Role)],
        "Policies": [_policy(call, one) for one in shown if isinstance(one, ManagedPolicy)],
        **ending,
    }


def _entities(call: Call) -> Iterator[Entity]:
    yield from by_path(call, User, "/")
    yield from by_path(call, Group, "/")
    yield from by_path(call, Role, "/")
    yield from by_path(call, ManagedPolicy, "/")
    for policy in aws_managed_policies().values():
        if holders_of(call, policy.id) or bounded_by(call, policy.id):
            yield policy


def _filter_of(entity: Entity) -> str:
    if isinstance(entity, ManagedPolicy):
        return "AWSManagedPolicy" if entity.scope.account_id == AWS_ACCOUNT else "LocalManagedPolicy"
    return type(entity).__name__


def _user(call: Call, user: User) -> iam.UserDetail:
    groups = (call.tx.get(Group, arn) for arn in user.group_arns)
    shown: iam.UserDetail = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.unique_id,
        "Arn": user.id,
        "CreateDate": show_user(user)["CreateDate"],
        "UserPolicyList": show_inline(user),
        "GroupList": sorted(group.name for group in groups if group is not None),
        "AttachedManagedPolicies": [show_attached(arn) for arn in user.attached_policies],
        "Tags": show_iam_tags(user.tags),
    }
    if user.permissions_boundary is not None:
        shown["PermissionsBoundary"] = show_boundary(user.permissions_boundary)
    return shown


def _group(group: Group) -> iam.GroupDetail:
    attached = [show_attached(arn) for arn in group.attached_policies]
    detail: Any = {**show_group(group), "GroupPolicyList": show_inline(group), "AttachedManagedPolicies": attached}
    whole: iam.GroupDetail = detail
    return whole


def _role(call: Call, role: Role) -> iam.RoleDetail:
    shown = show_role(role)
    detail: iam.RoleDetail = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.unique_id,
        "Arn": role.id,
        "CreateDate": shown["CreateDate"],
        "AssumeRolePolicyDocument": role.trust_policy,
        "InstanceProfileList": [show_profile(call, profile) for profile in profiles_of_role(call, role)],
        "RolePolicyList": show_inline(role),
        "AttachedManagedPolicies": [show_attached(arn) for arn in role.attached_policies],
        "Tags": show_iam_tags(role.tags),
        "RoleLastUsed": {},
    }
    if role.permissions_boundary is not None:
        detail["PermissionsBoundary"] = show_boundary(role.permissions_boundary)
    return detail


def _policy(call: Call, policy: ManagedPolicy) -> iam.ManagedPolicyDetail:
    versions = [show_with_document(policy, version) for version in policy.versions[::-1]]
    detail: Any = {**show_policy(call, policy), "PolicyVersionList": versions}
    if policy.description:
        detail["Description"] = policy.description
    whole: iam.ManagedPolicyDetail = detail
    return whole
