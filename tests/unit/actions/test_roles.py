from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instance_profiles import (
    add_role_to_instance_profile,
    create_instance_profile,
    remove_role_from_instance_profile,
)
from skywalk.actions.role_policies import (
    attach_role_policy,
    delete_role_policy,
    detach_role_policy,
    put_role_policy,
)
from skywalk.actions.roles import (
    create_role,
    delete_role,
    delete_role_permissions_boundary,
    get_role,
    list_roles,
    put_role_permissions_boundary,
    update_assume_role_policy,
    update_role,
    update_role_description,
)
from skywalk.actions.trust_policies import MAX_TRUST_POLICY_CHARACTERS
from skywalk.resources.role import Role
from skywalk.values.clock import FixedClock
from skywalk.values.errors import AwsError
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

TRUST = (
    '{"Version": "2012-10-17", "Statement": '
    '[{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
)
ALL = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


@pytest.fixture
def iam() -> Client:
    return Region().client()


def create(iam: Client, name: str, **request: Any) -> dict[str, Any]:
    return dict(iam(create_role, RoleName=name, AssumeRolePolicyDocument=TRUST, **request)["Role"])


def names(iam: Client, **request: Any) -> list[str]:
    return [role["RoleName"] for role in iam(list_roles, **request)["Roles"]]


def status_of(iam: Client, action: Any, **request: Any) -> int:
    with pytest.raises(AwsError) as caught:
        iam(action, **request)
    return caught.value.status


def test_a_new_role(iam: Client) -> None:
    tags = [{"Key": "team", "Value": "documents"}]
    made = create(iam, "app", Path="/service/", Description="for tellers", MaxSessionDuration=7200, Tags=tags)
    assert made == {
        "Path": "/service/",
        "RoleName": "app",
        "RoleId": made["RoleId"],
        "Arn": f"arn:aws:iam::{OWNER}:role/service/app",
        "CreateDate": FixedClock().now(),
        "AssumeRolePolicyDocument": TRUST,
        "Description": "for tellers",
        "MaxSessionDuration": 7200,
        "Tags": tags,
    }
    assert iam(get_role, RoleName="app")["Role"] == {**made, "RoleLastUsed": {}}
    assert iam(list_roles) == {
        "Roles": [{name: value for name, value in made.items() if name != "Tags"}],
        "IsTruncated": False,
    }


def test_defaults(iam: Client) -> None:
    made = create(iam, "app")
    assert (made["Path"], made["MaxSessionDuration"], "Description" in made) == ("/", 3600, False)
    assert made["Arn"] == f"arn:aws:iam::{OWNER}:role/app"
    assert made["RoleId"].startswith("AROA")


def test_a_role_is_the_same_in_every_region(iam: Client) -> None:
    create(iam, "app")
    assert names(iam.elsewhere("eu-west-1")) == ["app"]


def test_a_role_is_one_accounts(iam: Client) -> None:
    create(iam, "app")
    other = iam.world.client(OTHER_ACCOUNT)
    assert other.refusal(get_role, RoleName="app")[0] == "NoSuchEntity"
    assert create(other, "app")["Arn"] == f"arn:aws:iam::{OTHER_ACCOUNT}:role/app"


@pytest.mark.parametrize(("name", "path"), [("app", "/"), ("APP", "/"), ("app", "/other/")])
def test_a_name_is_taken(iam: Client, name: str, path: str) -> None:
    create(iam, "app")
    request = {"RoleName": name, "Path": path, "AssumeRolePolicyDocument": TRUST}
    assert iam.refusal(create_role, **request) == (
        "EntityAlreadyExists",
        f"Role with name {name} already exists.",
    )
    assert status_of(iam, create_role, **request) == 409


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("{", ""),
        (ALL, "Statement[0].Principal: missing"),
        (TRUST.replace('"Action"', '"Resource": "*", "Action"'), "a role trust policy has no Resource"),
    ],
)
def test_a_trust_policy_that_is_none(iam: Client, policy: str, said: str) -> None:
    code, message = iam.refusal(create_role, RoleName="app", AssumeRolePolicyDocument=policy)
    assert code == "MalformedPolicyDocument"
    assert said in message
    create(iam, "app")
    assert iam.refusal(update_assume_role_policy, RoleName="app", PolicyDocument=policy)[1] == message


