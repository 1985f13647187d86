"""A machine that does not answer and a disk that takes nothing: clients get an answer all the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from skywalk.api import pipeline
from skywalk.resources.persist import NotKeptError
from support.waiting import wait_until
from support.wire_region import WireRegion

S3 = "com.amazonaws.us-east-1.s3"


@contextmanager
def stuck(wire: WireRegion, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A driver whose every apply waits until the body has ended."""
    released, apply = threading.Event(), wire.driver.apply

    def wait_and_apply(plan: Any) -> Any:
        released.wait()
        return apply(plan)

    monkeypatch.setattr(wire.driver, "apply", wait_and_apply)
    monkeypatch.setattr(pipeline, "SETTLE_SECONDS", 0.5)
    try:
        yield
    finally:
        released.set()


def test_a_machine_that_does_not_answer_holds_up_no_client(
    wire: WireRegion, ec2: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]

    def endpoint() -> Any:
        return ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["VpcEndpoints"][0]

    with stuck(wire, monkeypatch):
        made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3, RouteTableIds=[table])["VpcEndpoint"]
        assert made["State"] == endpoint()["State"] == "pending"
        ec2.modify_vpc_endpoint(VpcEndpointId=made["VpcEndpointId"], ResetPolicy=True)
        assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["State"] == "available"
    wait_until(lambda: endpoint()["State"] == "available")


def test_a_disk_that_takes_nothing_is_told_and_nothing_is_changed(
    wire: WireRegion, ec2: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam = wire.client("iam")
    before, revision = ec2.describe_vpcs()["Vpcs"], wire.store.revision

    def refuse(*_: Any) -> None:
        raise NotKeptError("the change cannot be kept in /s/state.sqlite: database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(wire.store._persistence, "write", refuse)
        for call, parameters in (
            (ec2.create_vpc, {"CidrBlock": "10.9.0.0/16"}),
            (ec2.create_tags, {"Resources": [before[0]["VpcId"]], "Tags": [{"Key": "a", "Value": "b"}]}),
            (iam.create_user, {"UserName": "ana"}),
        ):
            with pytest.raises(ClientError) as refused:
                call(**parameters)
            response: Any = refused.value.response
            assert response["ResponseMetadata"]["HTTPStatusCode"] == 503
            assert response["Error"]["Code"] == "ServiceUnavailable"
            assert response["Error"]["Message"] == (
                "The request has failed due to a temporary failure of the server: "
                "the change cannot be kept in /s/state.sqlite: database or disk is full"
            )
        with pytest.raises(ClientError, match="DryRunOperation"):
            ec2.create_vpc(CidrBlock="10.9.0.0/16", DryRun=True)
        assert (ec2.describe_vpcs()["Vpcs"], iam.list_users()["Users"]) == (before, [])
    assert wire.store.revision == revision
    made = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    assert [one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"]] == [*(one["VpcId"] for one in before), made]


def test_a_daemon_without_descriptors_says_so(wire: WireRegion, ec2: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.8.1.0/24")["Subnet"]["SubnetId"]
    launched = ec2.run_instances(
        ImageId="ami-0abcdef1234567890", InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet
    )
    instance = launched["Instances"][0]["InstanceId"]

    def refuse(_: str) -> bytes:
        raise OSError(24, "Too many open files", "/s/instances/console.log")

    monkeypatch.setattr(wire.driver, "console_output", refuse)
    with pytest.raises(ClientError, match=r"\(ServiceUnavailable\).*of the server: Too many open files$"):
        ec2.get_console_output(InstanceId=instance)
