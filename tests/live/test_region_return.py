"""Starts and ends: states tell the truth, what a killed daemon left is not disturbed, commands wait for each other."""

from __future__ import annotations

import subprocess

import pytest

from support.live_region import LiveRegion, live_region
from support.waiting import wait_until

pytestmark = pytest.mark.live

ASKING = """
import http.client, sys
connection = http.client.HTTPConnection("s3.us-east-1.amazonaws.com", timeout=60)
connection.connect()
print("connected")
for line in sys.stdin:
    connection.request("GET", "/nothing/here")
    answer = connection.getresponse()
    answer.read()
    print(answer.status)
"""


def states(region: LiveRegion) -> set[str]:
    """Of all instances and endpoints."""
    instances = [one for each in region.ec2.describe_instances()["Reservations"] for one in each["Instances"]]
    endpoints = region.ec2.describe_vpc_endpoints()["VpcEndpoints"]
    return {*(one["State"]["Name"] for one in instances), *(one["State"] for one in endpoints)}


def small_office(region: LiveRegion) -> str:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.endpoint(vpc, region.table(vpc, subnet))
    return region.instance(subnet)


def test_after_a_start_nothing_runs_before_it_does() -> None:
    with live_region() as region:
        instance = small_office(region)
        assert states(region) == {"running", "available"}
        region.run("down")
        region.up()
        revision = region.status()["revision"]
        seen = set()
        while (now := states(region)) != {"running", "available"}:
            seen |= now
            wrong = "running" in now and region.exec(instance, "true").returncode != 0
            assert not wrong, now
        assert seen <= {"pending", "running", "available"}
        region.wait()
        assert region.status()["revision"] == revision
        assert region.exec(instance, "true").returncode == 0


def test_what_a_killed_daemon_left_looks_like_what_it_is_and_is_not_disturbed() -> None:
    with live_region() as region:
        instance = small_office(region)
        with region.start(instance, ASKING) as talk:
            assert talk.hear() == "connected"
            for _ in range(2):
                region.kill_daemon()
                wait_until(lambda: region.run("status", check=False).returncode == 3)
                region.up()
                assert states(region) == {"running", "available"}
                talk.say()
                assert talk.hear() == "403"
                region.wait()
                talk.say()
                assert talk.hear() == "403"


def test_up_waits_for_the_end_of_a_down_and_says_what_runs_otherwise() -> None:
    with live_region() as region:
        small_office(region)
        first = region.status()["pid"]
        down = subprocess.Popen(
            region.command("down"), stdout=subprocess.PIPE, text=True, env=region.process_environment
        )
        wait_until(lambda: not region.control.is_running())
        region.up()
        assert down.communicate(timeout=180)[0] == "stopped\n"
        assert region.status()["pid"] != first
        region.wait()
        assert states(region) == {"running", "available"}
        for words, runs_with in (
            (("--port", str(region.port + 1)), f"--port {region.port}"),
            (("--region", "eu-west-1"), "--region us-east-1"),
            (("--quotas", "aws"), "--quotas off"),
        ):
            again = region.run("up", "--detach", *words, check=False)
            assert (again.returncode, again.stdout) == (1, "")
            assert f"runs already, with {runs_with}; to change that, stop it first: " in again.stderr
        again = region.run("up", "--detach")
        assert again.stdout == f"the region in {region.state_dir} runs already: http://127.0.0.1:{region.port}\n"
