from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.iam_instance_profile_associations import (
    associate_iam_instance_profile,
    describe_iam_instance_profile_associations,
    disassociate_iam_instance_profile,
    replace_iam_instance_profile_association,
)
from skywalk.actions.instance_profiles import add_role_to_instance_profile, create_instance_profile
from skywalk.actions.instances import stop_instances, terminate_instances
from skywalk.actions.roles import create_role
from skywalk.compile.compiler import compile_plan
from support.launching import Home
from support.region import OTHER_ACCOUNT, Region

TRUST = '{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
GONE = "iip-assoc-00000000000000000"


@pytest.fixture
def home() -> Home:
    home = Home(Region())
    for name in ("app", "batch"):
        home.ec2(create_role, RoleName=name, AssumeRolePolicyDocument=TRUST)
        home.ec2(create_instance_profile, InstanceProfileName=name)
        home.ec2(add_role_to_instance_profile, InstanceProfileName=name, RoleName=name)
    return home


def launch(home: Home, **more: Any) -> str:
    instance_id: str = home.launch(**more)["Instances"][0]["InstanceId"]
    home.settle()
    return instance_id


def associate(home: Home, instance_id: str, name: str = "app") -> dict[str, Any]:
    asked = {"InstanceId": instance_id, "IamInstanceProfile": {"Name": name}}
    return dict(home.ec2(associate_iam_instance_profile, **asked)["IamInstanceProfileAssociation"])


def associations(home: Home, *filters: tuple[str, str], **more: Any) -> list[dict[str, Any]]:
    asked = [{"Name": name, "Values": [value]} for name, value in filters]
    answer = home.ec2(describe_iam_instance_profile_associations, Filters=asked, **more)
    return [dict(one) for one in answer["IamInstanceProfileAssociations"]]


def role_of(home: Home) -> str | None:
    """The role that the metadata service hands out."""
    snapshot = home.region.store.snapshot(home.vpc_id)
    assert snapshot is not None
    (guest,) = compile_plan(snapshot).guests
    return guest.role_arn


def test_from_none_to_one_and_back(home: Home) -> None:
    instance_id = launch(home)
    assert (associations(home), role_of(home)) == ([], None)
    made = associate(home, instance_id)
    assert made["State"] == "associating"
    assert associations(home) == [{**made, "State": "associated"}]
    assert made["Timestamp"] == home.region.clock.now()
    assert home.instance(instance_id)["IamInstanceProfile"] == made["IamInstanceProfile"]
    assert role_of(home) == "arn:aws:iam::123456789012:role/app"

    answer = home.ec2(disassociate_iam_instance_profile, AssociationId=made["AssociationId"])
    assert answer["IamInstanceProfileAssociation"] == {**made, "State": "disassociating"}
    assert (associations(home), role_of(home)) == ([], None)
    assert "IamInstanceProfile" not in home.instance(instance_id)


def test_a_launch_associates(home: Home) -> None:
    instance_id = launch(home, IamInstanceProfile={"Name": "app"})
    (found,) = associations(home)
    assert (found["InstanceId"], found["State"]) == (instance_id, "associated")
    assert found["IamInstanceProfile"] == home.instance(instance_id)["IamInstanceProfile"]


def test_one_for_each_instance(home: Home) -> None:
    instance_id = launch(home, IamInstanceProfile={"Name": "app"})
    asked = {"InstanceId": instance_id, "IamInstanceProfile": {"Name": "batch"}}
    assert home.ec2.refusal(associate_iam_instance_profile, **asked) == (
        "IncorrectState",
        f"There is an existing association for instance {instance_id}",
    )


