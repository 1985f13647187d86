from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instance_attributes import (
    describe_instance_attribute,
    modify_instance_attribute,
    reset_instance_attribute,
)
from skywalk.actions.instances import stop_instances, terminate_instances
from skywalk.actions.security_groups import create_security_group
from skywalk.resources.instance import Instance
from support.launching import Home
from support.region import Region

SCRIPT = b"#!/bin/sh\n"


@pytest.fixture
def home() -> Home:
    return Home(Region())


@pytest.fixture
def running(home: Home) -> str:
    instance_id: str = home.launch(InstanceType="m5.large")["Instances"][0]["InstanceId"]
    home.settle()
    return instance_id


@pytest.fixture
def stopped(home: Home, running: str) -> str:
    home.ec2(stop_instances, InstanceIds=[running])
    home.settle()
    return running


def read(home: Home, instance_id: str, attribute: str) -> Any:
    """What stands beside the instance's id."""
    shown = dict(home.ec2(describe_instance_attribute, InstanceId=instance_id, Attribute=attribute))
    assert shown.pop("InstanceId") == instance_id
    return shown


def set_(home: Home, instance_id: str, **asked: Any) -> None:
    home.ec2(modify_instance_attribute, InstanceId=instance_id, **asked)


def refusal(home: Home, instance_id: str, **asked: Any) -> tuple[str, str]:
    return home.ec2.refusal(modify_instance_attribute, InstanceId=instance_id, **asked)


@pytest.mark.parametrize(
    ("attribute", "shown"),
    [
        ("blockDeviceMapping", {"BlockDeviceMappings": []}),
        ("disableApiStop", {"DisableApiStop": {"Value": False}}),
        ("disableApiTermination", {"DisableApiTermination": {"Value": False}}),
        ("ebsOptimized", {"EbsOptimized": {"Value": False}}),
        ("enaSupport", {"EnaSupport": {"Value": True}}),
        ("enclaveOptions", {"EnclaveOptions": {"Enabled": False}}),
        ("instanceInitiatedShutdownBehavior", {"InstanceInitiatedShutdownBehavior": {"Value": "stop"}}),
        ("instanceType", {"InstanceType": {"Value": "m5.large"}}),
        ("kernel", {"KernelId": {}}),
        ("productCodes", {"ProductCodes": []}),
        ("ramdisk", {"RamdiskId": {}}),
        ("rootDeviceName", {"RootDeviceName": {"Value": "/dev/xvda"}}),
        ("sourceDestCheck", {"SourceDestCheck": {"Value": True}}),
        ("sriovNetSupport", {"SriovNetSupport": {"Value": "simple"}}),
        ("userData", {"UserData": {}}),
    ],
)
def test_what_a_launch_gives(home: Home, running: str, attribute: str, shown: dict[str, Any]) -> None:
    assert read(home, running, attribute) == shown


def test_groups_are_those_of_the_primary_interface(home: Home, running: str) -> None:
    assert read(home, running, "groupSet") == {"Groups": [{"GroupId": home.default_group_id, "GroupName": "default"}]}
    web = home.ec2(create_security_group, GroupName="web", Description="web", VpcId=home.vpc_id)["GroupId"]
    set_(home, running, Groups=[web])
    assert read(home, running, "groupSet") == {"Groups": [{"GroupId": web, "GroupName": "web"}]}
    assert refusal(home, running, Groups=["sg-00000000000000000"])[0] == "InvalidGroup.NotFound"
    assert refusal(home, running, Groups=[]) == (
        "InvalidParameterValue",
        "You must specify at least one security group.",
    )


def test_unknown_attributes_and_instances(home: Home, running: str) -> None:
    unknown = ("InvalidParameterValue", "Value (size) for parameter attribute is invalid. Unknown attribute.")
    assert home.ec2.refusal(describe_instance_attribute, InstanceId=running, Attribute="size") == unknown
    assert home.ec2.refusal(reset_instance_attribute, InstanceId=running, Attribute="size") == unknown
    assert refusal(home, running, Attribute="size", Value="1") == unknown
    gone = {"InstanceId": "i-00000000000000000", "Attribute": "kernel"}
    for action in (describe_instance_attribute, modify_instance_attribute, reset_instance_attribute):
        assert home.ec2.refusal(action, **gone)[0] == "InvalidInstanceID.NotFound"


