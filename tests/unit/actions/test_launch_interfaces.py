from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instances import terminate_instances
from skywalk.actions.network_interfaces import create_network_interface, describe_network_interfaces
from skywalk.actions.subnets import modify_subnet_attribute
from skywalk.actions.vpcs import create_vpc
from support.launching import Home
from support.region import Region

LARGE = "m5.large"
"""Room for three interfaces of ten addresses each."""


@pytest.fixture
def home() -> Home:
    return Home(Region())


def interface(home: Home, index: int = 0, **more: Any) -> dict[str, Any]:
    return {"DeviceIndex": index, "SubnetId": home.subnet_id, **more}


def launched(home: Home, *interfaces: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """The interfaces of the one instance, as shown."""
    answer = home.launch(NetworkInterfaces=list(interfaces), InstanceType=LARGE, **more)
    return list(answer["Instances"][0]["NetworkInterfaces"])


def refusal(home: Home, *interfaces: dict[str, Any], **more: Any) -> tuple[str, str]:
    return home.refusal(NetworkInterfaces=list(interfaces), **{"InstanceType": LARGE, **more})


def addresses(shown: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(one["PrivateIpAddress"], one["Primary"]) for one in shown["PrivateIpAddresses"]]


def test_several_interfaces_by_index(home: Home) -> None:
    other = home.subnet("10.0.2.0/24")
    first, second, third = launched(
        home,
        interface(home, 2, Description="third", PrivateIpAddress="10.0.1.4"),
        interface(home, 0, DeleteOnTermination=False),
        interface(home, 1, SubnetId=other, SecondaryPrivateIpAddressCount=2),
    )
    assert [one["Attachment"]["DeviceIndex"] for one in (first, second, third)] == [0, 1, 2]
    assert addresses(first) == [("10.0.1.5", True)], "the lowest that no other interface of the launch asks for"
    assert addresses(second) == [("10.0.2.4", True), ("10.0.2.5", False), ("10.0.2.6", False)]
    assert (addresses(third), third["Description"]) == ([("10.0.1.4", True)], "third")
    assert [one["Attachment"]["DeleteOnTermination"] for one in (first, second, third)] == [False, True, True]
    assert len({one["MacAddress"] for one in (first, second, third)}) == 3


def test_an_instance_shows_its_primary_interface(home: Home) -> None:
    other = home.subnet("10.0.2.0/24")
    answer = home.launch(NetworkInterfaces=[interface(home, 1, SubnetId=other), interface(home)], InstanceType=LARGE)[
        "Instances"
    ][0]
    assert (answer["PrivateIpAddress"], answer["SubnetId"]) == ("10.0.1.4", home.subnet_id)


def test_several_instances_with_several_interfaces(home: Home) -> None:
    both = [interface(home, SecondaryPrivateIpAddressCount=1), interface(home, 1)]
    answer = home.launch(NetworkInterfaces=both, InstanceType=LARGE, MaxCount=2)["Instances"]
    found = [[addresses(shown) for shown in one["NetworkInterfaces"]] for one in answer]
    assert found == [
        [[("10.0.1.4", True), ("10.0.1.5", False)], [("10.0.1.6", True)]],
        [[("10.0.1.7", True), ("10.0.1.8", False)], [("10.0.1.9", True)]],
    ]


def test_as_many_instances_as_have_all_their_addresses(home: Home) -> None:
    small = home.subnet("10.0.2.0/28")  # eleven addresses
    each = interface(home, SubnetId=small, SecondaryPrivateIpAddressCount=3)
    assert home.refusal(NetworkInterfaces=[each], InstanceType=LARGE, MinCount=3, MaxCount=3)[0] == (
        "InsufficientFreeAddressesInSubnet"
    )
    answer = home.launch(NetworkInterfaces=[each], InstanceType=LARGE, MaxCount=5)
    assert len(answer["Instances"]) == 2


def test_named_secondary_addresses(home: Home) -> None:
    listed = [{"PrivateIpAddress": "10.0.1.9", "Primary": False}, {"PrivateIpAddress": "10.0.1.8", "Primary": True}]
    (shown,) = launched(home, interface(home, PrivateIpAddresses=listed))
    assert addresses(shown) == [("10.0.1.8", True), ("10.0.1.9", False)]
    assert refusal(home, interface(home, PrivateIpAddresses=listed[:1])) == (
        "InvalidIPAddress.InUse",
        "Address 10.0.1.9 is in use.",
    )


def test_a_public_address_is_for_one_interface_alone(home: Home) -> None:
    home.ec2(modify_subnet_attribute, SubnetId=home.subnet_id, MapPublicIpOnLaunch={"Value": True})
    assert "Association" in launched(home, interface(home))[0]
    assert all("Association" not in one for one in launched(home, interface(home), interface(home, 1)))
    assert refusal(home, interface(home, AssociatePublicIpAddress=True), interface(home, 1)) == (
        "InvalidParameterCombination",
        "The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces.",
    )


def test_present_and_new_interfaces_together(home: Home) -> None:
    made = home.ec2(create_network_interface, SubnetId=home.subnet_id, SecondaryPrivateIpAddressCount=1)
    eni_id = made["NetworkInterface"]["NetworkInterfaceId"]
    present = {"DeviceIndex": 1, "NetworkInterfaceId": eni_id}
    answer = home.launch(NetworkInterfaces=[interface(home), present], InstanceType=LARGE)["Instances"][0]
    first, second = answer["NetworkInterfaces"]
    assert (second["NetworkInterfaceId"], len(second["PrivateIpAddresses"])) == (eni_id, 2)
    assert refusal(home, interface(home), present) == (
        "InvalidNetworkInterface.InUse",
        f"Interface: [{eni_id}] in use.",
    )
    home.ec2(terminate_instances, InstanceIds=[answer["InstanceId"]])
    home.settle()
    left = home.ec2(describe_network_interfaces)["NetworkInterfaces"]
    assert [(one["NetworkInterfaceId"], one["Status"]) for one in left] == [(eni_id, "available")]
    assert first["NetworkInterfaceId"] != eni_id


def test_one_present_interface_twice(home: Home) -> None:
    made = home.ec2(create_network_interface, SubnetId=home.subnet_id)["NetworkInterface"]["NetworkInterfaceId"]
    twice = [{"DeviceIndex": index, "NetworkInterfaceId": made} for index in (0, 1)]
    assert refusal(home, *twice) == ("InvalidNetworkInterface.InUse", f"Interface: [{made}] in use.")


@pytest.mark.parametrize(
    ("indexes", "text"),
    [
        ([None], "Each network interface requires a device index."),
        ([0, 0], "Each network interface requires a unique device index."),
        ([0, -1], "Value (-1) for parameter deviceIndex is invalid."),
        ([1], "When specifying network interfaces, you must include a device at index 0."),
    ],
)
def test_device_indexes(home: Home, indexes: list[int | None], text: str) -> None:
    interfaces = [{"SubnetId": home.subnet_id, **({} if n is None else {"DeviceIndex": n})} for n in indexes]
    assert refusal(home, *interfaces) == ("InvalidParameterValue", text)


def test_what_a_type_has_room_for(home: Home) -> None:
    three = [interface(home, index) for index in range(3)]
    assert refusal(home, *three, InstanceType="t3.micro") == (
        "AttachmentLimitExceeded",
        "Interface count 3 exceeds the limit for t3.micro",
    )
    assert refusal(home, interface(home, SecondaryPrivateIpAddressCount=2), InstanceType="t3.micro") == (
        "InvalidInterface.IpAddressLimitExceeded",
        "Number of private addresses will exceed limit.",
    )
    assert refusal(home, interface(home), interface(home, 99)) == (
        "InvalidParameterValue",
        "Value (99) for parameter deviceIndex is invalid.",
    )
    assert len(launched(home, *three)) == 3


def test_interfaces_are_in_one_zone_and_vpc(home: Home) -> None:
    far = home.subnet("10.0.2.0/24", zone="b")
    assert refusal(home, interface(home), interface(home, 1, SubnetId=far)) == (
        "InvalidParameterCombination",
        "You may not attach a network interface to an instance if they are not in the same availability zone",
    )
    vpc_id = home.ec2(create_vpc, CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    strange = home.subnet("10.9.1.0/24", vpc_id=vpc_id)
    assert refusal(home, interface(home), interface(home, 1, SubnetId=strange)) == (
        "UnsupportedOperation",
        "Network interfaces in several VPCs are not supported.",
    )


def test_addresses_that_contradict_each_other(home: Home) -> None:
    one = interface(home, PrivateIpAddress="10.0.1.7")
    assert refusal(home, one, interface(home, 1, PrivateIpAddress="10.0.1.7")) == (
        "InvalidIPAddress.InUse",
        "Address 10.0.1.7 is in use.",
    )
    two = [{"PrivateIpAddress": "10.0.1.8", "Primary": True}]
    assert refusal(home, {**one, "PrivateIpAddresses": two})[0] == "InvalidParameterValue"
    listed = [{"PrivateIpAddress": "10.0.1.8", "Primary": False}]
    both = interface(home, SecondaryPrivateIpAddressCount=1, PrivateIpAddresses=listed)
    assert refusal(home, both)[0] == "InvalidParameterCombination"


@pytest.mark.parametrize(
    "asked",
    [
        {"Ipv6AddressCount": 1},
        {"Ipv6Addresses": [{"Ipv6Address": "::1"}]},
        {"Ipv4PrefixCount": 1},
        {"Ipv6Prefixes": [{"Ipv6Prefix": "::/80"}]},
        {"AssociateCarrierIpAddress": True},
        {"InterfaceType": "efa"},
        {"NetworkCardIndex": 1},
        {"ConnectionTrackingSpecification": {"TcpEstablishedTimeout": 60}},
        {"EnaSrdSpecification": {"EnaSrdEnabled": True}},
        {"PrimaryIpv6": True},
    ],
)
def test_what_interfaces_do_not_carry_yet(home: Home, asked: dict[str, Any]) -> None:
    text = f"The parameter {next(iter(asked))} is not supported."
    if "InterfaceType" in asked:
        text = "Network interfaces of special types are not supported."
    assert refusal(home, {**interface(home), **asked}) == ("UnsupportedOperation", text)


def test_what_asks_for_nothing_is_taken(home: Home) -> None:
    nothing = {
        "Ipv6AddressCount": 0,
        "SecondaryPrivateIpAddressCount": 0,
        "NetworkCardIndex": 0,
        "InterfaceType": "interface",
        "PrimaryIpv6": False,
        "PrivateIpAddress": "",
    }
    (shown,) = launched(home, {**interface(home), **nothing}, Ipv6AddressCount=0)
    assert addresses(shown) == [("10.0.1.4", True)]


def test_present_interfaces(home: Home) -> None:
    gone = "eni-00000000000000000"
    assert refusal(home, {"DeviceIndex": 0, "NetworkInterfaceId": gone}) == (
        "InvalidNetworkInterfaceID.NotFound",
        f"The networkInterface ID '{gone}' does not exist",
    )
    for name, value in (("SubnetId", home.subnet_id), ("Groups", ["sg-1"]), ("AssociatePublicIpAddress", True)):
        both = {"DeviceIndex": 0, "NetworkInterfaceId": gone, name: value}
        text = f"A network interface may not specify both a network interface ID and {name}"
        assert refusal(home, both) == ("InvalidParameterCombination", text)
