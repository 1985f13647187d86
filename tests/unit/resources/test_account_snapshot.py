from __future__ import annotations

from contextlib import closing
from pathlib import Path

from skywalk.actions.access_keys import create_access_key, update_access_key
from skywalk.actions.groups import update_group
from skywalk.actions.policy_versions import create_policy_version
from skywalk.actions.user_policies import attach_user_policy
from skywalk.actions.users import update_user
from skywalk.control.region import new_account
from skywalk.resources.account_snapshot import account_snapshot
from skywalk.resources.persist import SqlitePersistence
from skywalk.resources.store import Store
from skywalk.values.chance import SeededChance
from support.identities import Identities, allow
from support.region import OWNER, Region


def test_there_is_none_of_an_account_that_is_not_there() -> None:
    assert account_snapshot(Store(), OWNER) is None


def test_identities_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with closing(Store(SqlitePersistence(path))) as store:
        with store.transaction() as tx:
            tx.put(new_account(OWNER, SeededChance()))
        root = Region(store=store).client()
        identities = Identities(root)
        cap = identities.policy("cap", allow("s3:*"), Tags=[{"Key": "a", "Value": "b"}])
        root(create_policy_version, PolicyArn=cap, PolicyDocument=allow("ec2:*"), SetAsDefault=True)
        identities.group("staff", allow("s3:List*"))
        identities.user("ana", allow("s3:Get*"), groups=("staff",), PermissionsBoundary=cap)
        root(attach_user_policy, UserName="ana", PolicyArn=cap)
        root(update_user, UserName="ana", NewUserName="Ana")
        root(update_group, GroupName="staff", NewPath="/bank/")
        key_id = root(create_access_key, UserName="Ana")["AccessKey"]["AccessKeyId"]
        root(update_access_key, UserName="Ana", AccessKeyId=key_id, Status="Inactive")
        identities.role("app", allow("sts:*"), PermissionsBoundary=cap)
        before = account_snapshot(store, OWNER)
    with closing(Store(SqlitePersistence(path))) as store:
        after = account_snapshot(store, OWNER)
    assert after == before
    assert after is not None
    (_, policies), *_ = after.users
    assert policies.identity == (allow("s3:Get*"), allow("ec2:*"), allow("s3:List*"))
    assert policies.permissions_boundary == allow("ec2:*")
    assert [key.is_active for key in after.access_keys] == [True, False]
