from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.address_associations import associate_address
from skywalk.actions.instances import terminate_instances
from skywalk.actions.network_interface_attachments import attach_network_interface, detach_network_interface
from skywalk.actions.vpcs import create_vpc
from skywalk.resources.instance import InstanceState
from skywalk.values.clock import FixedClock
from support.addressing import (
    elastic_address,
    internet_gateway,
    nat_gateway,
    new_interface,
    shown_address,
    shown_interface,
    shown_nat_gateway,
)
from support.launching import Home
from support.placed_targets import set_instance_state
from support.region import OWNER, Region

NO_ATTACHMENT = "eni-attach-00000000000000000"


@pytest.fixture
def home() -> Home:
    return Home(Region())


def running(home: Home, **request: Any) -> str:
    instance_id: str = home.launch(**{"InstanceType": "t3.large", **request})["Instances"][0]["InstanceId"]
    home.settle()
    return instance_id


def attach(home: Home, instance_id: str, network_interface_id: str, index: int = 1) -> str:
    made = home.ec2(
        attach_network_interface, InstanceId=instance_id, NetworkInterfaceId=network_interface_id, DeviceIndex=index
    )
    attachment_id: str = made["AttachmentId"]
    return attachment_id


def test_attached_and_detached(home: Home) -> None:
    instance, eni = running(home), new_interface(home)
    attachment = attach(home, instance, eni)
    shown = shown_interface(home, eni)
    assert shown["Status"] == "in-use"
    assert shown["Attachment"] == {
        "AttachmentId": attachment,
        "AttachTime": FixedClock().now(),
        "DeleteOnTermination": False,
        "DeviceIndex": 1,
        "NetworkCardIndex": 0,
        "InstanceId": instance,
        "InstanceOwnerId": OWNER,
        "Status": "attached",
    }
    of_instance = home.instance(instance)["NetworkInterfaces"]
    assert [one["PrivateIpAddress"] for one in of_instance] == ["10.0.1.4", "10.0.1.5"]
    home.ec2(detach_network_interface, AttachmentId=attachment)
    shown = shown_interface(home, eni)
    assert shown["Status"] == "available"
    assert "Attachment" not in shown
    assert len(home.instance(instance)["NetworkInterfaces"]) == 1


def test_it_stays_when_its_instance_ends(home: Home) -> None:
    instance, eni = running(home), new_interface(home)
    attach(home, instance, eni)
    home.ec2(terminate_instances, InstanceIds=[instance])
    home.settle()
    assert shown_interface(home, eni)["Status"] == "available"


def test_its_elastic_address_moves_with_it(home: Home) -> None:
    internet_gateway(home)
    first, second, eni = running(home), running(home), new_interface(home)
    allocation = elastic_address(home)
    home.ec2(associate_address, AllocationId=allocation, NetworkInterfaceId=eni)
    home.ec2(detach_network_interface, AttachmentId=attach(home, first, eni))
    assert "InstanceId" not in shown_address(home, allocation)
    attach(home, second, eni)
    assert shown_address(home, allocation)["InstanceId"] == second


def test_an_interface_in_use_is_refused(home: Home) -> None:
    instance, eni = running(home), new_interface(home)
    attach(home, instance, eni)
    assert refusal(home, instance, eni, index=2) == ("InvalidNetworkInterface.InUse", f"Interface: [{eni}] in use.")


def refusal(home: Home, instance_id: str, network_interface_id: str, index: int = 1, **more: Any) -> tuple[str, str]:
    return home.ec2.refusal(
        attach_network_interface,
        InstanceId=instance_id,
        NetworkInterfaceId=network_interface_id,
        DeviceIndex=index,
        **more,
    )


def test_a_device_index_is_taken_once(home: Home) -> None:
    instance = running(home)
    attach(home, instance, new_interface(home))
    other = new_interface(home)
    for index in (0, 1):
        assert refusal(home, instance, other, index) == (
            "InvalidParameterValue",
            f"Instance '{instance}' already has an interface attached at device index '{index}'.",
        )
    for index in (-1, 99):
        assert refusal(home, instance, other, index) == (
            "InvalidParameterValue",
            f"Value ({index}) for parameter deviceIndex is invalid.",
        )
    attach(home, instance, other, 2)


