"""What is said of each call afterwards: who asked for what and what became of it, and no secrets."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from skywalk.api.record import CallRecord
from support.waiting import wait_until
from support.wire_region import OWNER, WireRegion, wire_region

ROOT = f"arn:aws:iam::{OWNER}:root"


@pytest.fixture(scope="module")
def wire() -> Iterator[WireRegion]:
    with wire_region() as region:
        yield region


def last(wire: WireRegion, request_id: str) -> CallRecord:
    """The record of a request; it comes right after its answer."""
    wait_until(lambda: any(record.request_id == request_id for record in wire.records))
    return next(record for record in wire.records if record.request_id == request_id)


def test_a_call_that_is_done(wire: WireRegion) -> None:
    answer = wire.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    record = last(wire, answer["ResponseMetadata"]["RequestId"])
    assert (record.service, record.action, record.code, record.status) == ("ec2", "CreateVpc", "OK", 200)
    assert (record.caller_arn, record.account_id, record.region) == (ROOT, OWNER, "us-east-1")
    assert record.vpc_id == answer["Vpc"]["VpcId"]
    assert 0 < record.seconds < 60


def test_a_call_that_changes_nothing_names_no_vpc(wire: WireRegion) -> None:
    answer = wire.client("ec2").describe_vpcs()
    record = last(wire, answer["ResponseMetadata"]["RequestId"])
    assert (record.action, record.vpc_id) == ("DescribeVpcs", "")


def test_a_refused_call(wire: WireRegion) -> None:
    with pytest.raises(ClientError) as refused:
        wire.client("ec2").delete_vpc(VpcId="vpc-00000000")
    record = last(wire, refused.value.response["ResponseMetadata"]["RequestId"])
    assert (record.action, record.code, record.status) == ("DeleteVpc", "InvalidVpcID.NotFound", 400)
    assert record.caller_arn == ROOT


def test_who_is_not_proven_is_not_named(wire: WireRegion) -> None:
    client = wire.client("ec2")
    client.meta.events.register("before-send", _break_signature)
    with pytest.raises(ClientError) as refused:
        client.describe_vpcs()
    record = last(wire, refused.value.response["ResponseMetadata"]["RequestId"])
    assert (record.action, record.code) == ("", "SignatureDoesNotMatch")
    assert (record.caller_arn, record.account_id) == ("", "")


def _break_signature(request: object, **_: object) -> None:
    headers = request.headers  # type: ignore[attr-defined]
    headers["Authorization"] = headers["Authorization"][:-4] + b"0000"


def test_names_that_clients_make_up_are_no_actions(wire: WireRegion) -> None:
    wire.send(wire.signed(b"Action=MakeUpAName&Version=2016-11-15"))
    wait_until(lambda: any(record.code == "InvalidAction" for record in wire.records))
    assert [record.action for record in wire.records if record.code == "InvalidAction"] == [""]


def test_nothing_secret_is_in_a_record(wire: WireRegion) -> None:
    iam = wire.client("iam")
    iam.create_user(UserName="ana")
    key = iam.create_access_key(UserName="ana")["AccessKey"]
    user_data = base64.b64encode(b"password=hunter2").decode()
    wire.send(wire.signed(f"Action=RunInstances&Version=2016-11-15&UserData={user_data}".encode()))
    answer = wire.client("sts").get_session_token()
    last(wire, answer["ResponseMetadata"]["RequestId"])
    account, credentials = wire.account(), answer["Credentials"]
    said = repr(wire.records)
    secrets = (key["SecretAccessKey"], account.secret_access_key, account.access_key_id, user_data, "hunter2")
    for secret in (*secrets, credentials["SecretAccessKey"], credentials["SessionToken"]):
        assert secret not in said
