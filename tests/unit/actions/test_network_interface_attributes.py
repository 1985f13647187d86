from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.network_interface_attributes import (
    describe_network_interface_attribute,
    modify_network_interface_attribute,
    reset_network_interface_attribute,
)
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.vpcs import create_vpc
from support.addressing import nat_gateway, new_interface, shown_interface, shown_nat_gateway
from support.launching import Home
from support.region import Region

UNKNOWN = "eni-00000000000000000"


@pytest.fixture
def home() -> Home:
    return Home(Region())


def attribute(home: Home, network_interface_id: str, name: str) -> dict[str, Any]:
    shown = dict(
        home.ec2(describe_network_interface_attribute, NetworkInterfaceId=network_interface_id, Attribute=name)
    )
    assert shown.pop("NetworkInterfaceId") == network_interface_id
    return shown


def modify(home: Home, network_interface_id: str, **change: Any) -> None:
    home.ec2(modify_network_interface_attribute, NetworkInterfaceId=network_interface_id, **change)


def refusal(home: Home, network_interface_id: str, **change: Any) -> tuple[str, str]:
    return home.ec2.refusal(modify_network_interface_attribute, NetworkInterfaceId=network_interface_id, **change)


def test_description(home: Home) -> None:
    eni = new_interface(home, Description="first")
    assert attribute(home, eni, "description") == {"Description": {"Value": "first"}}
    modify(home, eni, Description={"Value": "second"})
    assert attribute(home, eni, "description") == {"Description": {"Value": "second"}}
    modify(home, eni, Description={"Value": ""})
    assert shown_interface(home, eni)["Description"] == ""


def test_source_destination_check(home: Home) -> None:
    eni = new_interface(home)
    assert attribute(home, eni, "sourceDestCheck") == {"SourceDestCheck": {"Value": True}}
    modify(home, eni, SourceDestCheck={"Value": False})
    assert attribute(home, eni, "sourceDestCheck") == {"SourceDestCheck": {"Value": False}}
    home.ec2(reset_network_interface_attribute, NetworkInterfaceId=eni, SourceDestCheck="x")
    assert shown_interface(home, eni)["SourceDestCheck"] is True
    assert home.ec2.refusal(reset_network_interface_attribute, NetworkInterfaceId=eni) == (
        "InvalidParameterCombination",
        "No attributes specified.",
    )