def test_one_attribute_a_call(home: Home, running: str) -> None:
    assert refusal(home, running) == ("InvalidParameterCombination", "No attributes specified.")
    both = {"SourceDestCheck": {"Value": False}, "DisableApiStop": {"Value": True}}
    assert refusal(home, running, **both) == (
        "InvalidParameterCombination",
        "Fields for multiple attribute types specified: disableApiStop, sourceDestCheck",
    )


@pytest.mark.parametrize(
    ("asked", "attribute", "shown"),
    [
        ({"DisableApiStop": {"Value": True}}, "disableApiStop", {"DisableApiStop": {"Value": True}}),
        (
            {"Attribute": "disableApiTermination", "Value": "true"},
            "disableApiTermination",
            {"DisableApiTermination": {"Value": True}},
        ),
        ({"SourceDestCheck": {"Value": False}}, "sourceDestCheck", {"SourceDestCheck": {"Value": False}}),
        (
            {"InstanceInitiatedShutdownBehavior": {"Value": "terminate"}},
            "instanceInitiatedShutdownBehavior",
            {"InstanceInitiatedShutdownBehavior": {"Value": "terminate"}},
        ),
    ],
)
def test_what_a_running_instance_takes(
    home: Home, running: str, asked: dict[str, Any], attribute: str, shown: dict[str, Any]
) -> None:
    set_(home, running, **asked)
    assert read(home, running, attribute) == shown


@pytest.mark.parametrize(
    "asked",
    [
        {"InstanceType": {"Value": "t3.micro"}},
        {"Attribute": "instanceType", "Value": "t3.micro"},
        {"UserData": {"Value": SCRIPT}},
        {"EbsOptimized": {"Value": True}},
        {"EnaSupport": {"Value": True}},
        {"SriovNetSupport": {"Value": "simple"}},
    ],
)
def test_what_only_a_stopped_instance_takes(home: Home, running: str, asked: dict[str, Any]) -> None:
    assert refusal(home, running, **asked) == (
        "IncorrectInstanceState",
        f"The instance '{running}' is not in the 'stopped' state.",
    )
    home.ec2(stop_instances, InstanceIds=[running])
    home.settle()
    set_(home, running, **asked)


def test_another_type(home: Home, stopped: str) -> None:
    set_(home, stopped, InstanceType={"Value": "t3.micro"})
    shown = home.instance(stopped)
    assert (shown["InstanceType"], shown["CpuOptions"]) == ("t3.micro", {"CoreCount": 1, "ThreadsPerCore": 2})
    stored = home.region.store.get(Instance, stopped)
    assert stored is not None
    assert stored.cpu_credits == "unlimited"
    assert refusal(home, stopped, InstanceType={"Value": "t3.tiny"})[0] == "InvalidParameterValue"


def test_a_type_without_room_for_the_interfaces(home: Home) -> None:
    interfaces = [{"DeviceIndex": index, "SubnetId": home.subnet_id} for index in range(3)]
    interfaces[0]["SecondaryPrivateIpAddressCount"] = 5
    instance_id = home.launch(NetworkInterfaces=interfaces, InstanceType="m5.large")["Instances"][0]["InstanceId"]
    home.settle()
    home.ec2(stop_instances, InstanceIds=[instance_id])
    home.settle()
    assert refusal(home, instance_id, InstanceType={"Value": "t3.micro"}) == (
        "AttachmentLimitExceeded",
        "Interface count 3 exceeds the limit for t3.micro",
    )
    assert refusal(home, instance_id, InstanceType={"Value": "t3.small"})[0] == "PrivateIpAddressLimitExceeded"


def test_user_data(home: Home, stopped: str) -> None:
    set_(home, stopped, UserData={"Value": SCRIPT})
    assert read(home, stopped, "userData") == {"UserData": {"Value": "IyEvYmluL3NoCg=="}}
    set_(home, stopped, Attribute="userData", Value="IyEvYmluL3No\n")
    assert read(home, stopped, "userData") == {"UserData": {"Value": "IyEvYmluL3No"}}
    set_(home, stopped, UserData={"Value": b""})
    assert read(home, stopped, "userData") == {"UserData": {}}
    assert refusal(home, stopped, Attribute="userData", Value="#!/bin/sh") == (
        "InvalidParameterValue",
        "Invalid BASE64 encoding of user data",
    )
    assert refusal(home, stopped, UserData={"Value": b"x" * 16_385})[1] == "User data is limited to 16384 bytes"


