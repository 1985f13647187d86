from __future__ import annotations

from dataclasses import replace

from skywalk.resources.aws_managed_policies import aws_managed_policy
from skywalk.resources.group import Group
from skywalk.resources.identity_policies import DENY_ALL, IdentityPolicies, managed_policy, policies_of
from skywalk.resources.managed_policy import ManagedPolicy, PolicyVersion
from skywalk.resources.store import Store
from skywalk.resources.user import User
from skywalk.values.clock import FixedClock
from skywalk.values.scope import Scope

NOW = FixedClock().now()
SCOPE = Scope("123456789012", "")
HERE = "arn:aws:iam::123456789012:"
READ = ManagedPolicy(
    id=f"{HERE}policy/read",
    scope=SCOPE,
    name="read",
    path="/",
    unique_id="ANPA1",
    description="",
    created_at=NOW,
    updated_at=NOW,
    versions=(PolicyVersion("v1", "first", NOW), PolicyVersion("v2", "second", NOW)),
)
ANA = User(id=f"{HERE}user/ana", scope=SCOPE, name="ana", path="/", unique_id="AIDA1", created_at=NOW)
STAFF = Group(id=f"{HERE}group/staff", scope=SCOPE, name="staff", path="/", unique_id="AGPA1", created_at=NOW)


def store_with(*resources: User | Group | ManagedPolicy) -> Store:
    store = Store()
    with store.transaction() as tx:
        for resource in resources:
            tx.put(resource)
    return store


def test_all_that_speaks_for_a_user_in_order() -> None:
    user = replace(
        ANA,
        inline_policies={"z": "own z", "a": "own a"},
        attached_policies=(READ.id,),
        group_arns=(STAFF.id,),
        permissions_boundary=READ.id,
    )
    group = replace(STAFF, inline_policies={"g": "group g"}, attached_policies=(READ.id,))
    found = policies_of(store_with(READ, user, group), user)
    assert found == IdentityPolicies(("own a", "own z", "first", "group g", "first"), "first")


def test_the_default_version_counts() -> None:
    user = replace(ANA, attached_policies=(READ.id,))
    store = store_with(replace(READ, default_version_id="v2"))
    assert policies_of(store, user) == IdentityPolicies(("second",), None)


def test_a_policy_that_is_gone_denies_everything() -> None:
    gone = "arn:aws:iam::aws:policy/WasOnce"
    user = replace(ANA, attached_policies=(gone,), permissions_boundary=gone)
    assert policies_of(Store(), user) == IdentityPolicies((DENY_ALL,), DENY_ALL)


def test_a_policy_is_a_customer_s_or_aws_s() -> None:
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert managed_policy(store_with(READ), READ.id) == READ
    assert managed_policy(Store(), administrator) is aws_managed_policy(administrator)
    assert managed_policy(Store(), READ.id) is None


def test_what_an_entity_names_is_found_from_there() -> None:
    user = replace(ANA, attached_policies=(READ.id,), group_arns=(STAFF.id,))
    store = store_with(READ, STAFF, user)
    assert store.referring(User, READ.id) == [user]
    assert store.referring(User, STAFF.id) == [user]