def test_groups(home: Home) -> None:
    eni = new_interface(home)
    group = home.ec2(create_security_group, VpcId=home.vpc_id, GroupName="web", Description="web")["GroupId"]
    modify(home, eni, Groups=[group, home.default_group_id])
    shown = [{"GroupId": group, "GroupName": "web"}, {"GroupId": home.default_group_id, "GroupName": "default"}]
    assert attribute(home, eni, "groupSet") == {"Groups": shown}
    vpc = home.ec2(create_vpc, CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    foreign = home.ec2(create_security_group, VpcId=vpc, GroupName="web", Description="web")["GroupId"]
    assert refusal(home, eni, Groups=[foreign]) == (
        "InvalidParameter",
        f"Security group {foreign} and subnet {home.subnet_id} belong to different networks.",
    )
    assert refusal(home, eni, Groups=["sg-00000000000000000"])[0] == "InvalidGroup.NotFound"


def test_what_becomes_of_it_with_its_instance(home: Home) -> None:
    free = new_interface(home)
    of_instance = home.launch()["Instances"][0]["NetworkInterfaces"][0]
    eni, attachment = of_instance["NetworkInterfaceId"], of_instance["Attachment"]["AttachmentId"]
    change = {"AttachmentId": attachment, "DeleteOnTermination": False}
    modify(home, eni, Attachment=change)
    assert attribute(home, eni, "attachment")["Attachment"]["DeleteOnTermination"] is False
    assert attribute(home, free, "attachment") == {}
    assert refusal(home, free, Attachment=change) == (
        "InvalidParameterValue",
        f"The interface attachment '{attachment}' is not of network interface '{free}'.",
    )
    unknown = {**change, "AttachmentId": "eni-attach-00000000000000000"}
    assert refusal(home, eni, Attachment=unknown)[0] == "InvalidAttachmentID.NotFound"
    assert refusal(home, eni, Attachment={"AttachmentId": attachment}) == (
        "MissingParameter",
        "The request must contain the parameter attachment.deleteOnTermination",
    )
    assert refusal(home, eni, Attachment={"DeleteOnTermination": True})[1].endswith("attachment.attachmentId")


def test_one_attribute_a_call(home: Home) -> None:
    eni = new_interface(home)
    assert refusal(home, eni) == ("InvalidParameterCombination", "No attributes specified.")
    both = {"Description": {"Value": "x"}, "SourceDestCheck": {"Value": False}}
    assert refusal(home, eni, **both) == (
        "InvalidParameterCombination",
        "Fields for multiple attribute types specified",
    )
    assert refusal(home, eni, AssociatePublicIpAddress=True) == (
        "UnsupportedOperation",
        "The parameter AssociatePublicIpAddress is not supported.",
    )
    assert refusal(home, UNKNOWN, Description={"Value": "x"})[0] == "InvalidNetworkInterfaceID.NotFound"


def test_attributes_that_are_not_there(home: Home) -> None:
    eni = new_interface(home)
    assert home.ec2.refusal(describe_network_interface_attribute, NetworkInterfaceId=eni) == (
        "InvalidParameterCombination",
        "No attributes specified.",
    )
    assert home.ec2.refusal(describe_network_interface_attribute, NetworkInterfaceId=eni, Attribute="mac") == (
        "InvalidParameterValue",
        "Value (mac) for parameter attribute is invalid. Unknown attribute.",
    )


def test_whether_it_has_an_assigned_address(home: Home) -> None:
    public = {"DeviceIndex": 0, "SubnetId": home.subnet_id, "AssociatePublicIpAddress": True}
    launched = home.launch(NetworkInterfaces=[public])["Instances"][0]["NetworkInterfaces"][0]
    found = attribute(home, launched["NetworkInterfaceId"], "associatePublicIpAddress")
    assert found == {"AssociatePublicIpAddress": True}
    private = new_interface(home)
    assert attribute(home, private, "associatePublicIpAddress") == {"AssociatePublicIpAddress": False}
    assert refusal(home, launched["NetworkInterfaceId"], AssociatePublicIpAddress=False) == (
        "UnsupportedOperation",
        "The parameter AssociatePublicIpAddress is not supported.",
    )
    home.ec2(modify_network_interface_attribute, NetworkInterfaceId=private, AssociatePublicIpAddress=False)
    home.ec2(modify_network_interface_attribute, NetworkInterfaceId=private, EnablePrimaryIpv6=False)
    assert attribute(home, private, "associatePublicIpAddress") == {"AssociatePublicIpAddress": False}


def test_the_interface_of_a_nat_gateway_does_not_change(home: Home) -> None:
    nat = nat_gateway(home, ConnectivityType="private")
    eni = shown_nat_gateway(home, nat)["NatGatewayAddresses"][0]["NetworkInterfaceId"]
    not_permitted = ("OperationNotPermitted", "You do not have permission to access the specified resource.")
    assert refusal(home, eni, SourceDestCheck={"Value": True}) == not_permitted
    assert (
        home.ec2.refusal(reset_network_interface_attribute, NetworkInterfaceId=eni, SourceDestCheck="x")
        == not_permitted
    )
    assert attribute(home, eni, "sourceDestCheck") == {"SourceDestCheck": {"Value": False}}


@pytest.mark.parametrize("name", ["DefaultEnaQueueCount", "EnaQueueCount"])
def test_queues_of_an_attachment(home: Home, name: str) -> None:
    value: object = True if name == "DefaultEnaQueueCount" else 2
    refused = ("UnsupportedOperation", f"The parameter {name} is not supported.")
    assert refusal(home, new_interface(home), Attachment={name: value}) == refused
