"""Accounts to what verifying processes must know of them: keys, users, roles, and the service resources they own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.plan.origin import Origin
from skywalk.plan.plan import CallerPlan
from skywalk.plan.principals import AccessKey
from skywalk.plan.principals import Role as PlanRole
from skywalk.plan.principals import User as PlanUser
from skywalk.plan.services import ServiceResource as PlanServiceResource
from skywalk.values.arn import iam_arn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skywalk.resources.account import Account
    from skywalk.resources.account_snapshot import AccountSnapshot
    from skywalk.resources.identity_policies import IdentityPolicies
    from skywalk.resources.role import Role
    from skywalk.resources.service_resource import ServiceResource
    from skywalk.resources.user import User


def compile_callers(snapshot: AccountSnapshot) -> CallerPlan:
    """Every tuple of the plan is sorted by key."""
    users = [_user(user, policies) for user, policies in snapshot.users]
    roles = [_role(role, policies) for role, policies in snapshot.roles]
    keys = [_root_key(snapshot.account), *_user_keys(snapshot)]
    return CallerPlan(
        account_id=snapshot.account.id,
        access_keys=tuple(sorted(keys, key=lambda row: row.key)),
        users=tuple(sorted(users, key=lambda row: row.key)),
        roles=tuple(sorted(roles, key=lambda row: row.key)),
        service_resources=tuple(sorted(map(_resource, snapshot.service_resources), key=lambda row: row.key)),
    )


def _root_key(account: Account) -> AccessKey:
    return AccessKey(
        access_key_id=account.access_key_id,
        secret_access_key=account.secret_access_key,
        account_id=account.id,
        principal_arn=iam_arn(account.id, "root"),
        origin=Origin(account.id, "key of the account's root"),
    )


def _user_keys(snapshot: AccountSnapshot) -> Iterator[AccessKey]:
    """Those that are active."""
    user_ids = {user.id: user.unique_id for user, _ in snapshot.users}
    for key in snapshot.access_keys:
        if key.is_active:
            yield AccessKey(
                access_key_id=key.id,
                secret_access_key=key.secret_access_key,
                account_id=key.scope.account_id,
                principal_arn=key.user_arn,
                origin=Origin(key.id, "access key of a user"),
                user_id=user_ids[key.user_arn],
            )


def _user(user: User, policies: IdentityPolicies) -> PlanUser:
    return PlanUser(
        arn=user.id,
        user_id=user.unique_id,
        account_id=user.scope.account_id,
        identity_policies=policies.identity,
        origin=Origin(user.id, "user"),
        permissions_boundary=policies.permissions_boundary,
        tags=user.tags,
    )


def _role(role: Role, policies: IdentityPolicies) -> PlanRole:
    return PlanRole(
        arn=role.id,
        role_id=role.unique_id,
        account_id=role.scope.account_id,
        identity_policies=policies.identity,
        origin=Origin(role.id, "role"),
        permissions_boundary=policies.permissions_boundary,
        tags=role.tags,
    )


def _resource(resource: ServiceResource) -> PlanServiceResource:
    return PlanServiceResource(
        arn=resource.id,
        account_id=resource.scope.account_id,
        region=resource.scope.region,
        policy=resource.policy,
        origin=Origin(resource.id, "resource of a service"),
    )