@pytest.mark.parametrize(
    ("asked", "code", "text"),
    [
        ({"Kernel": {"Value": "aki-1"}}, "UnsupportedOperation", "The parameter Kernel is not supported."),
        ({"Ramdisk": {"Value": "ari-1"}}, "UnsupportedOperation", "The parameter Ramdisk is not supported."),
        (
            {"EnclaveOptions": {"Enabled": True}},
            "UnsupportedOperation",
            "The parameter EnclaveOptions is not supported.",
        ),
        (
            {"EnaSupport": {"Value": False}},
            "UnsupportedOperation",
            "Instances have enhanced networking; it cannot be taken from them.",
        ),
        (
            {"SriovNetSupport": {"Value": "none"}},
            "InvalidParameterValue",
            "Value (none) for parameter sriovNetSupport is invalid.",
        ),
        (
            {"InstanceInitiatedShutdownBehavior": {"Value": "sleep"}},
            "InvalidParameterValue",
            "Value (sleep) for parameter instanceInitiatedShutdownBehavior is invalid.",
        ),
        (
            {"Attribute": "disableApiStop", "Value": "yes"},
            "InvalidParameterValue",
            "Invalid value 'yes' for disableApiStop. Expected 'true' or 'false'.",
        ),
        (
            {"Attribute": "groupSet", "Value": "sg-1"},
            "InvalidParameterValue",
            "The attribute groupSet cannot be given as a text.",
        ),
        (
            {"BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"DeleteOnTermination": True}}]},
            "InvalidInstanceAttributeValue",
            "No device is currently mapped at /dev/sda1",
        ),
    ],
)
def test_values_that_cannot_be(home: Home, stopped: str, asked: dict[str, Any], code: str, text: str) -> None:
    assert refusal(home, stopped, **asked) == (code, text)


def test_what_asks_for_nothing(home: Home, stopped: str) -> None:
    before = home.region.store.revision
    set_(home, stopped, EnclaveOptions={"Enabled": False})
    assert home.region.store.revision == before


def test_several_interfaces_must_be_named(home: Home) -> None:
    interfaces = [{"DeviceIndex": index, "SubnetId": home.subnet_id} for index in range(2)]
    instance_id = home.launch(NetworkInterfaces=interfaces, InstanceType="m5.large")["Instances"][0]["InstanceId"]
    text = (
        f"There are multiple interfaces attached to instance '{instance_id}'. "
        "Please specify an interface ID for the operation instead."
    )
    assert refusal(home, instance_id, SourceDestCheck={"Value": False}) == ("InvalidInstanceID", text)
    assert refusal(home, instance_id, Groups=[home.default_group_id]) == ("InvalidInstanceID", text)
    assert read(home, instance_id, "sourceDestCheck") == {"SourceDestCheck": {"Value": True}}


def test_reset(home: Home, running: str) -> None:
    set_(home, running, SourceDestCheck={"Value": False})
    home.ec2(reset_instance_attribute, InstanceId=running, Attribute="sourceDestCheck")
    assert read(home, running, "sourceDestCheck") == {"SourceDestCheck": {"Value": True}}
    assert home.ec2.refusal(reset_instance_attribute, InstanceId=running, Attribute="kernel")[0] == (
        "IncorrectInstanceState"
    )
    home.ec2(stop_instances, InstanceIds=[running])
    home.settle()
    home.ec2(reset_instance_attribute, InstanceId=running, Attribute="ramdisk")


def test_a_terminated_instance_has_no_interface(home: Home, running: str) -> None:
    home.ec2(terminate_instances, InstanceIds=[running])
    home.settle()
    asked = {"InstanceId": running, "Attribute": "groupSet"}
    assert home.ec2.refusal(describe_instance_attribute, **asked) == (
        "IncorrectInstanceState",
        f"Instance '{running}' has no network interface.",
    )
    assert read(home, running, "instanceType") == {"InstanceType": {"Value": "m5.large"}}
