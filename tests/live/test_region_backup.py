"""A region in one file, taken while it serves, and back: in another place, with the same ids, objects and keys."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.live_region import LiveRegion, live_region
from support.waiting import wait_until

pytestmark = pytest.mark.live

LARGE = "content of an object " * 10_000


@pytest.fixture
def region() -> Iterator[LiveRegion]:
    with live_region() as found:
        yield found


def restored(backup: Path, region: LiveRegion) -> LiveRegion:
    """A second region, not started; it has the folder and the port of `region`."""
    done = region.run("restore", str(backup), "--state-dir", str(region.state_dir / "region"), check=False)
    assert done.returncode == 0, done.stderr
    region.state_dir /= "region"
    return region


def described(region: LiveRegion) -> list[Any]:
    ec2 = region.ec2
    return [
        ec2.describe_vpcs()["Vpcs"],
        ec2.describe_subnets()["Subnets"],
        ec2.describe_route_tables()["RouteTables"],
        ec2.describe_security_groups()["SecurityGroups"],
        ec2.describe_vpc_endpoints()["VpcEndpoints"],
        ec2.describe_network_interfaces()["NetworkInterfaces"],
        region.iam.list_roles()["Roles"],
        region.s3.list_buckets()["Buckets"],
        region.s3.list_objects_v2(Bucket="backed-up")["Contents"],
    ]


def test_of_a_region_that_runs_and_serves(region: LiveRegion, tmp_path: Path) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.endpoint(vpc, region.table(vpc, subnet))
    profile = region.profile("backed-up", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    instance = region.instance(subnet, IamInstanceProfile=profile)
    region.bucket("backed-up")
    assert region.call(instance, "s3", "put_object", Bucket="backed-up", Key="a", Body=LARGE).status == 200
    tables = region.client("dynamodb")
    tables.create_table(
        TableName="kept",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    tables.put_item(TableName="kept", Item={"k": {"S": "one"}})
    before, keys = described(region), region.environment()

    backup = tmp_path / "b.tar"
    done = region.run("backup", str(backup))
    assert done.stdout.startswith(f"{backup}: revision ")
    again = region.run("backup", str(backup), check=False)
    assert (again.returncode, again.stderr.splitlines()[-1]) == (1, f"skywalk: {backup} is there already")
    region.s3.put_object(Bucket="backed-up", Key="later", Body=b"later")

    with live_region(started=False) as empty:
        other = restored(backup, empty)
        certificate = "ca.pem"
        assert (other.state_dir / certificate).read_bytes() == (region.state_dir / certificate).read_bytes()
        other.up()
        other.wait()
        assert described(other) == before
        assert {**other.environment(), "AWS_ENDPOINT_URL": ""} == {**keys, "AWS_ENDPOINT_URL": ""}
        # Its disk is new, its network and its role are what they were.
        read = other.call(instance, "s3", "get_object", Bucket="backed-up", Key="a")
        assert (read.status, read.answer["Body"]) == (200, LARGE)
        item = other.client("dynamodb").get_item(TableName="kept", Key={"k": {"S": "one"}})
        assert item["Item"] == {"k": {"S": "one"}}
        refused = other.run("restore", str(backup), check=False)
        assert refused.returncode == 1
        assert f"{other.state_dir} is not empty" in refused.stderr
    assert region.s3.get_object(Bucket="backed-up", Key="later")["Body"].read() == b"later"


def test_of_a_region_that_is_stopped_and_of_one_whose_daemon_was_killed(region: LiveRegion, tmp_path: Path) -> None:
    region.bucket("backed-up")
    region.s3.put_object(Bucket="backed-up", Key="a", Body=LARGE.encode())
    before = described(region)
    region.kill_daemon()
    wait_until(lambda: not region.status()["running"])
    assert region.run("backup", str(tmp_path / "killed.tar")).returncode == 0
    assert region.run("down").returncode == 0
    assert region.run("backup", str(tmp_path / "stopped.tar")).returncode == 0
    for name in ("killed.tar", "stopped.tar"):
        with live_region(started=False) as empty:
            other = restored(tmp_path / name, empty)
            other.up()
            assert described(other) == before


def test_a_backup_that_is_killed_leaves_no_file_of_its_name(region: LiveRegion, tmp_path: Path) -> None:
    """Killed at moments spread over its run, until one was quick enough to be done before."""
    region.bucket("backed-up")
    region.s3.put_object(Bucket="backed-up", Key="a", Body=LARGE.encode())
    backup, milliseconds = tmp_path / "b.tar", 0
    while not backup.exists():
        milliseconds += max(40, milliseconds // 8)  # a busy machine takes many times as long
        process = subprocess.Popen(
            region.command("backup", str(backup)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=region.process_environment,
        )
        try:
            process.wait(milliseconds / 1000)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert milliseconds < 300_000
    with live_region(started=False) as empty:
        other = restored(backup, empty)
        other.up()
        assert other.s3.get_object(Bucket="backed-up", Key="a")["Body"].read() == LARGE.encode()
