from __future__ import annotations

from skywalk.actions.access_keys import create_access_key, update_access_key
from skywalk.actions.user_policies import attach_user_policy
from skywalk.compile.callers import compile_callers
from skywalk.control.region import new_account
from skywalk.plan.plan import CallerPlan
from skywalk.resources.account_snapshot import account_snapshot
from skywalk.resources.service_resource import ServiceResource
from skywalk.values.chance import SeededChance
from skywalk.values.scope import Scope
from support.identities import Identities, allow
from support.region import OTHER_ACCOUNT, OWNER, Client, Region


def bank() -> Client:
    """Two accounts; the first has a user in a group, and a role with a boundary."""
    region = Region()
    with region.store.transaction() as tx:
        for account_id in (OWNER, OTHER_ACCOUNT):
            tx.put(new_account(account_id, SeededChance()))
    root = region.client()
    identities = Identities(root)
    identities.group("staff", allow("s3:List*"))
    identities.user("ana", allow("s3:Get*"), groups=("staff",))
    identities.role("app", PermissionsBoundary=identities.policy("cap", allow("s3:*")))
    Identities(region.client(OTHER_ACCOUNT)).user("eve")
    return root


def plan(root: Client) -> CallerPlan:
    snapshot = account_snapshot(root.world.store, root.caller.account_id)
    assert snapshot is not None
    return compile_callers(snapshot)


def test_users_and_roles_with_all_their_policies() -> None:
    root = bank()
    found = plan(root)
    (ana,) = found.users
    assert (ana.arn, ana.identity_policies, ana.permissions_boundary) == (
        f"arn:aws:iam::{OWNER}:user/ana",
        (allow("s3:Get*"), allow("s3:List*")),
        None,
    )
    (app,) = found.roles
    assert (app.identity_policies, app.permissions_boundary) == ((), allow("s3:*"))
    root(attach_user_policy, UserName="ana", PolicyArn=f"arn:aws:iam::{OWNER}:policy/cap")
    assert plan(root).users[0].identity_policies == (allow("s3:Get*"), allow("s3:*"), allow("s3:List*"))


def test_keys_of_the_root_and_of_users_that_are_active() -> None:
    root = bank()
    second = root(create_access_key, UserName="ana")["AccessKey"]["AccessKeyId"]
    ana = plan(root).users[0]
    keys = {key.access_key_id: key for key in plan(root).access_keys}
    assert [key.principal_arn.rpartition(":")[2] for key in keys.values()].count("root") == 1
    assert (keys[second].principal_arn, keys[second].user_id) == (ana.arn, ana.user_id)
    assert list(keys) == sorted(keys)
    root(update_access_key, UserName="ana", AccessKeyId=second, Status="Inactive")
    assert len(plan(root).access_keys) == len(keys) - 1


def test_what_the_account_owns_in_every_region() -> None:
    root = bank()
    with root.world.store.transaction() as tx:
        for name, account_id, region in (
            ("b", OWNER, "eu-west-1"),
            ("a", OWNER, "us-east-1"),
            ("c", OTHER_ACCOUNT, ""),
        ):
            tx.put(ServiceResource(id=f"arn:aws:s3:::{name}", scope=Scope(account_id, region)))
    assert [(row.arn, row.region) for row in plan(root).service_resources] == [
        ("arn:aws:s3:::a", "us-east-1"),
        ("arn:aws:s3:::b", "eu-west-1"),
    ]
