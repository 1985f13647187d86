from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instance_profiles import (
    add_role_to_instance_profile,
    create_instance_profile,
    delete_instance_profile,
    get_instance_profile,
    list_instance_profiles,
    list_instance_profiles_for_role,
    remove_role_from_instance_profile,
)
from skywalk.actions.roles import create_role
from skywalk.resources.role import InstanceProfile
from skywalk.values.clock import FixedClock
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

TRUST = '{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
NO_PROFILE = ("NoSuchEntity", "Instance Profile web cannot be found.")
NO_ROLE = ("NoSuchEntity", "The role with name gone cannot be found.")


@pytest.fixture
def iam() -> Client:
    client = Region().client()
    for name in ("app", "other"):
        client(create_role, RoleName=name, AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "a", "Value": "b"}])
    return client


def create(iam: Client, name: str = "web", **request: Any) -> dict[str, Any]:
    return dict(iam(create_instance_profile, InstanceProfileName=name, **request)["InstanceProfile"])


def add(iam: Client, profile: str = "web", role: str = "app") -> None:
    iam(add_role_to_instance_profile, InstanceProfileName=profile, RoleName=role)


def roles_of(iam: Client, profile: str = "web") -> list[str]:
    shown = iam(get_instance_profile, InstanceProfileName=profile)["InstanceProfile"]
    return [role["RoleName"] for role in shown["Roles"]]


def test_a_new_profile(iam: Client) -> None:
    tags = [{"Key": "team", "Value": "documents"}]
    made = create(iam, Path="/fleet/", Tags=tags)
    assert made == {
        "Path": "/fleet/",
        "InstanceProfileName": "web",
        "InstanceProfileId": made["InstanceProfileId"],
        "Arn": f"arn:aws:iam::{OWNER}:instance-profile/fleet/web",
        "CreateDate": FixedClock().now(),
        "Roles": [],
        "Tags": tags,
    }
    assert made["InstanceProfileId"].startswith("AIPA")
    assert iam(get_instance_profile, InstanceProfileName="web")["InstanceProfile"] == made


def test_a_profile_with_its_role(iam: Client) -> None:
    create(iam)
    add(iam)
    shown = iam(get_instance_profile, InstanceProfileName="web")["InstanceProfile"]
    (role,) = shown["Roles"]
    assert role["Arn"] == f"arn:aws:iam::{OWNER}:role/app"
    assert role["AssumeRolePolicyDocument"] == TRUST
    assert "Tags" not in role
    assert iam(list_instance_profiles)["InstanceProfiles"] == [shown]
    answer = iam(list_instance_profiles_for_role, RoleName="app")
    assert answer == {"InstanceProfiles": [shown], "IsTruncated": False}
    assert iam(list_instance_profiles_for_role, RoleName="other")["InstanceProfiles"] == []


@pytest.mark.parametrize("role", ["app", "other"])
def test_a_profile_holds_one_role(iam: Client, role: str) -> None:
    create(iam)
    add(iam)
    assert iam.refusal(add_role_to_instance_profile, InstanceProfileName="web", RoleName=role) == (
        "LimitExceeded",
        "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
    )
    assert roles_of(iam) == ["app"]


def test_a_role_may_be_in_several_profiles(iam: Client) -> None:
    create(iam)
    create(iam, "batch")
    add(iam)
    add(iam, "batch")
    listed = iam(list_instance_profiles_for_role, RoleName="app")["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in listed] == ["batch", "web"]


def test_another_role_for_a_profile(iam: Client) -> None:
    create(iam)
    add(iam)
    iam(remove_role_from_instance_profile, InstanceProfileName="web", RoleName="app")
    assert roles_of(iam) == []
    add(iam, role="other")
    assert roles_of(iam) == ["other"]
    refused = iam.refusal(remove_role_from_instance_profile, InstanceProfileName="web", RoleName="app")
    assert refused == ("NoSuchEntity", "The role with name app cannot be found in Instance Profile web.")


def test_delete(iam: Client) -> None:
    create(iam)
    add(iam)
    assert iam.refusal(delete_instance_profile, InstanceProfileName="web") == (
        "DeleteConflict",
        "Cannot delete entity, must remove roles from instance profile first.",
    )
    iam(remove_role_from_instance_profile, InstanceProfileName="web", RoleName="app")
    iam(delete_instance_profile, InstanceProfileName="web")
    assert iam.world.store.of_type(InstanceProfile) == []


@pytest.mark.parametrize("name", ["web", "WEB"])
def test_a_name_is_taken(iam: Client, name: str) -> None:
    create(iam)
    assert iam.refusal(create_instance_profile, InstanceProfileName=name, Path="/x/") == (
        "EntityAlreadyExists",
        f"Instance Profile {name} already exists.",
    )


def test_unknown_names(iam: Client) -> None:
    assert iam.refusal(get_instance_profile, InstanceProfileName="web") == NO_PROFILE
    assert iam.refusal(delete_instance_profile, InstanceProfileName="web") == NO_PROFILE
    changes = (add_role_to_instance_profile, remove_role_from_instance_profile)
    for change in changes:
        assert iam.refusal(change, InstanceProfileName="web", RoleName="app") == NO_PROFILE
    create(iam)
    for change in changes:
        assert iam.refusal(change, InstanceProfileName="web", RoleName="gone") == NO_ROLE
    assert iam.refusal(list_instance_profiles_for_role, RoleName="gone") == NO_ROLE
    assert iam.world.client(OTHER_ACCOUNT).refusal(get_instance_profile, InstanceProfileName="web") == NO_PROFILE


def test_lists(iam: Client) -> None:
    for name, path in (("web", "/"), ("app", "/fleet/"), ("db", "/fleet/")):
        create(iam, name, Path=path)

    def names(**request: Any) -> list[str]:
        listed = iam(list_instance_profiles, **request)["InstanceProfiles"]
        return [profile["InstanceProfileName"] for profile in listed]

    assert names() == ["app", "db", "web"]
    assert names(PathPrefix="/fleet/") == ["app", "db"]
    first = iam(list_instance_profiles, MaxItems=2)
    assert first["IsTruncated"] is True
    assert names(MaxItems=2, Marker=first["Marker"]) == ["web"]
