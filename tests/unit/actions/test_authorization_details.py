from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.authorization_details import get_account_authorization_details
from skywalk.actions.group_policies import attach_group_policy
from skywalk.actions.instance_profiles import add_role_to_instance_profile, create_instance_profile
from skywalk.actions.role_policies import attach_role_policy
from support.identities import TRUSTS_EC2, Identities, allow
from support.region import OWNER, Client, Region

S3_READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


@pytest.fixture
def iam() -> Client:
    client = Region().client()
    identities = Identities(client)
    cap = identities.policy("cap", allow("s3:*"), Description="the most there is")
    identities.group("staff", allow("s3:List*"))
    identities.user("ana", allow("s3:Get*"), groups=("staff",), PermissionsBoundary=cap)
    identities.role("app", allow("s3:Put*"), Tags=[{"Key": "team", "Value": "bank"}])
    client(attach_role_policy, RoleName="app", PolicyArn=S3_READ_ONLY)
    client(attach_group_policy, GroupName="staff", PolicyArn=cap)
    client(create_instance_profile, InstanceProfileName="web")
    client(add_role_to_instance_profile, InstanceProfileName="web", RoleName="app")
    return client


def details(iam: Client, **request: Any) -> dict[str, Any]:
    return dict(iam(get_account_authorization_details, **request))


def test_everything(iam: Client) -> None:
    found = details(iam)
    assert not found["IsTruncated"]
    cap = f"arn:aws:iam::{OWNER}:policy/cap"
    (user,), (group,), (role,) = found["UserDetailList"], found["GroupDetailList"], found["RoleDetailList"]
    assert (user["UserName"], user["GroupList"]) == ("ana", ["staff"])
    assert user["UserPolicyList"] == [{"PolicyName": "own-0", "PolicyDocument": allow("s3:Get*")}]
    assert user["PermissionsBoundary"] == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": cap}
    assert group["GroupPolicyList"] == [{"PolicyName": "group-0", "PolicyDocument": allow("s3:List*")}]
    assert group["AttachedManagedPolicies"] == [{"PolicyName": "cap", "PolicyArn": cap}]
    assert role["AssumeRolePolicyDocument"] == TRUSTS_EC2
    assert role["RolePolicyList"] == [{"PolicyName": "own-0", "PolicyDocument": allow("s3:Put*")}]
    assert role["AttachedManagedPolicies"] == [{"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyArn": S3_READ_ONLY}]
    assert [one["InstanceProfileName"] for one in role["InstanceProfileList"]] == ["web"]
    assert role["Tags"] == [{"Key": "team", "Value": "bank"}]
    own, of_aws = found["Policies"]
    assert (own["Arn"], own["Description"], own["AttachmentCount"], own["PermissionsBoundaryUsageCount"]) == (
        cap,
        "the most there is",
        1,
        1,
    )
    assert [(one["VersionId"], one["Document"]) for one in own["PolicyVersionList"]] == [("v1", allow("s3:*"))]
    assert of_aws["Arn"] == S3_READ_ONLY


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        ("User", "UserDetailList"),
        ("Group", "GroupDetailList"),
        ("Role", "RoleDetailList"),
        ("LocalManagedPolicy", "Policies"),
        ("AWSManagedPolicy", "Policies"),
    ],
)
def test_filters(iam: Client, kind: str, member: str) -> None:
    found = details(iam, Filter=[kind])
    lists = {name: len(found[name]) for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")}
    assert lists == {name: int(name == member) for name in lists}


def test_pages_have_everything_once(iam: Client) -> None:
    seen: list[str] = []
    marker: dict[str, str] = {}
    while True:
        page = details(iam, MaxItems=2, **marker)
        lists = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
        seen += [one["Arn"].rpartition("/")[2] for name in lists for one in page[name]]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert seen == ["ana", "staff", "app", "cap", "AmazonS3ReadOnlyAccess"]
