"""A change marks the VPCs whose plans look across to what has changed."""

from __future__ import annotations

from skywalk.actions.iam_instance_profile_associations import associate_iam_instance_profile
from skywalk.actions.instance_profiles import (
    add_role_to_instance_profile,
    create_instance_profile,
    remove_role_from_instance_profile,
)
from skywalk.actions.roles import create_role
from skywalk.resources.store import Change
from support.launching import Home
from support.region import Region

TRUST = (
    '{"Version":"2012-10-17","Statement":'
    '{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}'
)


def test_a_profile_s_role_is_a_matter_of_the_vpcs_with_its_instances() -> None:
    home = Home(Region())
    instance_id = home.launch()["Instances"][0]["InstanceId"]
    home.settle()
    home.ec2(create_role, RoleName="web", AssumeRolePolicyDocument=TRUST)
    home.ec2(create_instance_profile, InstanceProfileName="web")
    home.ec2(add_role_to_instance_profile, InstanceProfileName="web", RoleName="web")
    home.ec2(associate_iam_instance_profile, IamInstanceProfile={"Name": "web"}, InstanceId=instance_id)
    changes: list[Change] = []
    home.region.store.on_change(changes.append)
    home.ec2(remove_role_from_instance_profile, InstanceProfileName="web", RoleName="web")
    assert [change.vpc_ids for change in changes] == [frozenset({home.vpc_id})]
