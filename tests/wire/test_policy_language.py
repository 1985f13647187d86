"""Policy variables, NotPrincipal and what documents may not say, as stock clients meet them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from support.stock_clients import Keys
from support.wire_region import OWNER, WireRegion, wire_region

ANA = f"arn:aws:iam::{OWNER}:user/ana"


@pytest.fixture
def wire() -> Iterator[WireRegion]:
    with wire_region() as running:
        yield running


@pytest.fixture
def iam(wire: WireRegion) -> Any:
    return wire.client("iam")


@pytest.fixture
def ana(wire: WireRegion, iam: Any) -> Any:
    """Her IAM client; she has the tag team=red."""
    iam.create_user(UserName="ana", Tags=[{"Key": "team", "Value": "red"}])
    key = iam.create_access_key(UserName="ana")["AccessKey"]
    keys = Keys(key["AccessKeyId"], key["SecretAccessKey"])
    settings = Config(retries={"total_max_attempts": 1})
    return keys.client("iam", endpoint_url=f"http://127.0.0.1:{wire.port}", config=settings)


def document(version: str = "2012-10-17", **elements: Any) -> str:
    statement = {"Effect": "Allow", "Action": "iam:Get*", **elements}
    return json.dumps({"Version": version, "Statement": statement})


def put(iam: Any, text: str) -> None:
    iam.put_user_policy(UserName="ana", PolicyName="own", PolicyDocument=text)


def may_get(client: Any, name: str) -> bool:
    try:
        client.get_user(UserName=name)
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    return True


def test_a_variable_is_the_callers_own_name(iam: Any, ana: Any) -> None:
    iam.create_user(UserName="bob")
    put(iam, document(Resource=f"arn:aws:iam::{OWNER}:user/${{AWS:UserName}}"))
    assert may_get(ana, "ana")
    assert not may_get(ana, "bob")
    put(iam, document("2008-10-17", Resource=f"arn:aws:iam::{OWNER}:user/${{aws:username}}"))
    assert not may_get(ana, "ana")
    put(iam, document(Resource=f"arn:aws:iam::{OWNER}:user/${{aws:PrincipalTag/boss, 'bob'}}"))
    assert may_get(ana, "bob")
    assert not may_get(ana, "ana")


def test_a_variable_in_a_condition(iam: Any, ana: Any) -> None:
    for name, team in (("bob", "red"), ("eve", "blue")):
        iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": team}])
    same_team = {"StringEquals": {"iam:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    put(iam, document(Resource="*", Condition=same_team))
    assert may_get(ana, "bob")
    assert not may_get(ana, "eve")


def test_an_incomplete_arn_is_completed(iam: Any, ana: Any) -> None:
    put(iam, document(Resource="arn:aws:iam"))
    assert may_get(ana, "ana")
    put(iam, document(Resource="arn:aws:sqs"))
    assert not may_get(ana, "ana")


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ({"Resource": "arn:aws:iam::${aws:PrincipalAccount}:user/x"}, "a policy variable before the fifth colon"),
        ({"Resource": "arn:aws:s3:::${aws:username"}, "Statement[0].Resource: policy variable without closing brace"),
        ({"Resource": "*", "NotPrincipal": "*"}, "Statement[0].NotPrincipal: an identity-based policy has no"),
    ],
)
def test_what_is_refused(iam: Any, ana: Any, elements: dict[str, Any], message: str) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": [json.loads(document(**elements))["Statement"]]})
    with pytest.raises(ClientError) as refused:
        put(iam, text)
    assert refused.value.response["Error"]["Code"] == "MalformedPolicyDocument"
    assert message in refused.value.response["Error"]["Message"]


def test_what_an_endpoint_policy_may_not_say(wire: WireRegion) -> None:
    ec2 = wire.client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    some_vpcs = {"StringLike": {"aws:SourceVpc": "vpc-012345*"}}
    with pytest.raises(ClientError) as refused:
        ec2.create_vpc_endpoint(
            VpcId=vpc_id,
            ServiceName="com.amazonaws.us-east-1.s3",
            PolicyDocument=document(Principal="*", Action="s3:*", Resource="*", Condition=some_vpcs),
        )
    error = refused.value.response["Error"]
    assert error["Code"] == "InvalidPolicyDocument"
    assert "Condition.StringLike.aws:SourceVpc: the key holds an identifier: no wildcards" in error["Message"]
    spares: dict[str, Any] = {
        "Effect": "Deny",
        "NotPrincipal": {"AWS": [OWNER, ANA]},
        "Action": "s3:*",
        "Resource": "*",
    }
    made = ec2.create_vpc_endpoint(
        VpcId=vpc_id, ServiceName="com.amazonaws.us-east-1.s3", PolicyDocument=document(**spares)
    )["VpcEndpoint"]
    assert json.loads(made["PolicyDocument"])["Statement"]["NotPrincipal"] == {"AWS": [OWNER, ANA]}
