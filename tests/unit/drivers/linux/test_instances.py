from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from skywalk.drivers.linux.instances import Instances
from skywalk.drivers.linux.netns import NamespaceFolder
from support.linux_region import RememberedGuests
from support.plans import VpcBuilder, resource_id

VPC, SUBNET = resource_id("vpc", 1), resource_id("subnet", 1)
ONE, TWO = resource_id("i", 1), resource_id("i", 2)


class Everything(NamespaceFolder):
    """A folder that lacks only what it is told to."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"))
        self.lacks: set[str] = set()

    def holds(self, owner: str, name: str) -> bool:
        return name not in self.lacks


FOLDER = Everything()


@pytest.fixture
def guests() -> RememberedGuests:
    return RememberedGuests()


def two() -> VpcBuilder:
    vpc = VpcBuilder(VPC)
    vpc.subnet(SUBNET, "10.0.1.0/24", resource_id("rtb", 1))
    vpc.port(resource_id("eni", 1), "10.0.1.10", subnet=SUBNET, instance=ONE)
    vpc.guest(ONE)
    vpc.guest(TWO)
    return vpc


def test_guests_start_once_and_hear_of_changes(guests: RememberedGuests) -> None:
    instances = Instances(guests)
    vpc = two()
    assert instances.run(vpc.plan(), FOLDER, ()) == {}
    assert instances.run(vpc.plan(), FOLDER, ()) == {}
    vpc.guests[TWO] = replace(vpc.guests[TWO], role_arn="arn:aws:iam::123456789012:role/app")
    assert instances.run(vpc.plan(), FOLDER, ()) == {}
    assert guests.calls == [f"start {ONE}", f"start {TWO}", f"update {TWO}"]


def test_guests_without_their_network_wait(guests: RememberedGuests) -> None:
    instances = Instances(guests)
    assert instances.run(two().plan(), FOLDER, {resource_id("eni", 1)}) == {}
    assert guests.calls == [f"start {TWO}"]
    assert instances.run(two().plan(), FOLDER, {VPC}) == {}
    instances.run(two().plan(), FOLDER, ())
    assert guests.calls == [f"start {TWO}", f"start {ONE}"]


def test_a_guest_that_cannot_start_is_tried_again(guests: RememberedGuests) -> None:
    instances = Instances(guests)
    guests.failing.add(ONE)
    assert instances.run(two().plan(), FOLDER, ()) == {ONE: "guest: [Errno 28] no space left"}
    guests.failing.clear()
    assert instances.run(two().plan(), FOLDER, ()) == {}
    assert guests.calls == [f"start {ONE}", f"start {TWO}", f"start {ONE}"]


def test_a_guest_whose_namespace_was_removed_is_not_to_blame(guests: RememberedGuests) -> None:
    folder = Everything()
    folder.lacks.add(ONE)
    guests.failing.add(ONE)
    assert Instances(guests).run(two().plan(), folder, ()) == {VPC: "guest: [Errno 28] no space left"}


def test_guests_that_nobody_wants_are_stopped(guests: RememberedGuests) -> None:
    instances = Instances(guests)
    vpc = two()
    instances.run(vpc.plan(), FOLDER, ())
    del vpc.guests[ONE]
    assert instances.stop_unwanted(VPC, vpc.plan().guests) == {}
    assert instances.stop_unwanted(VPC, vpc.plan().guests) == {}
    instances.stop_all(VPC)
    assert guests.calls[2:] == [f"stop {ONE}", f"stop {TWO}"]


def test_guests_of_an_earlier_daemon_are_told_and_not_started(guests: RememberedGuests) -> None:
    for guest in two().plan().guests:
        guests.running[guest.instance_id] = guest
    guests.running["i-stray"] = two().plan().guests[0]
    instances = Instances(guests)
    instances.observe({VPC: {"router", ONE, TWO}})
    assert instances.run(two().plan(), FOLDER, ()) == {}
    instances.stop_strays()
    assert guests.calls == [f"update {ONE}", f"update {TWO}", "stop i-stray"]


def test_a_guest_whose_namespace_was_made_anew_is_started_anew(guests: RememberedGuests) -> None:
    instances = Instances(guests)
    instances.run(two().plan(), FOLDER, ())
    assert instances.stop_cut_off(VPC, (ONE, "router")) == {}
    instances.run(two().plan(), FOLDER, ())
    assert guests.calls[2:] == [f"stop {ONE}", f"start {ONE}"]


def test_a_restart_ends_and_starts_what_runs(guests: RememberedGuests) -> None:
    instances = Instances(guests)
    row = two().guests[ONE]
    instances.restart(row, VPC, FOLDER)
    assert guests.calls == []
    instances.run(two().plan(), FOLDER, ())
    instances.restart(row, VPC, FOLDER)
    assert guests.calls[2:] == [f"stop {ONE}", f"start {ONE}"]
    guests.failing.add(ONE)
    with pytest.raises(OSError, match="no space left"):
        instances.restart(row, VPC, FOLDER)
    guests.failing.clear()
    assert instances.run(two().plan(), FOLDER, ()) == {}
    assert guests.calls[-1] == f"start {ONE}"
    assert instances.console_output(ONE) == f"console of {ONE}".encode()
