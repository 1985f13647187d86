from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.group_policies import attach_group_policy
from skywalk.actions.managed_policies import (
    MAX_CHARACTERS,
    create_policy,
    delete_policy,
    get_policy,
    list_entities_for_policy,
    list_policies,
)
from skywalk.actions.policy_versions import create_policy_version, delete_policy_version
from skywalk.actions.role_policies import attach_role_policy, detach_role_policy
from skywalk.actions.roles import delete_role_permissions_boundary
from skywalk.actions.user_policies import attach_user_policy
from skywalk.resources.aws_managed_policies import aws_managed_policies
from skywalk.values.clock import FixedClock
from support.identities import Identities, allow
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ = allow("s3:GetObject")


@pytest.fixture
def iam() -> Client:
    return Region().client()


def arns(iam: Client, **request: Any) -> list[str]:
    return [one["Arn"] for one in iam(list_policies, **request)["Policies"]]


def test_a_new_policy(iam: Client) -> None:
    tags = [{"Key": "team", "Value": "bank"}]
    request = {"PolicyName": "read", "Path": "/bank/", "PolicyDocument": READ, "Description": "to read", "Tags": tags}
    made = iam(create_policy, **request)["Policy"]
    assert made == {
        "PolicyName": "read",
        "PolicyId": made["PolicyId"],
        "Arn": f"arn:aws:iam::{OWNER}:policy/bank/read",
        "Path": "/bank/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 0,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": FixedClock().now(),
        "UpdateDate": FixedClock().now(),
        "Tags": tags,
    }
    assert made["PolicyId"].startswith("ANPA")
    assert iam(get_policy, PolicyArn=made["Arn"])["Policy"] == {**made, "Description": "to read"}
    listed = {name: value for name, value in made.items() if name != "Tags"}
    assert iam(list_policies, Scope="Local") == {"Policies": [listed], "IsTruncated": False}


def test_a_name_is_taken_whatever_its_path(iam: Client) -> None:
    Identities(iam).policy("read", READ)
    assert iam.refusal(create_policy, PolicyName="Read", Path="/x/", PolicyDocument=READ) == (
        "EntityAlreadyExists",
        "A policy called Read already exists. Duplicate names are not allowed.",
    )