def test_the_instance_type_has_limits(home: Home) -> None:
    instance = running(home, InstanceType="t3.micro")
    assert refusal(home, instance, new_interface(home, SecondaryPrivateIpAddressCount=2)) == (
        "PrivateIpAddressLimitExceeded",
        "Number of private addresses will exceed limit.",
    )
    attach(home, instance, new_interface(home))
    assert refusal(home, instance, new_interface(home), 2) == (
        "AttachmentLimitExceeded",
        "Interface count 3 exceeds the limit for t3.micro",
    )


def test_instance_and_interface_are_in_one_zone_and_vpc(home: Home) -> None:
    instance = running(home)
    elsewhere = new_interface(home, SubnetId=home.subnet("10.0.2.0/24", zone="b"))
    assert refusal(home, instance, elsewhere) == (
        "InvalidParameterCombination",
        "You may not attach a network interface to an instance if they are not in the same availability zone",
    )
    vpc = home.ec2(create_vpc, CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    foreign = new_interface(home, SubnetId=home.subnet("10.1.1.0/24", vpc_id=vpc))
    assert refusal(home, instance, foreign) == (
        "UnsupportedOperation",
        "Interfaces of another VPC than the instance's are not supported.",
    )


@pytest.mark.parametrize("state", list(InstanceState))
def test_the_instance_runs_or_has_stopped(home: Home, state: InstanceState) -> None:
    instance, eni = running(home), new_interface(home)
    set_instance_state(home.region, instance, state)
    if state in (InstanceState.RUNNING, InstanceState.STOPPED):
        attach(home, instance, eni)
        assert shown_interface(home, eni)["Attachment"]["Status"] == "attached"
    else:
        assert refusal(home, instance, eni) == (
            "IncorrectState",
            f"Instance '{instance}' is not 'running' or 'stopped'.",
        )


def test_unknown_ids_and_parameters(home: Home) -> None:
    instance, eni = running(home), new_interface(home)
    assert refusal(home, instance, "eni-00000000000000000")[0] == "InvalidNetworkInterfaceID.NotFound"
    assert refusal(home, "i-00000000000000000", eni)[0] == "InvalidInstanceID.NotFound"
    assert refusal(home, instance, eni, NetworkCardIndex=1) == (
        "UnsupportedOperation",
        "Instances have one network card, of index 0.",
    )
    assert refusal(home, instance, eni, EnaSrdSpecification={"EnaSrdEnabled": True}) == (
        "UnsupportedOperation",
        "The parameter EnaSrdSpecification is not supported.",
    )


def test_the_primary_interface_stays(home: Home) -> None:
    instance = running(home)
    attachment = home.instance(instance)["NetworkInterfaces"][0]["Attachment"]["AttachmentId"]
    for force in (False, True):
        assert home.ec2.refusal(detach_network_interface, AttachmentId=attachment, Force=force) == (
            "OperationNotPermitted",
            "The network interface at device index 0 and networkCard index 0 cannot be detached.",
        )


def test_an_unknown_attachment(home: Home) -> None:
    assert home.ec2.refusal(detach_network_interface, AttachmentId=NO_ATTACHMENT) == (
        "InvalidAttachmentID.NotFound",
        f"The interface attachment '{NO_ATTACHMENT}' does not exist.",
    )
    instance = running(home)
    attachment = attach(home, instance, new_interface(home))
    others = home.region.client("210987654321")
    assert others.refusal(detach_network_interface, AttachmentId=attachment)[0] == "InvalidAttachmentID.NotFound"
    assert home.ec2.refusal(detach_network_interface, AttachmentId=instance) == (
        "InvalidNetworkInterfaceAttachmentId.Malformed",
        f'Invalid id: "{instance}" (expecting "eni-attach-...")',
    )


def test_what_a_nat_gateway_has_is_its_own(home: Home) -> None:
    instance, nat = running(home), nat_gateway(home, ConnectivityType="private")
    eni = shown_nat_gateway(home, nat)["NatGatewayAddresses"][0]["NetworkInterfaceId"]
    attachment = shown_interface(home, eni)["Attachment"]["AttachmentId"]
    assert home.ec2.refusal(detach_network_interface, AttachmentId=attachment) == (
        "OperationNotPermitted",
        "You are not allowed to manage 'ela-attach' attachments.",
    )
    assert refusal(home, instance, eni) == (
        "OperationNotPermitted",
        "You do not have permission to access the specified resource.",
    )
