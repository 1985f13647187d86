from __future__ import annotations

from datetime import UTC, datetime

import pytest

from skywalk.actions.subnets import create_subnet, delete_subnet
from skywalk.actions.vpcs import create_vpc, delete_vpc
from skywalk.resources.instance import Instance, InstanceState, MetadataOptions
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_endpoint import VpcEndpointState
from support.placed import place_endpoint
from support.region import Client, Region


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


@pytest.fixture
def vpc_id(ec2: Client) -> str:
    return ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


def _place_instance(region: Region, subnet_id: str, state: InstanceState) -> None:
    with region.store.transaction() as tx:
        subnet = tx.get(Subnet, subnet_id)
        assert subnet is not None
        tx.put(
            Instance(
                id="i-0123456789abcdef0",
                scope=subnet.scope,
                vpc_id=subnet.vpc_id,
                subnet_id=subnet.id,
                availability_zone=subnet.availability_zone,
                reservation_id="r-0123456789abcdef0",
                launch_index=0,
                image_id="ami-0123456789abcdef0",
                instance_type="t3.micro",
                state=state,
                launched_at=datetime(2026, 1, 1, tzinfo=UTC),
                private_dns_name="ip-10-0-0-4.ec2.internal",
                metadata_options=MetadataOptions(),
            )
        )


@pytest.mark.parametrize("state", [state for state in VpcEndpointState if state is not VpcEndpointState.DELETED])
def test_an_endpoint_holds_its_vpc_until_it_is_gone(
    region: Region, ec2: Client, vpc_id: str, state: VpcEndpointState
) -> None:
    place_endpoint(region, vpc_id, state=state)
    assert ec2.refusal(delete_vpc, VpcId=vpc_id) == (
        "DependencyViolation",
        f"The vpc '{vpc_id}' has dependencies and cannot be deleted.",
    )


def test_a_deleted_endpoint_holds_nothing(region: Region, ec2: Client, vpc_id: str) -> None:
    place_endpoint(region, vpc_id, state=VpcEndpointState.DELETED)
    ec2(delete_vpc, VpcId=vpc_id)
    assert region.store.get(Vpc, vpc_id) is None


@pytest.mark.parametrize("state", [state for state in InstanceState if state is not InstanceState.TERMINATED])
def test_an_instance_holds_its_subnet(region: Region, ec2: Client, vpc_id: str, state: InstanceState) -> None:
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    _place_instance(region, subnet_id, state)
    assert ec2.refusal(delete_subnet, SubnetId=subnet_id) == (
        "DependencyViolation",
        f"The subnet '{subnet_id}' has dependencies and cannot be deleted.",
    )


def test_a_terminated_instance_holds_nothing(region: Region, ec2: Client, vpc_id: str) -> None:
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    _place_instance(region, subnet_id, InstanceState.TERMINATED)
    ec2(delete_subnet, SubnetId=subnet_id)
    ec2(delete_vpc, VpcId=vpc_id)
    assert region.store.get(Vpc, vpc_id) is None
