"""A region of an ordinary user: everything that root's can do, next to it and without a trace after it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.live_region import LiveRegion, live_region
from support.ordinary_user import OrdinaryRegion, OrdinaryUser, ordinary_region, ordinary_user
from support.waiting import wait_until

pytestmark = pytest.mark.live

ALLOW_S3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


@pytest.fixture(scope="module")
def user() -> Iterator[OrdinaryUser]:
    with ordinary_user() as found:
        yield found


@pytest.fixture(scope="module")
def region(user: OrdinaryUser) -> Iterator[OrdinaryRegion]:
    with ordinary_region(user) as running:
        yield running


def place(region: LiveRegion, bucket: str) -> tuple[str, str]:
    """An instance whose role may use S3, in a subnet that has no way but an endpoint to it, and the endpoint."""
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    table = region.table(vpc, subnet)
    endpoint = region.endpoint(vpc, table)
    instance = region.instance(subnet, IamInstanceProfile=region.profile(f"of-{bucket}", ALLOW_S3))
    region.bucket(bucket)
    return instance, endpoint


@pytest.fixture(scope="module")
def placed(region: OrdinaryRegion) -> tuple[str, str]:
    return place(region, "theirs")


@pytest.fixture
def instance(placed: tuple[str, str]) -> str:
    return placed[0]


def test_an_instance_reaches_s3_through_its_endpoint_alone(region: OrdinaryRegion) -> None:
    instance, endpoint = place(region, "plans")
    put = region.call(instance, "s3", "put_object", Bucket="plans", Key="a", Body="text")
    assert (put.status, put.network) == (200, None)
    assert region.call(instance, "s3", "get_object", Bucket="plans", Key="a").answer["Body"] == "text"
    region.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert region.call(instance, "s3", "get_object", Bucket="plans", Key="a").network == "ConnectTimeoutError"


def test_a_policy_refuses(region: OrdinaryRegion) -> None:
    instance, endpoint = place(region, "closed")
    nothing = {"Version": "2012-10-17", "Statement": [{**ALLOW_S3, "Effect": "Deny", "Principal": "*"}]}
    region.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=json.dumps(nothing))
    assert region.call(instance, "s3", "list_objects_v2", Bucket="closed").code == "AccessDenied"


def test_a_security_group_refuses(region: OrdinaryRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.endpoint(vpc, region.table(vpc, subnet))
    closed = region.ec2.create_security_group(GroupName="closed", Description="nothing out", VpcId=vpc)["GroupId"]
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    region.ec2.revoke_security_group_egress(GroupId=closed, IpPermissions=everything)
    instance = region.instance(subnet, groups=[closed])
    url = "https://s3.us-east-1.amazonaws.com/"
    assert "timed out" in str(region.get(instance, url).network)
    region.ec2.authorize_security_group_egress(GroupId=closed, IpPermissions=everything)
    region.wait()
    assert region.get(instance, url).status == 403


def test_an_instance_is_a_machine_of_its_own(region: OrdinaryRegion, instance: str, user: OrdinaryUser) -> None:
    told = region.exec(instance, "sh", "-c", "id -u; hostname; ps -e -o pid= | wc -l; cat /etc/resolv.conf")
    number, name, processes, *resolver = told.stdout.splitlines()
    assert number == "0"
    assert name.startswith("ip-10-0-1-")
    assert int(processes) < 8
    assert "nameserver 10.0.0.2" in resolver
    hidden = region.exec(instance, "find", str(region.state_dir), str(region.paths.run_dir), "-mindepth", "1")
    assert hidden.stdout == ""
    assert region.exec(instance, "ls", "-A", f"{user.home}/.aws").stdout == ""


def test_its_root_changes_files_of_its_own(region: OrdinaryRegion, instance: str) -> None:
    places = ["/usr/local/bin/new", "/etc/new", "/var/log/new", "/root/new", "/opt/new", "/home/new"]
    written = region.exec(instance, "touch", *places)
    assert (written.returncode, written.stderr) == (0, "")
    assert not [path for path in places if os.path.lexists(path)]
    # What the machine's root owns is replaced, not written to.
    assert region.exec(instance, "sh", "-c", "echo mine > /etc/x && mv /etc/x /etc/passwd").returncode == 0
    assert region.exec(instance, "cat", "/etc/passwd").stdout == "mine\n"
    assert "root" in Path("/etc/passwd").read_text()


def test_its_root_cannot_leave(region: OrdinaryRegion, instance: str) -> None:
    for way in (["mount", "-t", "tmpfs", "none", "/mnt"], ["nsenter", "--net=/proc/1/ns/net", "true"]):
        assert region.exec(instance, *way).returncode != 0


def test_a_shared_folder_is_written_for_the_user(region: OrdinaryRegion, instance: str, user: OrdinaryUser) -> None:
    shared = user.home / "shared"
    assert user.run("mkdir", str(shared)).returncode == 0
    done = region.run("exec", "--bind", str(shared), instance, "--", "sh", "-c", f"echo text > {shared}/file")
    assert done.returncode == 0
    assert (shared / "file").read_text() == "text\n"
    assert (shared / "file").stat().st_uid == user.number


def test_user_data_runs(region: OrdinaryRegion) -> None:
    vpc = region.vpc()
    instance = region.instance(region.subnet(vpc), UserData="#!/bin/sh\necho done > /var/lib/first-run\n")
    wait_until(lambda: region.exec(instance, "cat", "/var/lib/first-run").stdout == "done\n")


def test_exit_statuses_and_output_are_the_commands_own(region: OrdinaryRegion, instance: str) -> None:
    done = region.exec(instance, "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "err\n")
    assert region.exec(instance, "not-there").returncode == 127


def test_packets_go_on_when_the_daemon_is_killed_and_the_next_adopts(region: OrdinaryRegion, instance: str) -> None:
    assert region.call(instance, "s3", "list_objects_v2", Bucket="theirs").status == 200
    before = region.status()["pid"]
    holder = (region.paths.run_dir / "holder.pid").read_text()
    started = region.exec(instance, "stat", "-c", "%Y", "/proc/1").stdout
    os.kill(before, signal.SIGKILL)
    # The program that calls is one that has been there all the time.
    assert region.call(instance, "s3", "list_objects_v2", Bucket="theirs").status == 200
    region.up()
    assert region.status()["pid"] != before
    assert region.status()["converged"]
    assert (region.paths.run_dir / "holder.pid").read_text() == holder
    assert region.exec(instance, "stat", "-c", "%Y", "/proc/1").stdout == started
    assert region.call(instance, "s3", "list_objects_v2", Bucket="theirs").status == 200


def test_without_its_holder_a_region_is_adopted_all_the_same(region: OrdinaryRegion, instance: str) -> None:
    [worker] = region.processes("skywalk.edge.worker")
    holder = region.paths.run_dir / "holder.pid"
    before = int(holder.read_text().split()[0])
    os.kill(before, signal.SIGKILL)
    os.kill(region.status()["pid"], signal.SIGKILL)
    region.up()
    assert int(holder.read_text().split()[0]) != before
    assert region.processes("skywalk.edge.worker") == [worker]
    assert region.call(instance, "s3", "list_objects_v2", Bucket="theirs").status == 200


def test_a_daemon_that_died_is_taken_down_and_comes_back_with_its_files(user: OrdinaryUser) -> None:
    with ordinary_region(user, "again") as region:
        instance = region.instance(region.subnet(region.vpc()))
        assert region.exec(instance, "sh", "-c", "echo kept > /root/note").returncode == 0
        os.kill(region.status()["pid"], signal.SIGKILL)
        assert region.run("down").stdout == "stopped\n"
        assert not region.paths.run_dir.exists()
        assert [each for each in user.processes() if str(region.state_dir) in each] == []
        region.up()
        region.wait()
        assert region.exec(instance, "cat", "/root/note").stdout == "kept\n"


def test_regions_run_side_by_side_also_with_roots(region: OrdinaryRegion, instance: str, user: OrdinaryUser) -> None:
    with ExitStack() as stack:
        others: list[LiveRegion] = [stack.enter_context(ordinary_region(user, "second"))]
        if os.geteuid() == 0:
            others.append(stack.enter_context(live_region()))
        instances = [place(other, "theirs")[0] for other in others]
        for other, elsewhere in zip(others, instances, strict=True):
            assert other.call(elsewhere, "s3", "put_object", Bucket="theirs", Key=other.state_dir.name).status == 200
        for other, elsewhere in zip(others, instances, strict=True):
            listed = other.call(elsewhere, "s3", "list_objects_v2", Bucket="theirs").answer
            assert [each["Key"] for each in listed["Contents"]] == [other.state_dir.name]
    assert region.call(instance, "s3", "list_objects_v2", Bucket="theirs").answer["KeyCount"] == 0


def test_a_reset_leaves_nothing() -> None:
    deeper_than_a_socket_may_lie = "/".join(["deep" * 10] * 4)
    with ordinary_user() as alone, ordinary_region(alone, deeper_than_a_socket_may_lie) as region:
        instance, _ = place(region, "gone")
        assert region.call(instance, "s3", "put_object", Bucket="gone", Key="a").status == 200
        run_root = region.paths.run_root
        assert run_root.is_dir()
        assert str(run_root) not in Path("/proc/self/mountinfo").read_text()
        region.end_callers()
        assert region.run("reset").returncode == 0
        assert alone.processes() == []
        assert not run_root.exists()
        assert not region.state_dir.exists()


def test_where_nobody_may_have_namespaces_it_says_what_to_allow(user: OrdinaryUser) -> None:
    forbid = "echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --ambient-caps=-all --inh-caps=-all "
    words = [*user.prefix, "unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c", forbid + '"$@"', "sh"]
    command = OrdinaryRegion(user.home / "none", 1, user=user).command("up", "--detach")[len(user.prefix) :]
    done = OrdinaryUser(user.number, user.home, tuple(words)).run(*command)
    assert done.returncode == 1
    assert done.stderr.startswith("skywalk: this machine gives you no namespaces (unshare: No space left on device)")
    assert "sudo sysctl -w user.max_user_namespaces=15000" in done.stderr
    assert not (user.home / "none").exists()
