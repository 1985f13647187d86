"""Which role an instance has: that of the profile it was given, if the role trusts EC2."""

from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.actions.iam_instance_profile_associations import associate_iam_instance_profile
from skywalk.actions.instance_profiles import (
    add_role_to_instance_profile,
    create_instance_profile,
    delete_instance_profile,
    remove_role_from_instance_profile,
)
from skywalk.actions.roles import update_assume_role_policy
from skywalk.plan.guests import Guest
from support.identities import TRUSTS_EC2, Identities, trust
from support.region import OWNER
from support.world import World


class Bank:
    """An instance with a profile `web`, which has a role `web`."""

    def __init__(self) -> None:
        self.world = World()
        self.world.vpc("bank")
        self.world.subnet("private", "bank")
        self.world.instance("teller", "private")
        self.root = self.world.region.client()
        Identities(self.root).role("web")
        self.make_profile()
        given = {"InstanceId": self.world.ids["teller"], "IamInstanceProfile": {"Name": "web"}}
        self.world.ec2(associate_iam_instance_profile, **given)

    def make_profile(self) -> None:
        self.root(create_instance_profile, InstanceProfileName="web")
        self.root(add_role_to_instance_profile, InstanceProfileName="web", RoleName="web")

    @property
    def guest(self) -> Guest:
        [guest] = self.world.plan("bank").guests
        return guest


@pytest.fixture
def bank() -> Bank:
    return Bank()


def test_another_profile_of_the_same_name_is_not_the_instance_s(bank: Bank) -> None:
    assert bank.guest.role_arn == f"arn:aws:iam::{OWNER}:role/web"
    bank.root(remove_role_from_instance_profile, InstanceProfileName="web", RoleName="web")
    bank.root(delete_instance_profile, InstanceProfileName="web")
    bank.make_profile()
    guest = bank.guest
    assert guest.instance_profile_arn is None
    assert guest.role_arn is None


def _trusts(statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def _allows(principal: Any, action: Any = "sts:AssumeRole", effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": action}


@pytest.mark.parametrize(
    ("policy", "has_role"),
    [
        (TRUSTS_EC2, True),
        (_trusts(_allows({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}, ["sts:*"])), True),
        (_trusts([_allows({"AWS": OWNER}), _allows({"Service": "ec2.amazonaws.com"}, "*")]), True),
        (_trusts(_allows({"Service": "ec2.amazonaws.com", "AWS": OWNER}, "STS:assumeRole")), True),
        (_trusts(_allows("*")), True),
        (trust(OWNER), False),
        (_trusts(_allows({"Service": "lambda.amazonaws.com"})), False),
        (_trusts(_allows({"Service": "ec2.amazonaws.com"}, "sts:TagSession")), False),
        (_trusts([_allows({"AWS": OWNER}), _allows({"Service": "ec2.amazonaws.com"}, effect="Deny")]), False),
    ],
)
def test_an_instance_has_no_role_that_does_not_trust_ec2(bank: Bank, policy: str, has_role: bool) -> None:
    bank.root(update_assume_role_policy, RoleName="web", PolicyDocument=policy)
    assert (bank.guest.role_arn is not None, bank.guest.role_id is not None) == (has_role, has_role)
    assert bank.guest.instance_profile_arn is not None
