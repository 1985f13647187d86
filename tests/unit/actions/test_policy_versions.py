from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from skywalk.actions.managed_policies import get_policy
from skywalk.actions.policy_versions import (
    MAX_VERSIONS,
    create_policy_version,
    delete_policy_version,
    get_policy_version,
    list_policy_versions,
    set_default_policy_version,
)
from skywalk.values.clock import FixedClock
from support.identities import Identities, allow
from support.region import Client, Region

NOW = FixedClock().now()
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture
def iam() -> Client:
    return Region().client()


@pytest.fixture
def arn(iam: Client) -> str:
    return Identities(iam).policy("read", allow("s3:Get*"))


def ids(iam: Client, arn: str, **request: Any) -> list[str]:
    return [one["VersionId"] for one in iam(list_policy_versions, PolicyArn=arn, **request)["Versions"]]


def test_a_new_version(iam: Client, arn: str) -> None:
    iam.world.clock.advance(60)
    made = iam(create_policy_version, PolicyArn=arn, PolicyDocument=allow("s3:Put*"))["PolicyVersion"]
    assert made == {"VersionId": "v2", "IsDefaultVersion": False, "CreateDate": NOW + timedelta(minutes=1)}
    assert iam(get_policy_version, PolicyArn=arn, VersionId="v2")["PolicyVersion"] == {
        **made,
        "Document": allow("s3:Put*"),
    }
    shown = iam(get_policy, PolicyArn=arn)["Policy"]
    assert (shown["DefaultVersionId"], shown["CreateDate"], shown["UpdateDate"]) == ("v1", NOW, made["CreateDate"])
    assert ids(iam, arn) == ["v2", "v1"]


def test_the_default(iam: Client, arn: str) -> None:
    made = iam(create_policy_version, PolicyArn=arn, PolicyDocument=allow("s3:*"), SetAsDefault=True)["PolicyVersion"]
    assert made["IsDefaultVersion"]
    assert iam(get_policy, PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    assert iam.refusal(delete_policy_version, PolicyArn=arn, VersionId="v2") == (
        "DeleteConflict",
        "Cannot delete the default version of a policy.",
    )
    iam(set_default_policy_version, PolicyArn=arn, VersionId="v1")
    iam(delete_policy_version, PolicyArn=arn, VersionId="v2")
    assert ids(iam, arn) == ["v1"]


def test_five_at_most_and_no_number_twice(iam: Client, arn: str) -> None:
    for _ in range(MAX_VERSIONS - 1):
        iam(create_policy_version, PolicyArn=arn, PolicyDocument=allow("s3:*"))
    assert iam.refusal(create_policy_version, PolicyArn=arn, PolicyDocument=allow("s3:*")) == (
        "LimitExceeded",
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
        "version.",
    )
    iam(delete_policy_version, PolicyArn=arn, VersionId="v5")
    iam(create_policy_version, PolicyArn=arn, PolicyDocument=allow("s3:*"))
    assert ids(iam, arn) == ["v6", "v4", "v3", "v2", "v1"]
    first = iam(list_policy_versions, PolicyArn=arn, MaxItems=3)
    assert ids(iam, arn, Marker=first["Marker"]) == ["v2", "v1"]


@pytest.mark.parametrize("action", [get_policy_version, delete_policy_version, set_default_policy_version])
def test_an_unknown_version(iam: Client, arn: str, action: Any) -> None:
    text = f"Policy {arn} version v7 does not exist or is not attachable."
    assert iam.refusal(action, PolicyArn=arn, VersionId="v7") == ("NoSuchEntity", text)


def test_policies_of_aws_are_read_alone(iam: Client) -> None:
    assert ids(iam, ADMINISTRATOR) == ["v1"]
    document = iam(get_policy_version, PolicyArn=ADMINISTRATOR, VersionId="v1")["PolicyVersion"]["Document"]
    assert '"Action": "*"' in document
    request = {"PolicyArn": ADMINISTRATOR, "PolicyDocument": allow("s3:*")}
    assert iam.refusal(create_policy_version, **request) == (
        "AccessDenied",
        "Policy arn:aws:iam::aws:policy/AdministratorAccess is managed by AWS and cannot be changed.",
    )


@pytest.mark.parametrize(
    ("action", "more"),
    [
        (create_policy_version, {"PolicyDocument": allow("s3:*")}),
        (delete_policy_version, {"VersionId": "v1"}),
        (get_policy_version, {"VersionId": "v1"}),
        (list_policy_versions, {}),
        (set_default_policy_version, {"VersionId": "v1"}),
    ],
)
def test_a_policy_that_is_not_there(iam: Client, arn: str, action: Any, more: dict[str, str]) -> None:
    assert iam.refusal(action, PolicyArn="read", **more) == ("InvalidInput", "ARN read is not valid.")
    unknown = arn.replace("read", "none")
    assert iam.refusal(action, PolicyArn=unknown, **more) == ("NoSuchEntity", f"Policy {unknown} was not found.")
