"""Policies of buckets and tables mean users and roles, not names; those of roles are in `test_trust_policies`."""

from __future__ import annotations

import json

import pytest

from skywalk.actions.roles import create_role, delete_role, get_role
from skywalk.actions.users import create_user, delete_user, get_user, update_user
from skywalk.resources.service_resource import ServiceResource
from skywalk.values.scope import Scope
from support.identities import Identities
from support.region import OWNER, Region

BUCKET, TABLE = "arn:aws:s3:::documents", f"arn:aws:dynamodb:us-east-1:{OWNER}:table/music"
ROLE, USER = f"arn:aws:iam::{OWNER}:role/app", f"arn:aws:iam::{OWNER}:user/ana"
TRUST = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}})


@pytest.fixture
def iam() -> Identities:
    return Identities(Region().client())


def put(iam: Identities, arn: str, *named: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": list(named)}, "Action": "*", "Resource": arn}
    with iam.client.world.store.transaction() as tx:
        policy = json.dumps({"Statement": [statement]})
        tx.put(ServiceResource(id=arn, scope=Scope(OWNER, "us-east-1"), policy=policy))


def named_in(iam: Identities, arn: str) -> list[str]:
    resource = iam.client.world.store.get(ServiceResource, arn)
    assert resource is not None
    assert resource.policy is not None
    found: list[str] = json.loads(resource.policy)["Statement"][0]["Principal"]["AWS"]
    return found


def test_the_unique_id_takes_the_place_of_a_deleted_role(iam: Identities) -> None:
    role_id = iam.client(create_role, RoleName="app", AssumeRolePolicyDocument=TRUST)["Role"]["RoleId"]
    put(iam, BUCKET, ROLE, OWNER)
    put(iam, TABLE, OWNER)
    before = iam.client.world.store.get(ServiceResource, TABLE)
    iam.client(delete_role, RoleName="app")
    assert named_in(iam, BUCKET) == [role_id, OWNER]
    assert iam.client.world.store.get(ServiceResource, TABLE) is before
    iam.client(create_role, RoleName="app", AssumeRolePolicyDocument=TRUST)
    assert named_in(iam, BUCKET) == [role_id, OWNER]
    assert iam.client(get_role, RoleName="app")["Role"]["RoleId"] != role_id


def test_whom_a_policy_spares_is_followed_too(iam: Identities) -> None:
    iam.client(create_user, UserName="ana")
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": [USER, OWNER]}, "Action": "*", "Resource": BUCKET}
    with iam.client.world.store.transaction() as tx:
        policy = json.dumps({"Statement": statement})
        tx.put(ServiceResource(id=BUCKET, scope=Scope(OWNER, "us-east-1"), policy=policy))
    iam.client(update_user, UserName="ana", NewUserName="anna")
    user = iam.client(get_user, UserName="anna")["User"]
    resource = iam.client.world.store.get(ServiceResource, BUCKET)
    assert resource is not None
    assert resource.policy is not None
    assert json.loads(resource.policy)["Statement"]["NotPrincipal"]["AWS"] == [user["Arn"], OWNER]
    iam.client(delete_user, UserName="anna")
    resource = iam.client.world.store.get(ServiceResource, BUCKET)
    assert resource is not None
    assert user["UserId"] in (resource.policy or "")


def test_a_renamed_user_is_followed_and_a_deleted_one_is_not(iam: Identities) -> None:
    iam.client(create_user, UserName="ana")
    put(iam, TABLE, USER)
    iam.client(update_user, UserName="ana", NewUserName="anna", NewPath="/people/")
    user = iam.client(get_user, UserName="anna")["User"]
    assert named_in(iam, TABLE) == [user["Arn"]]
    iam.client(delete_user, UserName="anna")
    assert named_in(iam, TABLE) == [user["UserId"]]


def test_a_resource_without_a_policy_stays_as_it_is(iam: Identities) -> None:
    iam.client(create_user, UserName="ana")
    plain = ServiceResource(id=BUCKET, scope=Scope(OWNER, "us-east-1"))
    with iam.client.world.store.transaction() as tx:
        tx.put(plain)
    iam.client(delete_user, UserName="ana")
    assert iam.client.world.store.get(ServiceResource, BUCKET) == plain
