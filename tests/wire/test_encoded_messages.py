"""EC2's refusals and what they say encoded, as stock boto3 and the stock AWS CLI meet them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from support.encoded_messages import sentence_of, token_of
from support.identities import allow, deny
from support.region import OTHER_ACCOUNT
from support.stock_clients import Keys
from support.warm_aws import STOCK
from support.wire_region import OWNER, WireRegion, wire_region

ANA = f"arn:aws:iam::{OWNER}:user/ana"
DECODE = "sts:DecodeAuthorizationMessage"


@pytest.fixture
def wire() -> Iterator[WireRegion]:
    with wire_region() as running:
        yield running


@pytest.fixture
def keys(wire: WireRegion) -> Keys:
    """A user's who may do nothing with VPCs."""
    iam = wire.client("iam")
    iam.create_user(UserName="ana")
    policy = json.dumps({"Statement": [*statements(allow("ec2:*")), *statements(deny("ec2:*Vpc", Sid="NoVpcs"))]})
    iam.put_user_policy(UserName="ana", PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName="ana")["AccessKey"]
    return Keys(key["AccessKeyId"], key["SecretAccessKey"])


def statements(text: str) -> list[Any]:
    found: list[Any] = json.loads(text)["Statement"]
    return found


def client(wire: WireRegion, keys: Keys, service: str) -> Any:
    once = Config(retries={"total_max_attempts": 1})
    return keys.client(service, endpoint_url=f"http://127.0.0.1:{wire.port}", config=once)


def refusal(call: Any, **request: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as refused:
        call(**request)
    response = refused.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def aws(wire: WireRegion, keys: Keys, *words: str) -> subprocess.CompletedProcess[str]:
    """The stock AWS CLI with these keys."""
    own = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{wire.port}",
        "AWS_DEFAULT_REGION": keys.region,
        "AWS_ACCESS_KEY_ID": keys.key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret,
    }
    return subprocess.run([STOCK, *words], capture_output=True, text=True, check=False, env={**os.environ, **own})


def test_the_refused_one_asks_another_what_it_was(wire: WireRegion, keys: Keys) -> None:
    ec2, sts = client(wire, keys, "ec2"), client(wire, keys, "sts")
    status, code, message = refusal(ec2.create_vpc, CidrBlock="10.0.0.0/16")
    assert (status, code) == (403, "UnauthorizedOperation")
    resource = f"arn:aws:ec2:us-east-1:{OWNER}:vpc/*"
    assert sentence_of(message) == (
        f"You are not authorized to perform this operation. User: {ANA} is not authorized to perform: ec2:CreateVpc on "
        f"resource: {resource} with an explicit deny in an identity-based policy"
    )
    token = token_of(message)
    assert refusal(sts.decode_authorization_message, EncodedMessage=token) == (
        403,
        "AccessDenied",
        f"User: {ANA} is not authorized to perform: {DECODE} because no identity-based policy allows the {DECODE} "
        "action",
    )
    told = json.loads(wire.client("sts").decode_authorization_message(EncodedMessage=token)["DecodedMessage"])
    assert told["explicitDeny"] is True
    assert told["matchedStatements"]["items"][0]["statementId"] == "NoVpcs"
    assert (told["context"]["action"], told["context"]["resource"]) == ("ec2:CreateVpc", resource)
    wire.client("iam").put_user_policy(UserName="ana", PolicyName="decode", PolicyDocument=allow(DECODE))
    answer = sts.decode_authorization_message(EncodedMessage=token)
    assert json.loads(answer["DecodedMessage"]) == told


def test_a_dry_run_says_it_too(wire: WireRegion, keys: Keys) -> None:
    ec2 = client(wire, keys, "ec2")
    _, code, message = refusal(ec2.create_vpc, CidrBlock="10.0.0.0/16", DryRun=True)
    assert code == "UnauthorizedOperation"
    told = wire.client("sts").decode_authorization_message(EncodedMessage=token_of(message))["DecodedMessage"]
    assert json.loads(told)["context"]["action"] == "ec2:CreateVpc"


def test_what_is_no_message(wire: WireRegion, keys: Keys) -> None:
    token = token_of(refusal(client(wire, keys, "ec2").create_vpc, CidrBlock="10.0.0.0/16")[2])
    invalid = (400, "InvalidAuthorizationMessageException", "Message is not valid")
    sts, strangers = wire.client("sts"), wire.client("sts", OTHER_ACCOUNT)
    for broken in ("EXAMPLE", f"{token}\n", token[:-8], "A" * 10_240):
        assert refusal(sts.decode_authorization_message, EncodedMessage=broken) == invalid
    assert refusal(strangers.decode_authorization_message, EncodedMessage=token) == invalid
    status, code, text = refusal(sts.decode_authorization_message, EncodedMessage="A" * 10_241)
    assert (status, code) == (400, "ValidationError")
    assert "Member must have length less than or equal to 10240" in text


def test_the_stock_cli(wire: WireRegion, keys: Keys) -> None:
    wire.client("iam").put_user_policy(UserName="ana", PolicyName="decode", PolicyDocument=allow(DECODE))
    refused = aws(wire, keys, "ec2", "create-vpc", "--cidr-block", "10.0.0.0/16")
    assert "(UnauthorizedOperation) when calling the CreateVpc operation" in refused.stderr
    token = refused.stderr.rpartition("Encoded authorization failure message: ")[2].strip()
    words = ("--query", "DecodedMessage", "--output", "text")
    decoded = aws(wire, keys, "sts", "decode-authorization-message", "--encoded-message", token, *words)
    told = json.loads(decoded.stdout)
    assert (told["allowed"], told["context"]["principal"]["name"]) == (False, "ana")
