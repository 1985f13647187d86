"""Instances that end by themselves: shut down or restarted from inside, or killed; beside the daemon and without it."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import Any

import pytest

from skywalk.cli.control_client import RegionRefused
from skywalk.drivers.linux.netns import NamespaceFolder, inside
from support.live_region import LiveRegion, has_ended, live_region
from support.waiting import wait_until

pytestmark = pytest.mark.live


def show(region: LiveRegion, instance: str) -> dict[str, Any]:
    found: dict[str, Any] = region.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return found


def state(region: LiveRegion, instance: str) -> str:
    return str(show(region, instance)["State"]["Name"])


def init_of(region: LiveRegion, instance: str) -> int:
    """0 while it does not run."""
    with suppress(RegionRefused):
        return int(region.control.ask("entrance", {"instance_id": instance})["init_pid"])
    return 0


def launch(region: LiveRegion, **options: Any) -> str:
    return region.instance(region.subnet(region.vpc()), **options)


@pytest.mark.parametrize("command", ["shutdown -h now", "poweroff", "halt", "kill 1"])
def test_a_shutdown_from_inside_stops_the_instance(region: LiveRegion, command: str) -> None:
    instance = launch(region)
    region.exec(instance, "sh", "-c", "echo kept > /etc/kept")
    region.exec(instance, "sh", "-c", command)
    wait_until(lambda: state(region, instance) == "stopped")
    assert show(region, instance)["StateReason"] == {
        "Code": "Client.InstanceInitiatedShutdown",
        "Message": "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
    }
    region.ec2.start_instances(InstanceIds=[instance])
    region.wait()
    assert "StateReason" not in show(region, instance)
    assert region.exec(instance, "cat", "/etc/kept").stdout == "kept\n"


def test_a_shutdown_from_inside_terminates_where_it_should(region: LiveRegion) -> None:
    instance = launch(region, InstanceInitiatedShutdownBehavior="terminate")
    region.exec(instance, "poweroff")
    wait_until(lambda: state(region, instance) == "terminated")
    assert show(region, instance)["StateReason"]["Code"] == "Client.InstanceInitiatedShutdown"


@pytest.mark.parametrize("command", ["reboot", "shutdown -r now"])
def test_a_restart_from_inside(region: LiveRegion, command: str) -> None:
    instance = launch(region)
    region.exec(instance, "sh", "-c", "echo kept > /etc/kept")
    former = init_of(region, instance)
    region.exec(instance, "sh", "-c", command)
    wait_until(lambda: init_of(region, instance) not in (former, 0))
    assert state(region, instance) == "running"
    assert region.exec(instance, "cat", "/etc/kept").stdout == "kept\n"


def test_a_shutdown_at_another_time_is_refused(region: LiveRegion) -> None:
    refused = region.exec(launch(region), "shutdown", "+5")
    assert (refused.returncode, refused.stderr) == (1, "shutdown: at once alone, not at +5\n")


def test_a_killed_init_is_started_anew_with_its_disk(region: LiveRegion) -> None:
    instance = launch(region)
    region.exec(instance, "sh", "-c", "echo kept > /etc/kept")
    former = init_of(region, instance)
    os.kill(former, signal.SIGKILL)
    wait_until(lambda: init_of(region, instance) not in (former, 0))
    assert state(region, instance) == "running"
    assert region.exec(instance, "cat", "/etc/kept").stdout == "kept\n"
    assert region.status()["failures"] == {}


def test_what_ended_while_there_was_no_daemon() -> None:
    with live_region() as region:
        ended, killed, left = (launch(region) for _ in range(3))
        inits = {instance: init_of(region, instance) for instance in (ended, killed, left)}
        region.kill_daemon()
        os.kill(inits[ended], signal.SIGTERM)
        os.kill(inits[killed], signal.SIGKILL)
        wait_until(lambda: has_ended(inits[ended]) and has_ended(inits[killed]))
        region.up()
        region.wait()
        assert [state(region, one) for one in (ended, killed, left)] == ["stopped", "running", "running"]
        assert init_of(region, left) == inits[left]
        assert init_of(region, killed) != inits[killed]


def test_an_instance_whose_namespace_loses_its_name_goes_on(region: LiveRegion) -> None:
    instance = launch(region)
    init = init_of(region, instance)
    place = region.paths.run_dir / "netns" / show(region, instance)["VpcId"] / instance
    inode = place.stat().st_ino
    NamespaceFolder(region.paths.run_dir / "netns").remove(place.parent.name, instance)
    wait_until(lambda: place.exists() and place.stat().st_ino == inode)
    region.wait()
    assert init_of(region, instance) == init
    with inside(place):
        subprocess.run(("ip", "route", "del", "default"), check=True)
    wait_until(lambda: "default" in region.exec(instance, "ip", "route").stdout)


def test_so_does_one_whose_namespace_lost_its_name_while_there_was_no_daemon() -> None:
    with live_region() as region:
        instance = launch(region)
        init = init_of(region, instance)
        vpc = show(region, instance)["VpcId"]
        region.kill_daemon()
        NamespaceFolder(region.paths.run_dir / "netns").remove(vpc, instance)
        region.up()
        region.wait()
        assert init_of(region, instance) == init
        assert region.exec(instance, "getent", "hosts", "s3.us-east-1.amazonaws.com").returncode == 0
