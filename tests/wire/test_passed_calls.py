"""Calls that the edge has passed on: the way that they came decides, and only the edge can tell it."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from skywalk.policy.context import network_context
from skywalk.policy.keys.names import SOURCE_VPC, SOURCE_VPCE, VPC_SOURCE_IP
from skywalk.policy.told_arrival import ARRIVAL_HEADER, write_arrival
from support.identities import allow, trust
from support.stock_clients import Keys
from support.wire_region import OWNER, WireRegion

ENDPOINT, VPC = "vpce-0123456789abcdef0", "vpc-0123456789abcdef0"
THROUGH_ENDPOINT = {
    **network_context(secure_transport=True, source_vpce=ENDPOINT, source_vpc=VPC),
    VPC_SOURCE_IP: "10.0.1.7",
}
IN_PUBLIC = network_context(secure_transport=True)


class Passed:
    """Stock clients whose requests get the header that the edge would give them."""

    def __init__(self, wire: WireRegion, key: Mapping[str, str]) -> None:
        self._keys = Keys(key["AccessKeyId"], key["SecretAccessKey"])
        self._url = f"http://127.0.0.1:{wire.passed_port}"

    def client(self, service: str, arrival: str | None, url: str = "") -> Any:
        settings = Config(retries={"total_max_attempts": 1})
        client = self._keys.client(service, endpoint_url=url or self._url, config=settings)

        def tell(request: Any, **_: Any) -> None:
            if arrival is not None:
                request.headers[ARRIVAL_HEADER] = arrival

        client.meta.events.register("before-send", tell)
        return client


@pytest.fixture(scope="module")
def ana(wire: WireRegion) -> Passed:
    ec2, iam = wire.client("ec2"), wire.client("iam")
    chosen = {"ResourceType": "vpc-endpoint", "Tags": [{"Key": "_custom_id_", "Value": ENDPOINT}]}
    ec2.create_vpc_endpoint(
        VpcId=ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"],
        ServiceName="com.amazonaws.us-east-1.s3",
        TagSpecifications=[chosen],
    )
    iam.create_user(UserName="ana")
    return Passed(wire, iam.create_access_key(UserName="ana")["AccessKey"])


@pytest.fixture
def policy(wire: WireRegion) -> Any:
    def put(**condition: Any) -> None:
        document = allow("ec2:Describe*", "sts:AssumeRole", Condition=condition)
        wire.client("iam").put_user_policy(UserName="ana", PolicyName="own", PolicyDocument=document)

    return put


def refusal(call: Any, **request: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as refused:
        call(**request)
    return refused.value.response["ResponseMetadata"]["HTTPStatusCode"], refused.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("StringEquals", SOURCE_VPCE, ENDPOINT),
        ("StringEquals", SOURCE_VPC, VPC),
        ("StringEquals", VPC_SOURCE_IP, "10.0.1.7"),
    ],
)
def test_the_keys_of_the_way_decide(ana: Passed, policy: Any, operator: str, key: str, value: str) -> None:
    policy(**{operator: {key: value}})
    assert ana.client("ec2", write_arrival("ec2", THROUGH_ENDPOINT)).describe_vpcs()["Vpcs"]
    assert refusal(ana.client("ec2", write_arrival("ec2", IN_PUBLIC)).describe_vpcs) == (403, "UnauthorizedOperation")
    other = {**THROUGH_ENDPOINT, SOURCE_VPCE: "vpce-1", SOURCE_VPC: "vpc-1", VPC_SOURCE_IP: "10.0.2.7"}
    assert refusal(ana.client("ec2", write_arrival("ec2", other)).describe_vpcs) == (403, "UnauthorizedOperation")


def test_requests_without_tls_are_told_apart(ana: Passed, policy: Any) -> None:
    policy(StringEquals={"aws:SecureTransport": "true"})
    plain = network_context(secure_transport=False)
    assert refusal(ana.client("ec2", write_arrival("ec2", plain)).describe_vpcs) == (403, "UnauthorizedOperation")


def test_a_trust_policy_sees_the_way_too(wire: WireRegion, ana: Passed) -> None:
    iam = wire.client("iam")
    within = {"StringEquals": {"aws:SourceVpc": VPC}}
    document = trust(f"arn:aws:iam::{OWNER}:user/ana", Condition=within)
    role = iam.create_role(RoleName="within", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    ask = {"RoleArn": role, "RoleSessionName": "story"}
    assert ana.client("sts", write_arrival("sts", THROUGH_ENDPOINT)).assume_role(**ask)["Credentials"]
    assert refusal(ana.client("sts", write_arrival("sts", IN_PUBLIC)).assume_role, **ask) == (403, "AccessDenied")


def test_nobody_can_tell_it_at_the_region_s_own_port(wire: WireRegion, ana: Passed, policy: Any) -> None:
    policy(StringEquals={SOURCE_VPCE: ENDPOINT})
    forged = ana.client("ec2", write_arrival("ec2", THROUGH_ENDPOINT), url=f"http://127.0.0.1:{wire.port}")
    assert refusal(forged.describe_vpcs) == (403, "UnauthorizedOperation")


def test_the_service_is_the_one_that_was_reached_whatever_the_signature_is_for(ana: Passed) -> None:
    through_sts = ana.client("ec2", write_arrival("sts", THROUGH_ENDPOINT))
    assert refusal(through_sts.describe_vpcs) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize("arrival", [None, "sts", write_arrival("s3", IN_PUBLIC), '{"service": "sts", "keys": 1}'])
def test_what_the_edge_has_not_passed_on_is_not_answered(wire: WireRegion, arrival: str | None) -> None:
    told = {} if arrival is None else {ARRIVAL_HEADER: arrival}
    connection = http.client.HTTPConnection("127.0.0.1", wire.passed_port, timeout=10)
    connection.request(
        "POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", {"Host": "sts.amazonaws.com", **told}
    )
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (400, b"This service is not served here.\n")
    connection.close()


@pytest.mark.parametrize(
    ("condition", "at_the_port", "through_the_endpoint"),
    [
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, True, False),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, True, True),
        ({"StringLike": {"aws:UserAgent": "*Boto3*"}}, True, True),
        ({"StringLike": {"aws:UserAgent": "aws-cli*"}}, False, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True, True),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, False, False),
        ({"NumericGreaterThan": {"aws:EpochTime": "1577836800"}}, True, True),
        ({"StringEquals": {"aws:username": "ana", "aws:PrincipalType": "User"}}, True, True),
        ({"Bool": {"aws:ViaAWSService": "true"}}, False, False),
        ({"Null": {"aws:TokenIssueTime": "false"}}, False, False),
    ],
)
def test_the_keys_of_the_request_and_its_caller(
    wire: WireRegion,
    ana: Passed,
    policy: Any,
    condition: dict[str, Any],
    at_the_port: bool,
    through_the_endpoint: bool,
) -> None:
    policy(**condition)
    direct = ana.client("ec2", None, url=f"http://127.0.0.1:{wire.port}")
    passed = ana.client("ec2", write_arrival("ec2", THROUGH_ENDPOINT))
    for client, is_allowed in ((direct, at_the_port), (passed, through_the_endpoint)):
        if is_allowed:
            assert client.describe_vpcs()["Vpcs"]
        else:
            assert refusal(client.describe_vpcs) == (403, "UnauthorizedOperation")
