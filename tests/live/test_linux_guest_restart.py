"""Instances that stop, start and are restarted: what stays, what runs once, and what is on the console."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from skywalk.drivers.linux.driver import LinuxDriver
from skywalk.drivers.linux.guests.runtime import LinuxGuests
from support.packets import call, listening
from support.plans import VpcBuilder, resource_id
from support.waiting import wait_until

pytestmark = pytest.mark.live

VPC, SUBNET, ENI, INSTANCE, GROUP = (resource_id(kind, 1) for kind in ("vpc", "subnet", "eni", "i", "sg"))
NEIGHBOUR, NEIGHBOUR_ENI = resource_id("i", 2), resource_id("eni", 2)
SCRIPT = "#!/bin/sh\necho first start\necho kept > /etc/kept\nsetsid sleep 1000 &\necho done\n"


class Machine:
    """A linux driver with real guests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        certificate = folder / "ca.pem"
        certificate.write_text("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
        self.guests = LinuxGuests(folder / "run", folder / "state", [], certificate)
        self.driver = LinuxDriver(folder / "run", self.guests)

    def apply(self, vpc: VpcBuilder) -> None:
        assert self.driver.apply(vpc.plan()).failures == {}
        assert self.driver.run_guests(vpc.plan()).failures == {}

    def init(self) -> int:
        entrance = self.driver.entrance(INSTANCE)
        assert entrance is not None
        return entrance.init_pid

    def kept(self) -> str:
        return Path(f"/proc/{self.init()}/root/etc/kept").read_text()

    def path(self, instance: str) -> Path:
        return self.folder / "run" / "netns" / VPC / instance


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    try:
        yield made
    finally:
        made.driver.remove_all()


def one_instance() -> VpcBuilder:
    vpc = VpcBuilder(VPC)
    vpc.subnet(SUBNET, "10.0.1.0/24", resource_id("rtb", 1))
    for eni, address, instance in ((ENI, "10.0.1.10", INSTANCE), (NEIGHBOUR_ENI, "10.0.1.11", NEIGHBOUR)):
        vpc.port(eni, address, subnet=SUBNET, instance=instance, groups=(GROUP,))
    vpc.allow_all(GROUP)
    vpc.guest(INSTANCE)
    user_data = base64.b64encode(SCRIPT.encode()).decode()
    vpc.guests[INSTANCE] = replace(vpc.guests[INSTANCE], user_data=user_data)
    return vpc


def started(machine: Machine) -> VpcBuilder:
    """An instance whose user data has run."""
    vpc = one_instance()
    machine.apply(vpc)
    wait_until(lambda: machine.driver.console_output(INSTANCE) == b"first start\ndone\n")
    return vpc


def processes(init: int) -> int:
    """How many share an init's pid namespace."""
    inside = os.stat(f"/proc/{init}/ns/pid").st_ino
    found = 0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            found += os.stat(entry / "ns/pid").st_ino == inside
        except OSError:
            continue
    return found


def test_a_restart_ends_the_processes_and_keeps_files_and_network(machine: Machine) -> None:
    started(machine)
    before = machine.init()
    # The init, what it waits for, and what user data left running.
    wait_until(lambda: processes(before) == 3)
    with listening(machine.path(INSTANCE), 80):
        machine.driver.restart_guest(INSTANCE)
        assert call(machine.path(NEIGHBOUR), "10.0.1.10", 80) == "here 10.0.1.11", "the network stays"
    after = machine.init()
    assert after != before
    wait_until(lambda: processes(after) == 2)
    assert machine.kept() == "kept\n"
    assert machine.driver.console_output(INSTANCE) == b"first start\ndone\n", "user data runs once"


def test_a_stop_keeps_files_and_console_until_the_instance_is_forgotten(machine: Machine) -> None:
    vpc = started(machine)
    guest, port = vpc.guests.pop(INSTANCE), vpc.ports.pop(ENI)
    machine.apply(vpc)
    assert machine.driver.entrance(INSTANCE) is None
    assert not machine.path(INSTANCE).exists()
    assert machine.driver.console_output(INSTANCE) == b"first start\ndone\n"
    machine.driver.restart_guest(INSTANCE)
    assert machine.driver.entrance(INSTANCE) is None, "what does not run is not restarted"
    vpc.guests[INSTANCE], vpc.ports[ENI] = guest, port
    machine.apply(vpc)
    assert machine.kept() == "kept\n"
    with listening(machine.path(INSTANCE), 80):
        assert call(machine.path(NEIGHBOUR), "10.0.1.10", 80) == "here 10.0.1.11"
    assert machine.driver.console_output(INSTANCE) == b"first start\ndone\n"
    del vpc.guests[INSTANCE], vpc.ports[ENI]
    machine.apply(vpc)
    machine.driver.forget_guest(INSTANCE)
    assert machine.driver.console_output(INSTANCE) == b""
    assert not (machine.folder / "state/instances" / INSTANCE).exists()


def test_a_restart_after_a_new_daemon_has_taken_over(machine: Machine) -> None:
    vpc = started(machine)
    before = machine.init()
    machine.driver = LinuxDriver(machine.folder / "run", machine.guests)
    machine.driver.observe()
    machine.apply(vpc)
    assert machine.init() == before
    machine.driver.restart_guest(INSTANCE)
    assert machine.init() != before
    assert machine.kept() == "kept\n"
