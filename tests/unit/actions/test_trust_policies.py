"""Trust is in a user or role, not in a name that somebody else may take."""

from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.actions.access_keys import delete_access_key
from skywalk.actions.role_policies import delete_role_policy
from skywalk.actions.roles import create_role, delete_role, get_role, update_assume_role_policy
from skywalk.actions.sts import assume_role
from skywalk.actions.user_policies import delete_user_policy
from skywalk.actions.users import delete_user, get_user, update_user
from skywalk.control.region import new_account
from skywalk.values.chance import SeededChance
from skywalk.values.errors import AwsError
from support.identities import Identities, allow, assumed, trust
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

MINE, THEIRS, NOWHERE = f"arn:aws:iam::{OWNER}", f"arn:aws:iam::{OTHER_ACCOUNT}", "arn:aws:iam::999999999999"
VAULT = f"{MINE}:role/vault"


@pytest.fixture
def iam() -> Identities:
    """The region has two accounts."""
    region = Region()
    with region.store.transaction() as tx:
        for seed, account_id in enumerate((OWNER, OTHER_ACCOUNT)):
            tx.put(new_account(account_id, SeededChance(seed)))
    return Identities(region.client())


def trusted(iam: Identities) -> Any:
    """Whom the vault trusts."""
    text = iam.client(get_role, RoleName="vault")["Role"]["AssumeRolePolicyDocument"]
    return json.loads(text)["Statement"][0]["Principal"]["AWS"]


def may_enter(caller: Client) -> bool:
    code = None
    try:
        caller(assume_role, RoleArn=VAULT, RoleSessionName="s-1")
    except AwsError as error:
        code = error.code
    assert code in (None, "AccessDenied")
    return code is None


def malformed(iam: Identities, text: str) -> str:
    """The refusal of a policy, the same for a new role and for one that is there."""
    texts = []
    for action, request in (
        (create_role, {"RoleName": "made", "AssumeRolePolicyDocument": text}),
        (update_assume_role_policy, {"RoleName": "vault", "PolicyDocument": text}),
    ):
        with pytest.raises(AwsError) as refused:
            iam.client(action, **request)
        assert refused.value.code == "MalformedPolicyDocument"
        texts.append(refused.value.message)
    assert texts[0] == texts[1]
    return texts[0]


def test_a_role_of_the_same_name_is_another_one(iam: Identities) -> None:
    iam.role("app", allow("sts:*"), trust_policy=trust(OWNER))
    iam.role("vault", trust_policy=trust(f"{MINE}:role/app"))
    assert may_enter(assumed(iam.client, f"{MINE}:role/app"))
    role_id = iam.client(get_role, RoleName="app")["Role"]["RoleId"]
    iam.client(delete_role_policy, RoleName="app", PolicyName="own-0")
    iam.client(delete_role, RoleName="app")
    assert trusted(iam) == [role_id]
    iam.role("app", allow("sts:*"), trust_policy=trust(OWNER))
    assert not may_enter(assumed(iam.client, f"{MINE}:role/app"))
    iam.client(update_assume_role_policy, RoleName="vault", PolicyDocument=trust(f"{MINE}:role/app"))
    assert may_enter(assumed(iam.client, f"{MINE}:role/app"))


def test_a_user_of_the_same_name_is_another_one_in_other_accounts_too(iam: Identities) -> None:
    theirs = Identities(iam.client.world.client(OTHER_ACCOUNT))
    ana = theirs.user("ana", allow("sts:*"))
    # another spelling of the same text
    text = json.dumps({"Statement": {**json.loads(trust())["Statement"][0], "Principal": {"AWS": "@"}}})
    iam.role("vault", trust_policy=text.replace("@", f"{THEIRS}:user\\/ana"))
    assert may_enter(ana)
    theirs.client(delete_access_key, UserName="ana", AccessKeyId=ana.caller.access_key_id)
    theirs.client(delete_user_policy, UserName="ana", PolicyName="own-0")
    theirs.client(delete_user, UserName="ana")
    assert not may_enter(theirs.user("ana", allow("sts:*")))


def test_a_renamed_user_is_the_same_one(iam: Identities) -> None:
    ana = iam.user("ana", allow("sts:*"))
    iam.user("bob")
    iam.role("vault", trust_policy=trust(f"{MINE}:user/bob", f"{MINE}:user/ana"))
    assert may_enter(ana)
    iam.client(update_user, UserName="ana", NewUserName="anna")
    assert trusted(iam) == [f"{MINE}:user/bob", f"{MINE}:user/anna"]
    assert not may_enter(iam.user("ana", allow("sts:*")))


def test_who_is_not_there_cannot_be_trusted(iam: Identities) -> None:
    iam.role("vault")
    iam.user("ana")
    for named in (f"{MINE}:role/none", f"{THEIRS}:user/ana", f"{MINE}:role/ana", "AROA1234567890ABCDEF1"):
        text = f'Invalid principal in policy: "AWS":"{named}"'
        assert malformed(iam, trust(f"{MINE}:user/ana", named)) == text
    for named in ("*", OTHER_ACCOUNT, f"{MINE}:root", f"{MINE}:user/ana", f"{NOWHERE}:role/ci"):
        iam.client(update_assume_role_policy, RoleName="vault", PolicyDocument=trust(named))
        assert trusted(iam) == [named]


def test_a_unique_id_means_whoever_has_it(iam: Identities) -> None:
    ana, bob = iam.user("ana", allow("sts:*")), iam.user("bob", allow("sts:*"))
    unique_id = iam.client(get_user, UserName="ana")["User"]["UserId"]
    iam.role("vault", trust_policy=trust(unique_id))
    assert trusted(iam) == [unique_id]
    assert may_enter(ana)
    assert not may_enter(bob)


def test_trust_is_about_sts_alone(iam: Identities) -> None:
    iam.role("vault")
    sentence = "AssumeRole policy may only specify STS AssumeRole actions."
    assert malformed(iam, trust(OWNER, Action=["sts:AssumeRole", "ec2:RunInstances"])) == sentence
    assert malformed(iam, trust(OWNER).replace('"Action"', '"NotAction"')) == sentence
    for actions in ("sts:*", ["STS:AssumeRole", "sts:TagSession"]):
        iam.client(update_assume_role_policy, RoleName="vault", PolicyDocument=trust(OWNER, Action=actions))