def test_the_longest_trust_policy(iam: Client) -> None:
    filler = MAX_TRUST_POLICY_CHARACTERS - len("".join(TRUST.split())) - len('"Sid":"",')
    longest = TRUST.replace('"Effect"', f'"Sid":"{"x" * filler}", "Effect"')
    iam(create_role, RoleName="app", AssumeRolePolicyDocument=longest)
    longer = longest.replace('"Sid":"', '"Sid":"x')
    refused = ("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
    assert iam.refusal(create_role, RoleName="web", AssumeRolePolicyDocument=longer) == refused
    assert iam.refusal(update_assume_role_policy, RoleName="app", PolicyDocument=longer) == refused


def test_permissions_boundaries(iam: Client) -> None:
    s3 = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": s3}
    assert create(iam, "app", PermissionsBoundary=s3)["PermissionsBoundary"] == shown
    assert "PermissionsBoundary" not in iam(list_roles)["Roles"][0]
    iam(delete_role_permissions_boundary, RoleName="app")
    assert "PermissionsBoundary" not in iam(get_role, RoleName="app")["Role"]
    iam(put_role_permissions_boundary, RoleName="app", PermissionsBoundary=s3)
    assert iam(get_role, RoleName="app")["Role"]["PermissionsBoundary"] == shown


def test_a_boundary_that_is_not_there(iam: Client) -> None:
    create(iam, "app")
    missing = {"PermissionsBoundary": f"arn:aws:iam::{OWNER}:policy/cap"}
    text = f"Scope ARN: arn:aws:iam::{OWNER}:policy/cap does not exist or is not attachable."
    assert iam.refusal(put_role_permissions_boundary, RoleName="app", **missing) == ("NoSuchEntity", text)
    request = {"RoleName": "web", "AssumeRolePolicyDocument": TRUST, **missing}
    assert iam.refusal(create_role, **request) == ("NoSuchEntity", text)


def test_update(iam: Client) -> None:
    create(iam, "app", Description="first", MaxSessionDuration=7200)
    iam(update_role, RoleName="app", MaxSessionDuration=3600)
    shown = iam(get_role, RoleName="app")["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"]) == ("first", 3600)
    iam(update_role, RoleName="app", Description="second")
    assert iam(get_role, RoleName="app")["Role"]["Description"] == "second"
    changed = iam(update_role_description, RoleName="app", Description="third")["Role"]
    assert (changed["Description"], changed["MaxSessionDuration"]) == ("third", 3600)


def test_another_trust_policy(iam: Client) -> None:
    create(iam, "app")
    other = TRUST.replace("ec2.amazonaws.com", "lambda.amazonaws.com")
    iam(update_assume_role_policy, RoleName="app", PolicyDocument=other)
    assert iam(get_role, RoleName="app")["Role"]["AssumeRolePolicyDocument"] == other


@pytest.mark.parametrize(
    ("action", "more"),
    [
        (get_role, {}),
        (delete_role, {}),
        (update_assume_role_policy, {"PolicyDocument": TRUST}),
        (update_role, {}),
        (update_role_description, {"Description": ""}),
        (put_role_permissions_boundary, {"PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        (delete_role_permissions_boundary, {}),
    ],
)
def test_an_unknown_role(iam: Client, action: Any, more: dict[str, str]) -> None:
    refused = ("NoSuchEntity", "The role with name app cannot be found.")
    assert iam.refusal(action, RoleName="app", **more) == refused
    assert status_of(iam, action, RoleName="app", **more) == 404


def test_delete(iam: Client) -> None:
    first = create(iam, "app")
    iam(delete_role, RoleName="app")
    assert names(iam) == []
    again = create(iam, "app")
    assert again["Arn"] == first["Arn"]
    assert again["RoleId"] != first["RoleId"]


def test_what_holds_a_role(iam: Client) -> None:
    create(iam, "app")
    iam(create_instance_profile, InstanceProfileName="web")
    iam(add_role_to_instance_profile, InstanceProfileName="web", RoleName="app")
    iam(put_role_policy, RoleName="app", PolicyName="all", PolicyDocument=ALL)
    assert iam.refusal(delete_role, RoleName="app") == (
        "DeleteConflict",
        "Cannot delete entity, must remove roles from instance profile first.",
    )
    assert status_of(iam, delete_role, RoleName="app") == 409
    iam(remove_role_from_instance_profile, InstanceProfileName="web", RoleName="app")
    assert iam.refusal(delete_role, RoleName="app") == (
        "DeleteConflict",
        "Cannot delete entity, must delete policies first.",
    )
    iam(delete_role_policy, RoleName="app", PolicyName="all")
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam(attach_role_policy, RoleName="app", PolicyArn=administrator)
    assert iam.refusal(delete_role, RoleName="app") == (
        "DeleteConflict",
        "Cannot delete entity, must detach all policies first.",
    )
    iam(detach_role_policy, RoleName="app", PolicyArn=administrator)
    iam(delete_role, RoleName="app")
    assert iam.world.store.of_type(Role) == []


def test_lists_are_by_name_and_path(iam: Client) -> None:
    for name, path in (("web", "/"), ("app", "/service/"), ("db", "/service/data/")):
        create(iam, name, Path=path)
    assert names(iam) == ["app", "db", "web"]
    assert names(iam, PathPrefix="/service/") == ["app", "db"]
    assert names(iam, PathPrefix="/service/d") == ["db"]


def test_pages(iam: Client) -> None:
    for number in range(5):
        create(iam, f"role-{number}")
    first = iam(list_roles, MaxItems=3)
    assert (first["IsTruncated"], len(first["Roles"])) == (True, 3)
    rest = iam(list_roles, MaxItems=3, Marker=first["Marker"])
    assert [role["RoleName"] for role in rest["Roles"]] == ["role-3", "role-4"]
    assert (rest["IsTruncated"], "Marker" in rest) == (False, False)
