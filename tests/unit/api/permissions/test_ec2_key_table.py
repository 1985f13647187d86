from __future__ import annotations

from skywalk.api.dispatch import EC2
from skywalk.api.permissions.ec2_key_table import keys_of, own_keys
from skywalk.policy.keys.of_api import EC2_KEYS, NEVER_IN_EC2, UNKNOWN_IN_EC2


def test_a_check_has_the_keys_of_its_action_and_type() -> None:
    values = {"vpc": "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1", "securitygroupid": "sg-1", "tenancy": "default"}
    named = {"ec2:vpc": values["vpc"], "ec2:securitygroupid": "sg-1"}
    assert own_keys("AuthorizeSecurityGroupIngress", "security-group", values) == named
    assert own_keys("CreateVpcEndpoint", "security-group", values) == {"ec2:securitygroupid": "sg-1"}
    assert own_keys("DeleteTags", "security-group", values) == {}
    assert own_keys("DescribeVpcs", "vpc", values) == {}


def test_what_has_no_value_has_no_key() -> None:
    assert own_keys("DeleteVpc", "vpc", {"vpcid": "vpc-1", "tenancy": None}) == {"ec2:vpcid": "vpc-1"}


def test_a_family_is_known_by_its_beginning() -> None:
    values = {"attribute/httptokens": "required", "attribute": "HttpTokens"}
    whole = {"ec2:attribute/httptokens": "required", "ec2:attribute": "HttpTokens"}
    assert own_keys("ModifyInstanceMetadataOptions", "instance", values) == whole
    assert own_keys("StopInstances", "instance", values) == {}


def test_every_key_of_a_served_action_has_been_thought_of() -> None:
    types = ("image", "instance", "network-interface", "security-group", "subnet", "volume", "vpc", "vpc-endpoint")
    known = EC2_KEYS | NEVER_IN_EC2 | UNKNOWN_IN_EC2.keys()
    named = {f"ec2:{key}" for action in EC2 for kind in types for key in keys_of(action, kind)}
    assert len(named) > 50
    assert named <= known
