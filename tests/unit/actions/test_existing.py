from __future__ import annotations

import pytest

from skywalk.actions.existing import VPC, all_existing, existing, named_or_all
from skywalk.actions.vpcs import create_vpc
from skywalk.values.errors import AwsError
from support.region import OTHER_ACCOUNT, Client, Region


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


def _new(ec2: Client) -> str:
    return ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def test_ids_are_found_once_and_in_their_order(ec2: Client) -> None:
    one, two = _new(ec2), _new(ec2)
    with ec2.call() as call:
        assert [vpc.id for vpc in all_existing(call, VPC, [two, one, two])] == [two, one]
        assert existing(call, VPC, one).id == one


def test_no_ids_mean_all_of_the_callers(region: Region, ec2: Client) -> None:
    one, two = _new(ec2), _new(ec2)
    with ec2.call() as call:
        assert [vpc.id for vpc in named_or_all(call, VPC, None)] == [one, two]
        assert [vpc.id for vpc in named_or_all(call, VPC, [])] == [one, two]
        assert [vpc.id for vpc in named_or_all(call, VPC, [two])] == [two]
    with region.client(OTHER_ACCOUNT).call() as call:
        assert named_or_all(call, VPC, None) == []


@pytest.mark.parametrize("text", ["", "vpc", "vpc-", "vpc-1234567", "vpc-ABCDEF01", "subnet-01234567", "vpc-01234567 "])
def test_malformed_ids(ec2: Client, text: str) -> None:
    with ec2.call() as call, pytest.raises(AwsError) as refused:
        existing(call, VPC, text)
    assert refused.value.code == "InvalidVpcID.Malformed"
    assert refused.value.message == f'Invalid id: "{text}" (expecting "vpc-...")'


def test_a_malformed_id_comes_before_an_unknown_one(ec2: Client) -> None:
    with ec2.call() as call, pytest.raises(AwsError) as refused:
        all_existing(call, VPC, ["vpc-01234567", "nonsense"])
    assert refused.value.code == "InvalidVpcID.Malformed"