def test_replace(home: Home) -> None:
    instance_id = launch(home, IamInstanceProfile={"Name": "app"})
    (former,) = associations(home)
    asked = {"AssociationId": former["AssociationId"], "IamInstanceProfile": {"Name": "batch"}}
    made = home.ec2(replace_iam_instance_profile_association, **asked)["IamInstanceProfileAssociation"]
    assert made["AssociationId"] != former["AssociationId"]
    assert (made["InstanceId"], made["State"]) == (instance_id, "associating")
    assert role_of(home) == "arn:aws:iam::123456789012:role/batch"
    assert home.ec2.refusal(replace_iam_instance_profile_association, **asked)[0] == "NoSuchAssociation"
    home.ec2(stop_instances, InstanceIds=[instance_id])
    asked["AssociationId"] = made["AssociationId"]
    assert home.ec2.refusal(replace_iam_instance_profile_association, **asked) == (
        "IncorrectState",
        f"The association {made['AssociationId']} is not the active association",
    )


def test_a_stopped_instance(home: Home) -> None:
    instance_id = launch(home)
    home.ec2(stop_instances, InstanceIds=[instance_id])
    home.settle()
    made = associate(home, instance_id)
    home.ec2(disassociate_iam_instance_profile, AssociationId=made["AssociationId"])


def test_filters_ids_and_pages(home: Home) -> None:
    ids = [launch(home, IamInstanceProfile={"Name": "app"}) for _ in range(6)]
    made = associations(home)
    assert [one["InstanceId"] for one in made] == ids
    assert associations(home, ("instance-id", ids[2])) == [made[2]]
    assert associations(home, ("state", "associated")) == made
    assert associations(home, ("state", "disassociated")) == []
    assert associations(home, AssociationIds=[made[4]["AssociationId"]]) == [made[4]]
    first = home.ec2(describe_iam_instance_profile_associations, MaxResults=5)
    assert len(first["IamInstanceProfileAssociations"]) == 5
    assert associations(home, MaxResults=5, NextToken=first["NextToken"]) == made[5:]
    wrong = [{"Name": "arn", "Values": ["x"]}]
    refused = home.ec2.refusal(describe_iam_instance_profile_associations, Filters=wrong)
    assert refused[0] == "InvalidParameterValue"


def test_those_of_terminated_instances_are_gone(home: Home) -> None:
    instance_id = launch(home, IamInstanceProfile={"Name": "app"})
    (made,) = associations(home)
    home.ec2(terminate_instances, InstanceIds=[instance_id])
    assert associations(home) == []
    asked = {"InstanceId": instance_id, "IamInstanceProfile": {"Name": "app"}}
    assert home.ec2.refusal(associate_iam_instance_profile, **asked) == (
        "IncorrectInstanceState",
        f"The instance '{instance_id}' is not running or stopped.",
    )
    refused = home.ec2.refusal(disassociate_iam_instance_profile, AssociationId=made["AssociationId"])
    assert refused == ("NoSuchAssociation", f"An invalid association-id of '{made['AssociationId']}' was given")


def test_what_is_not_there(home: Home) -> None:
    instance_id = launch(home, IamInstanceProfile={"Name": "app"})
    (made,) = associations(home)
    stranger = home.region.client(OTHER_ACCOUNT)
    for ec2, association_id in ((home.ec2, GONE), (stranger, made["AssociationId"])):
        asked = {"AssociationId": association_id}
        assert ec2.refusal(disassociate_iam_instance_profile, **asked)[0] == "NoSuchAssociation"
        refused = ec2.refusal(describe_iam_instance_profile_associations, AssociationIds=[association_id])
        assert refused[0] == "NoSuchAssociation"
    asked = {"InstanceId": launch(home), "IamInstanceProfile": {"Name": "none"}}
    assert home.ec2.refusal(associate_iam_instance_profile, **asked)[0] == "InvalidParameterValue"
    asked["IamInstanceProfile"] = {}
    assert home.ec2.refusal(associate_iam_instance_profile, **asked) == (
        "MissingParameter",
        "The request must contain the parameter IamInstanceProfile",
    )
    asked["InstanceId"] = "i-00000000000000000"
    assert home.ec2.refusal(associate_iam_instance_profile, **asked)[0] == "InvalidInstanceID.NotFound"
    assert home.instance(instance_id)["State"]["Name"] == "running"
    assert home.ec2.refusal(disassociate_iam_instance_profile, AssociationId="x")[0] == (
        "InvalidAssociationID.Malformed"
    )
