"""Stop, start and reboot of instances, and what they keep and lose by it."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions import public_addresses
from skywalk.actions.instance_attributes import modify_instance_attribute
from skywalk.actions.instance_status import describe_instance_status
from skywalk.actions.instances import (
    reboot_instances,
    start_instances,
    stop_instances,
    terminate_instances,
)
from skywalk.actions.network_interface_attachments import attach_network_interface
from skywalk.actions.network_interfaces import create_network_interface
from skywalk.reconcile.reboots import outstanding_reboots, write_reboots
from support.launching import Home
from support.region import Region

GONE = "i-00000000000000000"


@pytest.fixture
def home() -> Home:
    return Home(Region())


def launch(home: Home, count: int = 1, **request: Any) -> list[str]:
    return [one["InstanceId"] for one in home.launch(MaxCount=count, **request)["Instances"]]


def changed(answer: Any, member: str) -> list[tuple[str, str, str]]:
    return [(one["InstanceId"], one["PreviousState"]["Name"], one["CurrentState"]["Name"]) for one in answer[member]]


def stop(home: Home, *ids: str, **more: Any) -> list[tuple[str, str, str]]:
    return changed(home.ec2(stop_instances, InstanceIds=list(ids), **more), "StoppingInstances")


def start(home: Home, *ids: str) -> list[tuple[str, str, str]]:
    return changed(home.ec2(start_instances, InstanceIds=list(ids)), "StartingInstances")


def state(home: Home, instance_id: str) -> str:
    return str(home.instance(instance_id)["State"]["Name"])


def running(home: Home, count: int = 1, **request: Any) -> list[str]:
    ids = launch(home, count, **request)
    home.settle()
    return ids


def test_stop_and_start(home: Home) -> None:
    (instance_id,) = running(home)
    launched = home.instance(instance_id)
    home.region.clock.advance(90)
    assert stop(home, instance_id) == [(instance_id, "running", "stopping")]
    shown = home.instance(instance_id)
    assert shown["State"] == {"Code": 64, "Name": "stopping"}
    assert shown["StateTransitionReason"] == "User initiated (2026-01-01 00:01:30 GMT)"
    assert shown["StateReason"]["Code"] == "Client.UserInitiatedShutdown"
    home.settle()
    shown = home.instance(instance_id)
    assert shown["State"] == {"Code": 80, "Name": "stopped"}
    assert shown["PrivateIpAddress"] == launched["PrivateIpAddress"]
    assert shown["NetworkInterfaces"][0]["Attachment"] == launched["NetworkInterfaces"][0]["Attachment"]
    assert shown["LaunchTime"] == launched["LaunchTime"]
    assert home.ec2(describe_instance_status)["InstanceStatuses"] == []

    home.region.clock.advance(90)
    assert start(home, instance_id) == [(instance_id, "stopped", "pending")]
    shown = home.instance(instance_id)
    assert shown["StateReason"] == {"Code": "pending", "Message": "pending"}
    assert shown["StateTransitionReason"] == ""
    assert shown["LaunchTime"] == home.region.clock.now()
    assert shown["UsageOperationUpdateTime"] == launched["LaunchTime"]
    home.settle()
    assert state(home, instance_id) == "running"


def test_in_the_state_already(home: Home) -> None:
    (instance_id,) = running(home)
    assert start(home, instance_id) == [(instance_id, "running", "running")]
    stop(home, instance_id)
    before = home.region.store.revision
    assert stop(home, instance_id) == [(instance_id, "stopping", "stopping")]
    assert home.region.store.revision == before
    home.settle()
    assert stop(home, instance_id, Force=True, SkipOsShutdown=True) == [(instance_id, "stopped", "stopped")]


def test_states_that_cannot_be_left(home: Home) -> None:
    one, other = launch(home), running(home)
    (pending,) = launch(home)
    assert home.ec2.refusal(stop_instances, InstanceIds=[pending]) == (
        "IncorrectInstanceState",
        f"Instance '{pending}' cannot be stopped as it has never reached the 'running' state.",
    )
    (instance_id,) = other
    stop(home, instance_id)
    assert home.ec2.refusal(start_instances, InstanceIds=[instance_id]) == (
        "IncorrectInstanceState",
        f"The instance '{instance_id}' is not in a state from which it can be started.",
    )
    assert home.ec2.refusal(reboot_instances, InstanceIds=[instance_id]) == (
        "IncorrectInstanceState",
        f"The instance '{instance_id}' is not in a state from which it can be rebooted.",
    )
    home.ec2(terminate_instances, InstanceIds=one)
    assert home.ec2.refusal(stop_instances, InstanceIds=one) == (
        "IncorrectInstanceState",
        f"This instance '{one[0]}' is not in a state from which it can be stopped.",
    )
    assert home.ec2.refusal(start_instances, InstanceIds=one)[0] == "IncorrectInstanceState"


def test_a_started_instance_may_be_stopped_before_it_runs(home: Home) -> None:
    (instance_id,) = running(home)
    stop(home, instance_id)
    home.settle()
    start(home, instance_id)
    assert stop(home, instance_id) == [(instance_id, "pending", "stopping")]


def test_all_or_none(home: Home) -> None:
    one, other = running(home, 2)
    stop(home, other)
    assert home.ec2.refusal(start_instances, InstanceIds=[one, other])[0] == "IncorrectInstanceState"
    for action in (stop_instances, start_instances, reboot_instances):
        assert home.ec2.refusal(action, InstanceIds=[one, GONE])[0] == "InvalidInstanceID.NotFound"
        assert home.ec2.refusal(action, InstanceIds=["x"])[0] == "InvalidInstanceID.Malformed"
    assert [state(home, each) for each in (one, other)] == ["running", "stopping"]


def test_hibernation_and_additional_info(home: Home) -> None:
    ids = running(home)
    assert home.ec2.refusal(stop_instances, InstanceIds=ids, Hibernate=True) == (
        "UnsupportedHibernationConfiguration",
        f"The instance '{ids[0]}' is not configured for hibernation.",
    )
    assert home.ec2.refusal(start_instances, InstanceIds=ids, AdditionalInfo="x") == (
        "UnsupportedOperation",
        "The parameter AdditionalInfo is not supported.",
    )


def test_protections(home: Home) -> None:
    (kept,) = running(home, DisableApiTermination=True)
    assert home.ec2.refusal(terminate_instances, InstanceIds=[kept]) == (
        "OperationNotPermitted",
        f"The instance '{kept}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try "
        "again.",
    )
    assert stop(home, kept) == [(kept, "running", "stopping")]
    (steady,) = running(home, DisableApiStop=True)
    assert home.ec2.refusal(stop_instances, InstanceIds=[steady]) == (
        "OperationNotPermitted",
        f"The instance '{steady}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.",
    )
    assert home.ec2.refusal(terminate_instances, InstanceIds=[steady]) == (
        "OperationNotPermitted",
        f"The instance '{steady}' may not be terminated. Modify its 'disableApiStop' instance attribute and try again.",
    )
    home.ec2(reboot_instances, InstanceIds=[steady])
    home.ec2(modify_instance_attribute, InstanceId=kept, DisableApiTermination={"Value": False})
    home.ec2(terminate_instances, InstanceIds=[kept])


def public_address(home: Home, instance_id: str) -> str | None:
    address = home.instance(instance_id).get("PublicIpAddress")
    return None if address is None else str(address)


def test_a_public_address_lasts_until_the_stop(home: Home) -> None:
    described = [{"DeviceIndex": 0, "SubnetId": home.subnet_id, "AssociatePublicIpAddress": True}]
    (instance_id,) = running(home, NetworkInterfaces=described)
    first = public_address(home, instance_id)
    stop(home, instance_id)
    assert public_address(home, instance_id) == first, "it leads there until the machine has taken it down"
    home.settle()
    assert public_address(home, instance_id) is None
    start(home, instance_id)
    second = public_address(home, instance_id)
    assert second not in (None, first)
    home.ec2(reboot_instances, InstanceIds=[instance_id])
    home.settle()
    assert public_address(home, instance_id) == second


def test_no_public_address_where_there_was_none_or_beside_another_interface(home: Home) -> None:
    (private,) = running(home)
    described = [{"DeviceIndex": 0, "SubnetId": home.subnet_id, "AssociatePublicIpAddress": True}]
    (public,) = running(home, NetworkInterfaces=described)
    stop(home, private, public)
    home.settle()
    added = home.ec2(create_network_interface, SubnetId=home.subnet_id)["NetworkInterface"]["NetworkInterfaceId"]
    home.ec2(attach_network_interface, NetworkInterfaceId=added, InstanceId=public, DeviceIndex=1)
    start(home, private, public)
    assert (public_address(home, private), public_address(home, public)) == (None, None)


def test_a_start_that_fails_leaves_the_instance_stopped(home: Home) -> None:
    (instance_id,) = running(home)
    stop(home, instance_id)
    home.settle()
    start(home, instance_id)
    home.settle({instance_id: "no memory for a namespace"})
    shown = home.instance(instance_id)
    assert shown["State"]["Name"] == "stopping"
    assert shown["StateReason"]["Message"] == "Server.InternalError: no memory for a namespace"
    home.settle()
    assert state(home, instance_id) == "stopped"
    start(home, instance_id)
    home.settle()
    assert state(home, instance_id) == "running"


def test_reboots_are_counted_until_they_are_done(home: Home) -> None:
    (instance_id,) = running(home)
    home.ec2(reboot_instances, InstanceIds=[instance_id])
    home.ec2(reboot_instances, InstanceIds=[instance_id])
    store = home.region.store
    snapshot = store.snapshot(home.vpc_id)
    assert snapshot is not None
    assert outstanding_reboots(snapshot) == {instance_id: 2}
    assert state(home, instance_id) == "running"
    write_reboots(store, {instance_id: 2})
    snapshot = store.snapshot(home.vpc_id)
    assert snapshot is not None
    assert outstanding_reboots(snapshot) == {}


def test_a_reboot_is_void_once_the_instance_stops_or_ends(home: Home) -> None:
    stopped, ended = running(home, 2)
    home.ec2(reboot_instances, InstanceIds=[stopped, ended])
    stop(home, stopped)
    home.ec2(terminate_instances, InstanceIds=[ended])
    home.settle()
    home.ec2(reboot_instances, InstanceIds=[ended])
    start(home, stopped)
    snapshot = home.region.store.snapshot(home.vpc_id)
    assert snapshot is not None
    assert outstanding_reboots(snapshot) == {}


def test_a_stopped_instance_can_be_terminated(home: Home) -> None:
    (instance_id,) = running(home)
    stop(home, instance_id)
    home.settle()
    ended = home.ec2(terminate_instances, InstanceIds=[instance_id])
    assert changed(ended, "TerminatingInstances") == [(instance_id, "stopped", "shutting-down")]
    home.settle()
    assert state(home, instance_id) == "terminated"


def test_no_public_address_is_left_for_a_start(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    described = [{"DeviceIndex": 0, "SubnetId": home.subnet_id, "AssociatePublicIpAddress": True}]
    (instance_id,) = running(home, NetworkInterfaces=described)
    stop(home, instance_id)
    home.settle()
    monkeypatch.setattr(public_addresses, "choose_public_address", lambda start, is_taken: None)
    assert home.ec2.refusal(start_instances, InstanceIds=[instance_id]) == (
        "InsufficientAddressCapacity",
        "Not enough available public addresses.",
    )
    assert state(home, instance_id) == "stopped"
