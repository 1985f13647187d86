"""AccountSnapshot: an account's callers at one revision, with the policies that speak for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.resources.access_key import AccessKey
from skywalk.resources.account import Account
from skywalk.resources.group import Group
from skywalk.resources.identity_policies import IdentityPolicies, policies_of
from skywalk.resources.managed_policy import ManagedPolicy
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.service_resource import ServiceResource
from skywalk.resources.user import User
from skywalk.values.scope import GLOBAL_REGION, Scope

if TYPE_CHECKING:
    from skywalk.resources.tables import Tables

CALLER_KINDS = (AccessKey, Account, Group, InstanceProfile, ManagedPolicy, Role, ServiceResource, User)
"""What a snapshot is made from. Profiles are not part of it; a change of one is obeyed with the account's all the
same."""


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """`service_resources` are the account's in every region; users and roles come with their policies."""

    account: Account
    users: tuple[tuple[User, IdentityPolicies], ...]
    roles: tuple[tuple[Role, IdentityPolicies], ...]
    access_keys: tuple[AccessKey, ...]
    service_resources: tuple[ServiceResource, ...]


def account_snapshot(tables: Tables, account_id: str) -> AccountSnapshot | None:
    """None where there is no such account."""
    account = tables.get(Account, account_id)
    if account is None:
        return None
    scope = Scope(account_id, GLOBAL_REGION)
    return AccountSnapshot(
        account=account,
        users=tuple((user, policies_of(tables, user)) for user in tables.of_owner(User, scope)),
        roles=tuple((role, policies_of(tables, role)) for role in tables.of_owner(Role, scope)),
        access_keys=tuple(tables.of_owner(AccessKey, scope)),
        service_resources=tuple(tables.referring(ServiceResource, account_id)),
    )
