from __future__ import annotations

from collections.abc import Mapping

import pytest

from skywalk.actions.idempotency import MAX_TOKEN_LENGTH, made_before, remember
from skywalk.reconcile.status import forget_old
from skywalk.resources.idempotency_token import IdempotencyToken
from skywalk.values.errors import AwsError
from support.region import OTHER_ACCOUNT, Client, Region

ACTION = "CreateVpcEndpoint"
REQUEST = {"ClientToken": "once", "VpcId": "vpc-1", "Tags": [{"Key": "a"}]}


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    with region.client().call() as call:
        assert made_before(call, ACTION, REQUEST) is None
        remember(call, ACTION, REQUEST, ["vpce-1", "vpce-2"])
    return region.client()


def again(client: Client, request: Mapping[str, object], action: str = ACTION) -> tuple[str, ...] | None:
    with client.call() as call:
        return made_before(call, action, request)


def test_the_same_call_again(ec2: Client) -> None:
    assert again(ec2, REQUEST) == ("vpce-1", "vpce-2")
    assert again(ec2, {"Tags": [{"Key": "a"}], "VpcId": "vpc-1", "ClientToken": "once"}) == ("vpce-1", "vpce-2")
    assert again(ec2, {**REQUEST, "DryRun": False}) == ("vpce-1", "vpce-2")


@pytest.mark.parametrize("other", [{"VpcId": "vpc-2"}, {"Tags": []}, {"RouteTableIds": []}])
def test_another_call_with_the_token(ec2: Client, other: dict[str, object]) -> None:
    with pytest.raises(AwsError) as caught:
        again(ec2, {**REQUEST, **other})
    assert (caught.value.code, caught.value.message) == (
        "IdempotentParameterMismatch",
        "The client token you have provided is associated with a request that had different parameters.",
    )


def test_a_token_is_of_one_action_account_and_region(ec2: Client, region: Region) -> None:
    assert again(ec2, REQUEST, "RunInstances") is None
    assert again(ec2.elsewhere("eu-west-1"), REQUEST) is None
    assert again(region.client(OTHER_ACCOUNT), REQUEST) is None


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_nothing_is_remembered(region: Region, token: str | None) -> None:
    request = {"VpcId": "vpc-1"} if token is None else {"VpcId": "vpc-1", "ClientToken": token}
    with region.client().call() as call:
        remember(call, ACTION, request, ["vpce-1"])
        assert made_before(call, ACTION, request) is None
    assert region.store.of_type(IdempotencyToken) == []


def test_the_longest_token(ec2: Client) -> None:
    assert again(ec2, {"ClientToken": "x" * MAX_TOKEN_LENGTH}) is None
    with pytest.raises(AwsError) as caught:
        again(ec2, {"ClientToken": "x" * (MAX_TOKEN_LENGTH + 1)})
    assert caught.value.code == "InvalidParameterValue"


def test_a_token_is_remembered_for_a_day(ec2: Client, region: Region) -> None:
    region.clock.advance(24 * 3600 - 1)
    forget_old(region.store, region.clock)
    assert again(ec2, REQUEST) == ("vpce-1", "vpce-2")
    region.clock.advance(1)
    forget_old(region.store, region.clock)
    assert again(ec2, REQUEST) is None
