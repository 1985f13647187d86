"""Accounts to what verifying processes must know of them: keys, roles, and the service resources they own."""

from __future__ import annotations

from collections.abc import Iterable

from skywalk.plan.origin import Origin
from skywalk.plan.plan import CallerPlan
from skywalk.plan.principals import AccessKey
from skywalk.plan.principals import Role as PlanRole
from skywalk.plan.services import ServiceResource as PlanServiceResource
from skywalk.resources.account import Account
from skywalk.resources.role import Role
from skywalk.resources.service_resource import ServiceResource
from skywalk.values.arn import iam_arn


def compile_callers(
    account: Account, roles: Iterable[Role], service_resources: Iterable[ServiceResource]
) -> CallerPlan:
    """`roles` and `service_resources` are all of the account's, in every region."""
    return CallerPlan(
        account_id=account.id,
        access_keys=(_root_key(account),),
        roles=tuple(sorted((_role(role) for role in roles), key=lambda row: row.key)),
        service_resources=tuple(sorted((_resource(one) for one in service_resources), key=lambda row: row.key)),
    )


def _root_key(account: Account) -> AccessKey:
    return AccessKey(
        access_key_id=account.access_key_id,
        secret_access_key=account.secret_access_key,
        account_id=account.id,
        principal_arn=iam_arn(account.id, "root"),
        origin=Origin(account.id, "key of the account's root"),
    )


def _role(role: Role) -> PlanRole:
    return PlanRole(
        arn=role.id,
        role_id=role.unique_id,
        account_id=role.scope.account_id,
        identity_policies=tuple(text for _, text in sorted(role.inline_policies.items())),
        origin=Origin(role.id, "role"),
    )


def _resource(resource: ServiceResource) -> PlanServiceResource:
    return PlanServiceResource(
        arn=resource.id,
        account_id=resource.scope.account_id,
        region=resource.scope.region,
        policy=resource.policy,
        origin=Origin(resource.id, "resource of a service"),
    )
