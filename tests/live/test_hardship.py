"""Full disks and no descriptors: a clear error for who asked, nothing corrupted, and all is well when there is room."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.descriptors import descriptors_below
from support.hardship import Disk, region_on, small_disk, without_descriptors
from support.live_region import LiveRegion, free_port
from support.waiting import wait_until

pytestmark = pytest.mark.live

LARGE = os.urandom(1 << 20)


@pytest.fixture(scope="module")
def disk() -> Iterator[Disk]:
    with small_disk(48) as made:
        yield made


@pytest.fixture(scope="module")
def region(disk: Disk) -> Iterator[LiveRegion]:
    with region_on(disk) as running:
        yield running


@pytest.fixture
def full(disk: Disk, region: LiveRegion) -> Iterator[Disk]:
    """It is full when the test asks for it, and has room again afterwards."""
    yield disk
    (disk.folder / "filler").unlink(missing_ok=True)
    region.wait()


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    response: Any = refused.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def not_ready(region: LiveRegion) -> list[str]:
    """The reasons for it, as monitoring is told."""
    told = region.fetch(f"http://127.0.0.1:{region.port}/_skywalk/ready")
    answer = json.loads(told.answer)
    assert (told.status, answer["ready"]) == ((503, False) if answer["reasons"] else (200, True))
    return list(answer["reasons"])


def test_a_disk_that_fills_up_is_told_before_any_call_fails(region: LiveRegion, full: Disk) -> None:
    wait_until(lambda: not not_ready(region))
    full.fill()
    wait_until(lambda: bool(not_ready(region)))
    assert region.status()["troubles"].keys() == {"store"}
    full.free()
    wait_until(lambda: not not_ready(region))


def vpc_ids(region: LiveRegion) -> list[str]:
    return [one["VpcId"] for one in region.ec2.describe_vpcs()["Vpcs"]]


def test_what_cannot_be_kept_is_not_done_and_everything_else_goes_on(region: LiveRegion, full: Disk) -> None:
    region.vpc("10.1.0.0/16")
    region.wait()
    before, revision = vpc_ids(region), region.status()["revision"]
    full.fill()
    for _ in range(3):
        status, code, message = refusal(region.ec2.create_vpc, CidrBlock="10.2.0.0/16")
        assert (status, code) == (503, "ServiceUnavailable")
        assert message.endswith("state.sqlite: database or disk is full (its disk is full)")
    assert refusal(region.iam.create_user, UserName="ana")[:2] == (503, "ServiceUnavailable")
    added = region.run("account", "add", "111122223333", check=False)
    assert (added.returncode, added.stdout) == (1, "")
    assert added.stderr.endswith("database or disk is full (its disk is full)\n")
    assert (vpc_ids(region), region.status()["revision"]) == (before, revision)
    assert not_ready(region)[-1].endswith("database or disk is full (its disk is full)")
    assert "\nstore       " in region.run("status").stdout
    examined = region.run("doctor", "--port", str(region.port), check=False)
    assert examined.returncode == 1
    assert "make room on its disk" in examined.stdout
    assert region.iam.list_users()["Users"] == []
    full.free()
    wait_until(lambda: not not_ready(region))  # by itself: nothing was written meanwhile
    after = [*before, region.vpc("10.2.0.0/16")]
    region.iam.create_user(UserName="ana")
    assert vpc_ids(region) == after
    region.run("down")
    region.up()
    assert vpc_ids(region) == after


def test_an_object_that_has_no_room_is_nowhere(region: LiveRegion, full: Disk) -> None:
    region.bucket("music")
    region.s3.put_object(Bucket="music", Key="kept", Body=LARGE)
    full.fill()
    status, code, message = refusal(region.s3.put_object, Bucket="music", Key="lost", Body=LARGE)
    assert (status, code) == (503, "ServiceUnavailable")
    assert "No space left on device" in message
    assert [one["Key"] for one in region.s3.list_objects_v2(Bucket="music")["Contents"]] == ["kept"]
    assert region.s3.get_object(Bucket="music", Key="kept")["Body"].read() == LARGE
    status, code, message = refusal(region.s3.create_bucket, Bucket="nowhere")
    assert (status, code) == (503, "ServiceUnavailable")
    assert message.endswith("state.sqlite: database or disk is full (its disk is full)")
    assert [one["Name"] for one in region.s3.list_buckets()["Buckets"]] == ["music"]
    full.free()

    def put() -> bool:
        try:
            region.s3.put_object(Bucket="music", Key="lost", Body=LARGE)
        except ClientError:
            return False
        return True

    wait_until(put)
    region.bucket("nowhere")
    region.run("down")
    region.up()
    assert [one["Key"] for one in region.s3.list_objects_v2(Bucket="music")["Contents"]] == ["kept", "lost"]
    assert [one["Name"] for one in region.s3.list_buckets()["Buckets"]] == ["music", "nowhere"]


def test_a_region_is_taken_over_on_a_full_disk_and_a_new_one_says_why_it_cannot_start(
    region: LiveRegion, full: Disk
) -> None:
    before = vpc_ids(region)
    full.fill()
    daemon = region.status()["pid"]
    region.kill_daemon()
    region.up()
    assert region.status()["pid"] != daemon
    region.wait()
    assert vpc_ids(region) == before
    other = LiveRegion(full.folder / "other", free_port())
    started = other.run("up", "--detach", "--port", str(other.port), check=False)
    assert started.returncode == 1
    key = other.paths.region_key
    assert f"the region did not start: {key} cannot be written: No space left on device" in started.stderr
    assert "Traceback" not in started.stderr


def test_a_daemon_without_descriptors_serves_who_is_there_and_mends_itself(region: LiveRegion) -> None:
    vpc = region.vpc("10.3.0.0/16")
    region.wait()
    region.ec2.describe_vpcs()  # its connection stays open
    with without_descriptors(region.status()["pid"]):
        assert vpc in vpc_ids(region)
        *_admitted, newcomer = newcomers(region)
        turned_away = "it has no descriptors left for another connection"
        for _ in range(20):  # more than it keeps back for telling
            status, code, message = refusal(newcomer.describe_vpcs)
            assert (status, code) == (503, "ServiceUnavailable")
            assert message.endswith(turned_away)
        assert "new connections are turned away: Too many open files" in not_ready(region)
        assert not region.status()["ready"]
        subnet = region.ec2.create_subnet(VpcId=vpc, CidrBlock="10.3.1.0/24")["Subnet"]["SubnetId"]
        wait_until(lambda: "Too many open files" in log_of(region))
    assert vpc in [one["VpcId"] for one in newcomer.describe_vpcs()["Vpcs"]]
    region.wait()
    assert region.status()["failures"] == {}
    instance = region.instance(subnet)
    assert region.exec(instance, "true").returncode == 0


def newcomers(region: LiveRegion) -> list[Any]:
    """Clients until one is turned away, the last: what the daemon had open for a moment when it was limited leaves room
    for those before it, who keep their connections."""
    admitted: list[Any] = []
    for _ in range(8):
        admitted.append(region.client("ec2"))
        try:
            admitted[-1].describe_vpcs()
        except ClientError:
            return admitted
    raise AssertionError("everybody is served")


def test_a_limit_below_the_numbers_in_use_is_told_too_and_costs_no_time(region: LiveRegion) -> None:
    daemon = region.status()["pid"]
    newcomer = region.client("ec2")
    with descriptors_below(32, daemon):
        assert refusal(newcomer.describe_vpcs)[:2] == (503, "ServiceUnavailable")
        before = cpu_seconds(daemon)
        assert refusal(newcomer.describe_vpcs)[:2] == (503, "ServiceUnavailable")
        with pytest.raises(TimeoutError), socket.create_connection(("127.0.0.1", region.port), 1) as silent:
            silent.recv(1)  # it is given a while to ask
        assert cpu_seconds(daemon) - before < 0.5
    assert vpc_ids(region)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def log_of(region: LiveRegion) -> str:
    return (region.state_dir / "skywalk.log").read_text()


def state_of(region: LiveRegion, endpoint_id: str) -> str:
    (found,) = region.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"]
    state: str = found["State"]
    return state


def test_a_worker_without_descriptors_serves_who_is_there_and_mends_itself(region: LiveRegion) -> None:
    vpc = region.vpc("10.4.0.0/16")
    subnet = region.subnet(vpc, "10.4.1.0/24")
    table = region.table(vpc, subnet)
    profile = region.profile("reader", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    instance = region.instance(subnet, IamInstanceProfile=profile)
    region.endpoint(vpc, table)
    region.bucket("shelf")
    assert region.call(instance, "s3", "put_object", Bucket="shelf", Key="a", Body="b").status == 200
    (worker,) = region.processes("skywalk.edge.worker")
    (resolver,) = region.processes("skywalk.local_services")
    other = region.subnet(vpc, "10.4.2.0/24")
    second = region.table(vpc, other)
    with without_descriptors(worker), without_descriptors(resolver):
        for url in ("https://s3.us-east-1.amazonaws.com/", "http://s3.us-east-1.amazonaws.com/"):
            told = region.get(instance, url)
            assert told.status == 503
            assert "<Code>ServiceUnavailable</Code>" in told.answer
        assert region.get(instance, "http://169.254.169.254/latest/meta-data/").status == 503
        made = region.ec2.create_vpc_endpoint(
            VpcId=vpc, ServiceName="com.amazonaws.us-east-1.dynamodb", RouteTableIds=[second]
        )["VpcEndpoint"]
        # A loaded machine has not tried to open it yet when the client is answered.
        wait_until(lambda: state_of(region, made["VpcEndpointId"]) == "failed")
        assert "Too many open files" in json.dumps(region.status()["failures"])
        waited = region.run("wait", check=False)
        assert waited.returncode == 1
        assert "Too many open files" in waited.stderr
    region.wait()
    (healed,) = region.ec2.describe_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])["VpcEndpoints"]
    assert healed["State"] == "available"
    assert region.call(instance, "s3", "get_object", Bucket="shelf", Key="a").answer["Body"] == "b"
    assert region.processes("skywalk.edge.worker") == [worker]


def test_what_an_instance_fills_is_its_own(region: LiveRegion) -> None:
    vpc = region.vpc("10.5.0.0/16")
    one, other = (region.instance(region.subnet(vpc, f"10.5.{number}.0/24")) for number in (1, 2))
    filling = "with open('/dev/shm/filler', 'wb', buffering=0) as file:\n  while True: file.write(bytes(1 << 20))"
    filled = region.exec(one, "python3", "-c", filling)
    assert "No space left on device" in filled.stderr
    assert int(region.exec(one, "stat", "-c", "%s", "/dev/shm/filler").stdout) == 256 << 20
    assert region.exec(other, "sh", "-c", "echo well >/dev/shm/note && cat /dev/shm/note").stdout == "well\n"
    assert region.exec(one, "rm", "/dev/shm/filler").returncode == 0
    assert region.exec(one, "sh", "-c", "df --output=size -B1M /run | tail -1").stdout.strip() == "256"


def test_a_region_ends_on_a_full_disk_says_why_it_does_not_start_and_is_whole_when_there_is_room(
    region: LiveRegion, full: Disk
) -> None:
    instance = region.instance(region.subnet(region.vpc("10.6.0.0/16"), "10.6.1.0/24"))
    region.exec(instance, "sh", "-c", "echo kept >/root/note", check=True)
    region.bucket("calm")
    region.s3.put_object(Bucket="calm", Key="note", Body=LARGE)
    region.run("down")
    region.up()
    region.wait()
    full.fill()
    assert region.run("down").stdout == "stopped\n"
    full.fill()  # what ended with the region has left room
    refused = region.run("up", "--detach", "--port", str(region.port), check=False)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1] == (
        f"skywalk: the region did not start: the state in {region.paths.database} cannot be opened: "
        "disk I/O error (its disk is full)"
    )
    full.free()
    region.up()
    region.wait()
    assert region.s3.get_object(Bucket="calm", Key="note")["Body"].read() == LARGE
    assert region.exec(instance, "cat", "/root/note").stdout == "kept\n"