def test_documents_that_are_none(iam: Client) -> None:
    code, message = iam.refusal(create_policy, PolicyName="read", PolicyDocument="{")
    assert code == "MalformedPolicyDocument"
    longest = READ.replace('"Effect"', f'"Sid": "{"x" * (MAX_CHARACTERS - len("".join(READ.split())) - 9)}", "Effect"')
    iam(create_policy, PolicyName="long", PolicyDocument=longest)
    longer = longest.replace('"xx', '"xxx')
    refused = ("LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
    assert iam.refusal(create_policy, PolicyName="longer", PolicyDocument=longer) == refused
    arn = Identities(iam).policy("read", READ)
    assert iam.refusal(create_policy_version, PolicyArn=arn, PolicyDocument="{") == (code, message)
    assert iam.refusal(create_policy_version, PolicyArn=arn, PolicyDocument=longer) == refused


@pytest.mark.parametrize("action", [get_policy, delete_policy, list_entities_for_policy])
def test_an_unknown_policy(iam: Client, action: Any) -> None:
    theirs = Identities(iam.world.client(OTHER_ACCOUNT)).policy("theirs", READ)
    for arn in (f"arn:aws:iam::{OWNER}:policy/none", "arn:aws:iam::aws:policy/NoSuchPolicy", theirs):
        assert iam.refusal(action, PolicyArn=arn) == ("NoSuchEntity", f"Policy {arn} was not found.")
    assert iam.refusal(action, PolicyArn="arn:aws:s3:::x") == ("InvalidInput", "ARN arn:aws:s3:::x is not valid.")


def test_policies_of_aws(iam: Client) -> None:
    shown = iam(get_policy, PolicyArn=ADMINISTRATOR)["Policy"]
    assert (shown["PolicyName"], shown["Path"], shown["DefaultVersionId"]) == ("AdministratorAccess", "/", "v1")
    assert iam.refusal(delete_policy, PolicyArn=ADMINISTRATOR) == (
        "AccessDenied",
        "Policy arn:aws:iam::aws:policy/AdministratorAccess is managed by AWS and cannot be changed.",
    )
    identities = Identities(iam)
    own = identities.policy("read", READ)
    assert arns(iam, MaxItems=1000) == [own, *aws_managed_policies()]
    assert arns(iam, Scope="AWS", MaxItems=1000) == list(aws_managed_policies())
    assert arns(iam, Scope="AWS", PathPrefix="/service-role/") == [
        arn for arn in aws_managed_policies() if ":policy/service-role/" in arn
    ]
    identities.role("app")
    iam(attach_role_policy, RoleName="app", PolicyArn=ADMINISTRATOR)
    assert arns(iam, OnlyAttached=True) == [ADMINISTRATOR]
    assert arns(iam.world.client(OTHER_ACCOUNT), OnlyAttached=True) == []


def test_pages(iam: Client) -> None:
    made = [Identities(iam).policy(name, READ) for name in "abc"]
    first = iam(list_policies, Scope="Local", MaxItems=2)
    assert (arns(iam, Scope="Local", MaxItems=2), first["IsTruncated"]) == (made[:2], True)
    assert arns(iam, Scope="Local", Marker=first["Marker"]) == made[2:]


def test_who_has_a_policy(iam: Client) -> None:
    identities = Identities(iam)
    arn = identities.policy("read", READ)
    identities.user("ana", Path="/staff/")
    identities.group("tellers")
    identities.role("app")
    identities.role("bounded", PermissionsBoundary=arn)
    iam(attach_user_policy, UserName="ana", PolicyArn=arn)
    iam(attach_group_policy, GroupName="tellers", PolicyArn=arn)
    iam(attach_role_policy, RoleName="app", PolicyArn=arn)

    def named(**request: Any) -> list[str]:
        answer = iam(list_entities_for_policy, PolicyArn=arn, **request)
        return [
            *(one["GroupName"] for one in answer["PolicyGroups"]),
            *(one["RoleName"] for one in answer["PolicyRoles"]),
            *(one["UserName"] for one in answer["PolicyUsers"]),
        ]

    assert named() == ["tellers", "app", "bounded", "ana"]
    assert named(PolicyUsageFilter="PermissionsPolicy") == ["tellers", "app", "ana"]
    assert named(PolicyUsageFilter="PermissionsBoundary") == ["bounded"]
    assert named(EntityFilter="Role") == ["app", "bounded"]
    assert named(PathPrefix="/staff/") == ["ana"]
    marker = iam(list_entities_for_policy, PolicyArn=arn, MaxItems=3)["Marker"]
    assert (named(MaxItems=3), named(Marker=marker)) == (["tellers", "app", "bounded"], ["ana"])
    shown = iam(get_policy, PolicyArn=arn)["Policy"]
    assert (shown["AttachmentCount"], shown["PermissionsBoundaryUsageCount"]) == (3, 1)
    assert arns(iam, PolicyUsageFilter="PermissionsBoundary") == [arn]


def test_what_holds_a_policy(iam: Client) -> None:
    identities = Identities(iam)
    arn = identities.policy("read", READ)
    identities.role("app")
    attached = ("DeleteConflict", "Cannot delete a policy attached to entities.")
    iam(attach_role_policy, RoleName="app", PolicyArn=arn)
    assert iam.refusal(delete_policy, PolicyArn=arn) == attached
    iam(detach_role_policy, RoleName="app", PolicyArn=arn)
    identities.role("bounded", PermissionsBoundary=arn)
    assert iam.refusal(delete_policy, PolicyArn=arn) == attached
    iam(delete_role_permissions_boundary, RoleName="bounded")
    iam(create_policy_version, PolicyArn=arn, PolicyDocument=READ)
    assert iam.refusal(delete_policy, PolicyArn=arn) == (
        "DeleteConflict",
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        "The default version is deleted with the policy.",
    )
    iam(delete_policy_version, PolicyArn=arn, VersionId="v2")
    iam(delete_policy, PolicyArn=arn)
    assert arns(iam, Scope="Local") == []
