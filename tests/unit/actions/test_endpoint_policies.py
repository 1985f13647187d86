from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.actions.endpoint_policies import DEFAULT_INTERFACE_POLICY
from support.interface_endpoints import S3, create, modify, modify_refusal, refusal
from support.launching import Home
from support.region import Region

FULL = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
ONLY_GETS = json.dumps({"Statement": [{**FULL, "Action": "s3:GetObject"}]})


@pytest.fixture
def home() -> Home:
    return Home(Region())


def test_the_default_is_in_the_text_that_aws_shows() -> None:
    assert DEFAULT_INTERFACE_POLICY == (
        '{\n  "Statement": [\n    {\n      "Action": "*", \n      "Effect": "Allow", \n      "Principal": "*", \n'
        '      "Resource": "*"\n    }\n  ]\n}'
    )


def test_a_policy_where_requests_are_mapped_to_actions(home: Home) -> None:
    made = create(home, ServiceName=S3, PolicyDocument=ONLY_GETS)
    assert made["PolicyDocument"] == ONLY_GETS
    assert modify(home, made["VpcEndpointId"], ResetPolicy=True)["PolicyDocument"] == DEFAULT_INTERFACE_POLICY
    assert modify(home, made["VpcEndpointId"], PolicyDocument=ONLY_GETS)["PolicyDocument"] == ONLY_GETS
    assert refusal(home, ServiceName=S3, PolicyDocument="{}")[0] == "InvalidPolicyDocument"


@pytest.mark.parametrize(
    "policy",
    [
        {"Statement": FULL},
        {"Version": "2012-10-17", "Id": "x", "Statement": [{**FULL, "Sid": "all"}]},
        {"Statement": [{**FULL, "Principal": {"AWS": "*"}, "Action": ["*"], "Resource": ["*"]}]},
        {"Statement": [{**FULL, "Principal": {"AWS": ["*"]}}]},
    ],
)
def test_full_access_may_be_written_in_many_ways(home: Home, policy: dict[str, Any]) -> None:
    text = json.dumps(policy)
    assert create(home, PolicyDocument=text)["PolicyDocument"] == text


@pytest.mark.parametrize(
    "statements",
    [
        [{**FULL, "Action": "codewhisperer:*"}],
        [{**FULL, "Effect": "Deny"}],
        [FULL, {**FULL, "Effect": "Deny"}],
        [{**FULL, "Principal": {"AWS": "123456789012"}}],
    ],
)
def test_what_cannot_be_obeyed_is_refused(home: Home, statements: list[dict[str, Any]]) -> None:
    name = "com.amazonaws.us-east-1.codewhisperer"
    text = json.dumps({"Statement": statements})
    refused = (
        "UnsupportedOperation",
        f"Endpoint policies other than full access are not supported for {name}: there is no model of its requests.",
    )
    assert refusal(home, ServiceName=name, PolicyDocument=text) == refused
    made = create(home, ServiceName=name)["VpcEndpointId"]
    assert modify_refusal(home, made, PolicyDocument=text) == refused


@pytest.mark.parametrize("service", ["sqs", "athena", "ec2", "sts", "elasticloadbalancing"])
def test_a_service_whose_actions_are_known_takes_any_policy(home: Home, service: str) -> None:
    text = json.dumps({"Statement": {**FULL, "Action": f"{service}:Describe*"}})
    assert create(home, ServiceName=f"com.amazonaws.us-east-1.{service}", PolicyDocument=text)["PolicyDocument"] == text


def test_a_service_without_policies(home: Home) -> None:
    name = "com.amazonaws.us-east-1.transfer.server"
    refused = ("InvalidParameter", f"The VPC endpoint service {name} does not support endpoint policies.")
    assert refusal(home, ServiceName=name, PolicyDocument=json.dumps({"Statement": FULL})) == refused
    assert create(home, ServiceName=name)["PolicyDocument"] == DEFAULT_INTERFACE_POLICY
