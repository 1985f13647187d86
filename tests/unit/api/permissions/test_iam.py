"""What IAM's calls are asked about: the entity's ARN with its path, and how a refusal prints it."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instance_profiles import create_instance_profile
from skywalk.actions.users import put_user_permissions_boundary
from skywalk.api.dispatch import IAM
from skywalk.api.permissions.iam import iam_checks
from support.identities import Identities, allow, assumed, trust
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

HERE = f"arn:aws:iam::{OWNER}:"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture
def root() -> Client:
    client = Region().client()
    identities = Identities(client)
    identities.user("ana", Path="/staff/")
    identities.group("tellers", Path="/bank/")
    identities.role("app", Path="/service/")
    client(create_instance_profile, InstanceProfileName="web", Path="/service/")
    return client


def asked(client: Client, action: str, **request: Any) -> list[str]:
    checks = iam_checks(action, request, client.caller, client.world.store)
    own = f"iam:{action} "
    return [f"{check.action} {check.resource.removeprefix(HERE)}".removeprefix(own) for check in checks]


@pytest.mark.parametrize(
    ("action", "request_", "expected"),
    [
        ("GetUser", {"UserName": "ana"}, ["user/staff/ana"]),
        ("GetUser", {"UserName": "nobody"}, ["user/nobody"]),
        ("CreateUser", {"UserName": "bo", "Path": "/staff/"}, ["user/staff/bo"]),
        ("CreateUser", {"UserName": "bo", "Tags": [{"Key": "a"}]}, ["user/bo", "iam:TagUser user/bo"]),
        ("AddUserToGroup", {"UserName": "ana", "GroupName": "tellers"}, ["group/bank/tellers"]),
        ("AttachUserPolicy", {"UserName": "ana", "PolicyArn": ADMINISTRATOR}, ["user/staff/ana"]),
        ("UpdateUser", {"UserName": "ana", "NewUserName": "Ana"}, ["user/staff/ana", "user/staff/Ana"]),
        ("UpdateUser", {"UserName": "ana", "NewPath": "/"}, ["user/staff/ana", "user/ana"]),
        ("UpdateGroup", {"GroupName": "tellers", "NewPath": "/b/"}, ["group/bank/tellers", "group/b/tellers"]),
        ("PutRolePolicy", {"RoleName": "app"}, ["role/service/app"]),
        ("CreateRole", {"RoleName": "new", "Tags": []}, ["role/new"]),
        (
            "AddRoleToInstanceProfile",
            {"InstanceProfileName": "web", "RoleName": "app"},
            ["instance-profile/service/web", "iam:PassRole role/service/app"],
        ),
        (
            "RemoveRoleFromInstanceProfile",
            {"InstanceProfileName": "web", "RoleName": "app"},
            ["instance-profile/service/web"],
        ),
        ("CreatePolicy", {"PolicyName": "read", "Path": "/bank/"}, ["policy/bank/read"]),
        ("GetPolicy", {"PolicyArn": ADMINISTRATOR}, [ADMINISTRATOR]),
        ("ListUsers", {}, ["user/"]),
        ("ListUsers", {"PathPrefix": "/staff/"}, ["user/staff/"]),
        ("ListRoles", {}, ["role/"]),
        ("ListPolicies", {}, ["*"]),
        ("GetAccountSummary", {}, ["*"]),
        ("GetAccessKeyLastUsed", {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}, ["*"]),
    ],
)
def test_resources(root: Client, action: str, request_: dict[str, Any], expected: list[str]) -> None:
    assert asked(root, action, **request_) == expected


def test_a_role_for_a_profile_is_passed_by_its_tags(root: Client) -> None:
    Identities(root).role("red", Tags=[{"Key": "Team", "Value": "red"}])
    request = {"InstanceProfileName": "web", "RoleName": "red"}
    own, passed = iam_checks("AddRoleToInstanceProfile", request, root.caller, root.world.store)
    assert passed.context == {
        "iam:passedtoservice": "ec2.amazonaws.com",
        "aws:resourcetag/team": "red",
        "iam:resourcetag/team": "red",
    }
    assert not any("resourcetag" in key for key in own.context), "these are the profile's"


def test_without_a_name_it_is_the_caller(root: Client) -> None:
    identities = Identities(root)
    bo = identities.user("bo", Path="/staff/")
    assert asked(bo, "CreateAccessKey") == ["user/staff/bo"]
    assert asked(bo, "GetAccessKeyLastUsed", AccessKeyId=bo.caller.access_key_id) == ["user/staff/bo"]
    session = assumed(root, identities.role("caller", trust_policy=trust(OWNER)))
    assert asked(session, "ListAccessKeys") == ["user/"]


@pytest.mark.parametrize(
    ("action", "request_", "shown"),
    [
        ("CreatePolicy", {"PolicyName": "read"}, "policy read"),
        ("GetPolicy", {"PolicyArn": ADMINISTRATOR}, f"policy {ADMINISTRATOR}"),
        ("ListPolicies", {}, "policy path /"),
        ("ListUsers", {}, f"{HERE}user/"),
        ("GetAccountSummary", {}, "*"),
    ],
)
def test_how_refusals_print_them(root: Client, action: str, request_: dict[str, Any], shown: str) -> None:
    (check,) = iam_checks(action, request_, root.caller, root.world.store)
    assert check.shown == shown


def test_whose_a_policy_is(root: Client) -> None:
    theirs = Identities(root.world.client(OTHER_ACCOUNT)).policy("theirs", allow("s3:*"))

    def owner(action: str, arn: str) -> str:
        (check,) = iam_checks(action, {"PolicyArn": arn}, root.caller, root.world.store)
        return check.account_id

    assert owner("GetPolicyVersion", ADMINISTRATOR) == OWNER
    assert owner("CreatePolicyVersion", ADMINISTRATOR) == "aws"
    assert owner("GetPolicy", theirs) == OTHER_ACCOUNT
    assert owner("GetPolicy", "no ARN") == OWNER


@pytest.mark.parametrize("action", sorted(IAM))
def test_every_action_that_is_served_has_a_rule(root: Client, action: str) -> None:
    names = {"PolicyArn": ADMINISTRATOR, "PolicyName": "read", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}
    assert asked(root, action, **names)


def test_an_action_without_a_rule_is_refused(root: Client) -> None:
    with pytest.raises(KeyError):
        asked(root, "InventUser")


@pytest.mark.parametrize(
    ("action", "request_", "keys"),
    [
        (
            "TagUser",
            {"UserName": "ana", "Tags": [{"Key": "Team", "Value": "blue"}]},
            {"aws:requesttag/team": "blue", "aws:tagkeys": ("Team",)},
        ),
        ("UntagRole", {"RoleName": "app", "TagKeys": ["Team", "cost"]}, {"aws:tagkeys": ("Team", "cost")}),
        ("AttachUserPolicy", {"UserName": "ana", "PolicyArn": ADMINISTRATOR}, {"iam:policyarn": ADMINISTRATOR}),
        (
            "CreateRole",
            {"RoleName": "new", "PermissionsBoundary": ADMINISTRATOR},
            {"iam:permissionsboundary": ADMINISTRATOR},
        ),
        ("GetUser", {"UserName": "ana"}, {}),
    ],
)
def test_the_keys_of_a_request(root: Client, action: str, request_: dict[str, Any], keys: dict[str, Any]) -> None:
    (check,) = iam_checks(action, request_, root.caller, root.world.store)
    assert dict(check.context) == keys


def test_the_boundary_that_a_user_has(root: Client) -> None:
    root(put_user_permissions_boundary, UserName="ana", PermissionsBoundary=ADMINISTRATOR)
    (check,) = iam_checks("DeleteUserPolicy", {"UserName": "ana"}, root.caller, root.world.store)
    assert dict(check.context) == {"iam:permissionsboundary": ADMINISTRATOR}
