"""The life of users, groups, roles, managed policies and instance profiles, by boto3."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.wire_region import OWNER, WireRegion

READS = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:DescribeVpcs", "Resource": "*"}]}
)
WRITES = READS.replace("DescribeVpcs", "CreateVpc")
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
BOUNDARY = "arn:aws:iam::aws:policy/AmazonVPCReadOnlyAccess"


@pytest.fixture
def iam(wire: WireRegion) -> Any:
    return wire.client("iam")


def code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def tags(**named: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in named.items()]


def test_a_user(wire: WireRegion, iam: Any) -> None:
    iam.create_user(UserName="ann", Path="/desk/")
    iam.update_user(UserName="ann", NewUserName="anna", NewPath="/")
    assert iam.get_user(UserName="anna")["User"]["Arn"] == f"arn:aws:iam::{OWNER}:user/anna"
    iam.tag_user(UserName="anna", Tags=tags(team="core", desk="1"))
    iam.untag_user(UserName="anna", TagKeys=["desk"])
    assert iam.list_user_tags(UserName="anna")["Tags"] == tags(team="core")
    iam.put_user_policy(UserName="anna", PolicyName="reads", PolicyDocument=READS)
    assert iam.get_user_policy(UserName="anna", PolicyName="reads")["PolicyDocument"] == json.loads(READS)
    iam.put_user_permissions_boundary(UserName="anna", PermissionsBoundary=BOUNDARY)
    iam.delete_user_permissions_boundary(UserName="anna")
    assert "PermissionsBoundary" not in iam.get_user(UserName="anna")["User"]
    key = iam.create_access_key(UserName="anna")["AccessKey"]
    assert wire.client("sts").get_access_key_info(AccessKeyId=key["AccessKeyId"])["Account"] == OWNER
    assert iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["UserName"] == "anna"
    assert code(iam.delete_user, UserName="anna") == "DeleteConflict"
    iam.delete_access_key(UserName="anna", AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName="anna", PolicyName="reads")
    iam.delete_user(UserName="anna")
    assert code(iam.update_user, UserName="anna", NewUserName="ann") == "NoSuchEntity"


def test_a_group(iam: Any) -> None:
    iam.create_group(GroupName="desk")
    iam.create_user(UserName="ben")
    iam.add_user_to_group(GroupName="desk", UserName="ben")
    iam.put_group_policy(GroupName="desk", PolicyName="reads", PolicyDocument=READS)
    assert iam.get_group_policy(GroupName="desk", PolicyName="reads")["PolicyDocument"] == json.loads(READS)
    iam.attach_group_policy(GroupName="desk", PolicyArn=BOUNDARY)
    iam.detach_group_policy(GroupName="desk", PolicyArn=BOUNDARY)
    iam.update_group(GroupName="desk", NewGroupName="desks")
    assert [user["UserName"] for user in iam.get_group(GroupName="desks")["Users"]] == ["ben"]
    assert code(iam.delete_group, GroupName="desks") == "DeleteConflict"
    iam.remove_user_from_group(GroupName="desks", UserName="ben")
    iam.delete_group_policy(GroupName="desks", PolicyName="reads")
    iam.delete_group(GroupName="desks")
    iam.delete_user(UserName="ben")
    assert code(iam.get_group, GroupName="desks") == "NoSuchEntity"


def test_a_managed_policy(iam: Any) -> None:
    arn = iam.create_policy(PolicyName="calls", PolicyDocument=READS)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=WRITES)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v1"
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    assert code(iam.delete_policy_version, PolicyArn=arn, VersionId="v2") == "DeleteConflict"
    assert code(iam.delete_policy, PolicyArn=arn) == "DeleteConflict"
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.tag_policy(PolicyArn=arn, Tags=tags(team="core", desk="1"))
    iam.untag_policy(PolicyArn=arn, TagKeys=["desk"])
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"] == tags(team="core")
    iam.delete_policy(PolicyArn=arn)
    assert code(iam.get_policy, PolicyArn=arn) == "NoSuchEntity"


def test_a_role_and_its_profile(iam: Any) -> None:
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    assert "app" in [role["RoleName"] for role in iam.list_roles()["Roles"]]
    iam.update_role(RoleName="app", Description="of the desk", MaxSessionDuration=7200)
    assert iam.update_role_description(RoleName="app", Description="of all")["Role"]["Description"] == "of all"
    iam.update_assume_role_policy(RoleName="app", PolicyDocument=TRUST)
    iam.tag_role(RoleName="app", Tags=tags(team="core", desk="1"))
    iam.untag_role(RoleName="app", TagKeys=["desk"])
    assert iam.list_role_tags(RoleName="app")["Tags"] == tags(team="core")
    iam.put_role_permissions_boundary(RoleName="app", PermissionsBoundary=BOUNDARY)
    assert iam.get_role(RoleName="app")["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY
    iam.delete_role_permissions_boundary(RoleName="app")
    iam.put_role_policy(RoleName="app", PolicyName="reads", PolicyDocument=READS)
    assert iam.get_role_policy(RoleName="app", PolicyName="reads")["PolicyDocument"] == json.loads(READS)
    iam.attach_role_policy(RoleName="app", PolicyArn=BOUNDARY)
    iam.detach_role_policy(RoleName="app", PolicyArn=BOUNDARY)
    iam.create_instance_profile(InstanceProfileName="app")
    iam.tag_instance_profile(InstanceProfileName="app", Tags=tags(team="core", desk="1"))
    iam.untag_instance_profile(InstanceProfileName="app", TagKeys=["desk"])
    assert iam.list_instance_profile_tags(InstanceProfileName="app")["Tags"] == tags(team="core")
    iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="app")
    [role] = iam.get_instance_profile(InstanceProfileName="app")["InstanceProfile"]["Roles"]
    assert role["RoleName"] == "app"
    iam.remove_role_from_instance_profile(InstanceProfileName="app", RoleName="app")
    iam.delete_instance_profile(InstanceProfileName="app")
    iam.delete_role_policy(RoleName="app", PolicyName="reads")
    iam.delete_role(RoleName="app")
    assert code(iam.get_role_policy, RoleName="app", PolicyName="reads") == "NoSuchEntity"


def test_the_accounts_alias(iam: Any) -> None:
    iam.create_account_alias(AccountAlias="the-bank")
    assert iam.list_account_aliases()["AccountAliases"] == ["the-bank"]
    iam.delete_account_alias(AccountAlias="the-bank")
    assert code(iam.delete_account_alias, AccountAlias="the-bank") == "NoSuchEntity"


def test_what_clients_ask_before_they_delete_a_user(iam: Any) -> None:
    iam.create_user(UserName="carl")
    assert code(iam.get_login_profile, UserName="carl") == "NoSuchEntity"
    assert code(iam.delete_login_profile, UserName="carl") == "NoSuchEntity"
    assert iam.list_mfa_devices(UserName="carl")["MFADevices"] == []
    assert iam.list_ssh_public_keys(UserName="carl")["SSHPublicKeys"] == []
    assert iam.list_signing_certificates(UserName="carl")["Certificates"] == []
    assert iam.list_service_specific_credentials(UserName="carl")["ServiceSpecificCredentials"] == []
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
    iam.delete_user(UserName="carl")
