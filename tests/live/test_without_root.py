"""A region of an ordinary user: everything that root's can do, next to it and without a trace after it."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from skywalk.drivers.linux.permission import find_obstacle
from support.live_region import SILENT_FOR, LiveRegion, has_ended, live_region
from support.ordinary_user import OrdinaryRegion, OrdinaryUser, in_container, ordinary_region, ordinary_user
from support.waiting import wait_until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(os.geteuid() != 0 and find_obstacle() is not None, reason="no user namespaces for this user"),
]

ALLOW_S3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
COVER = "mount --bind /dev/null /proc/timer_list && cp /etc/hosts {0} && mount --bind {0} /etc/hosts"
"""What containers do: they cover parts of /proc and mount files of /etc."""
ASK = """
import sys, urllib.request
for _ in sys.stdin:
    print(urllib.request.urlopen("https://theirs.s3.us-east-1.amazonaws.com/", timeout=60).status)
"""
WHO = """
of=http://169.254.169.254/latest
token=$(curl -sS -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" $of/api/token)
curl -sS -H "X-aws-ec2-metadata-token: $token" $of/meta-data/instance-id
"""


@pytest.fixture(scope="module")
def user() -> Iterator[OrdinaryUser]:
    with ordinary_user() as found:
        yield found


@pytest.fixture(scope="module")
def region(user: OrdinaryUser) -> Iterator[OrdinaryRegion]:
    with ordinary_region(user) as running:
        yield running


def place(region: LiveRegion) -> str:
    """An instance in a subnet that has no way to S3 but an endpoint."""
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.endpoint(vpc, region.table(vpc, subnet))
    return region.instance(subnet)


def give_to_everybody(region: LiveRegion, bucket: str) -> None:
    everybody = {**ALLOW_S3, "Principal": "*", "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}
    region.bucket(bucket, {"Version": "2012-10-17", "Statement": [everybody]})


def get(region: LiveRegion, instance: str, bucket: str) -> int | None:
    """The status of a request from inside; None where it does not arrive."""
    return region.get(instance, f"https://{bucket}.s3.us-east-1.amazonaws.com/").status


def reaches_s3(region: LiveRegion, instance: str) -> bool:
    """Whether somebody answers, who refuses."""
    return region.get(instance, "https://s3.us-east-1.amazonaws.com/").status == 403


def put(region: LiveRegion, instance: str, bucket: str, key: str) -> str:
    url = f"https://{bucket}.s3.us-east-1.amazonaws.com/{key}"
    return region.exec(
        instance, "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-T", "/etc/hostname", url
    ).stdout


@pytest.fixture(scope="module")
def instance(region: OrdinaryRegion) -> str:
    give_to_everybody(region, "theirs")
    return place(region)


def test_an_instance_reaches_s3_through_its_endpoint_alone(region: OrdinaryRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    endpoint = region.endpoint(vpc, region.table(vpc, subnet))
    instance = region.instance(subnet, IamInstanceProfile=region.profile("planner", ALLOW_S3))
    region.bucket("plans")
    call = partial(region.call, instance, "s3", Bucket="plans", Key="a")
    assert call("put_object", Body="text").status == 200
    assert call("get_object").answer["Body"] == "text"
    region.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert call("get_object", seconds=SILENT_FOR).network == "ConnectTimeoutError"


def test_a_security_group_refuses(region: OrdinaryRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.endpoint(vpc, region.table(vpc, subnet))
    closed = region.ec2.create_security_group(GroupName="closed", Description="nothing out", VpcId=vpc)["GroupId"]
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    region.ec2.revoke_security_group_egress(GroupId=closed, IpPermissions=everything)
    instance = region.instance(subnet, groups=[closed])
    url = "https://s3.us-east-1.amazonaws.com/"
    assert "timed out" in str(region.get(instance, url, SILENT_FOR).network)
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
    hidden = region.exec(instance, "find", str(region.state_dir), str(region.paths.run_root), "-mindepth", "1")
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
    before = region.status()["pid"]
    holder = (region.paths.run_dir / "holder.pid").read_text()
    with region.start(instance, ASK) as asking:
        asking.say()
        assert asking.hear() == "200"
        region.kill_daemon()
        asking.say()
        assert asking.hear() == "200"
        left = json.loads(region.run("status", "--json", check=False).stdout)
        assert (left["daemon"], instance in left["instances"]) == ("dead", True)
        assert region.exec(instance, "echo", "goes on").stdout == "goes on\n"
        region.up()
        assert region.status()["pid"] != before
        region.wait()
        # The program has been there all the time: the instance was not started anew.
        asking.say()
        assert asking.hear() == "200"
    assert (region.paths.run_dir / "holder.pid").read_text() == holder
    assert get(region, instance, "theirs") == 200


def test_without_its_holder_a_region_is_adopted_all_the_same(region: OrdinaryRegion, instance: str) -> None:
    [worker] = region.processes("skywalk.edge.worker")
    holder = region.paths.run_dir / "holder.pid"
    before = int(holder.read_text().split()[0])
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: has_ended(before))
    region.kill_daemon()
    region.up()
    assert int(holder.read_text().split()[0]) != before
    assert region.processes("skywalk.edge.worker") == [worker]
    region.wait()
    assert get(region, instance, "theirs") == 200


def test_regions_run_side_by_side_also_with_roots(region: OrdinaryRegion, instance: str, user: OrdinaryUser) -> None:
    with ExitStack() as stack:
        others: list[LiveRegion] = [stack.enter_context(ordinary_region(user, "second"))]
        if os.geteuid() == 0:
            others.append(stack.enter_context(live_region()))
        instances = [place(other) for other in others]
        # All have the same addresses, and none meets another's services.
        for other, elsewhere in zip(others, instances, strict=True):
            assert reaches_s3(other, elsewhere)
            assert other.exec(elsewhere, "sh", "-c", WHO).stdout == elsewhere
        assert region.exec(instance, "sh", "-c", WHO).stdout == instance
    assert get(region, instance, "theirs") == 200


def test_down_keeps_files_and_reset_leaves_nothing() -> None:
    deeper_than_a_socket_may_lie = "/".join(["deep" * 10] * 4)
    with ordinary_user() as alone, ordinary_region(alone, deeper_than_a_socket_may_lie) as region:
        instance = place(region)
        give_to_everybody(region, "gone")
        assert put(region, instance, "gone", "a") == "200"
        assert region.exec(instance, "sh", "-c", "echo kept > /root/note").returncode == 0
        run_root = region.paths.run_root
        assert run_root.is_dir()
        assert str(run_root) not in Path("/proc/self/mountinfo").read_text()
        # One that died is taken down like one that runs.
        region.kill_daemon()
        assert region.run("down").stdout == "stopped\n"
        assert region.left() == []
        region.up()
        region.wait()
        assert region.exec(instance, "cat", "/root/note").stdout == "kept\n"
        assert region.run("reset").returncode == 0
        assert region.left() == []
        assert not region.paths.run_dir.exists()
        assert not region.state_dir.exists()
        if os.geteuid() == 0:
            assert alone.processes() == []
            assert not run_root.exists()


def test_a_backend_by_url_is_reached_outside(user: OrdinaryUser) -> None:
    folder, state = user.home / "backend", user.home / "by-url"
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "report").write_text("from outside")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            setting = f'[backends.s3]\nurl = "http://127.0.0.1:{server.server_port}"\n'
            assert user.run("sh", "-c", f"mkdir {state} && echo '{setting}' > {state}/config.toml").returncode == 0
            with ordinary_region(user, state.name) as region:
                vpc = region.vpc()
                subnet = region.subnet(vpc)
                region.endpoint(vpc, region.table(vpc, subnet))
                ask = partial(
                    region.call,
                    region.instance(subnet, IamInstanceProfile=region.profile("reader", ALLOW_S3)),
                    *("s3", "get_object"),
                    Bucket="documents",
                    Key="report",
                )
                assert ask().answer["Body"] == "from outside"
                # The next daemon leaves the way that is there.
                region.kill_daemon()
                region.up()
                assert ask().answer["Body"] == "from outside"
                region.end_callers()
                region.run("reset")
                assert region.left() == []
        finally:
            server.shutdown()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what looks like a container")
def test_where_a_container_covers_what_it_mounts_over() -> None:
    """Then no new `/proc` can be had, and `/etc` cannot be a layer."""
    with ExitStack() as stack:
        contained = stack.enter_context(ordinary_user())
        within = stack.enter_context(in_container(contained, COVER.format(contained.home / "hosts")))
        region = stack.enter_context(ordinary_region(within))
        instance = place(region)
        assert reaches_s3(region, instance)
        assert region.exec(instance, "sh", "-c", "echo mine > /etc/passwd && cat /etc/passwd").stdout == "mine\n"
        told = json.loads(region.run("doctor", "--json").stdout)
        assert told["can_run"]
        [processes] = [each for each in told["machine"] if each["subject"] == "processes"]
        assert processes["verdict"] == "less"


def test_doctor_says_that_all_is_well(region: OrdinaryRegion) -> None:
    region.wait()
    told = json.loads(region.run("doctor", "--json", check=False).stdout)
    assert (told["can_run"], told["running"]) == (True, True)
    assert {each["verdict"] for each in told["machine"]} <= {"ok", "less"}
    found = {each["subject"]: each["text"] for each in [*told["machine"], *told["region"]]}
    assert found["namespaces"] == "made without root, in a user namespace"
    assert found["overlay"] == "instances write to layers of their own"
    assert found["edge 0"].startswith("runs")


def test_an_uplink_is_refused_with_what_it_needs(region: OrdinaryRegion) -> None:
    done = region.run("up", "--detach", "--uplink", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "an uplink needs root" in done.stderr
    assert "slirp4netns, pasta" in done.stderr


def test_where_nobody_may_have_namespaces_it_says_what_to_allow(user: OrdinaryUser) -> None:
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --ambient-caps=-all --inh-caps=-all "$@"'
    words = [*user.prefix, "unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c", forbid, "sh"]
    command = OrdinaryRegion(user.home / "none", 1, user=user).command("up", "--detach")[len(user.prefix) :]
    done = OrdinaryUser(user.number, user.home, tuple(words)).run(*command)
    assert done.returncode == 1
    assert done.stderr.startswith("skywalk: this machine gives you no namespaces (unshare: No space left on device)")
    assert "sudo sysctl -w user.max_user_namespaces=15000" in done.stderr
    assert not (user.home / "none").exists()
