"""Network interfaces, spoken to by boto3 as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.wire_region import WireRegion

IMAGE = "ami-0abcdef1234567890"


@pytest.fixture(scope="module")
def subnet(ec2: Any) -> str:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"])


@pytest.fixture(scope="module")
def instance(ec2: Any, subnet: str) -> str:
    launched = ec2.run_instances(ImageId=IMAGE, InstanceType="t3.large", MinCount=1, MaxCount=1, SubnetId=subnet)
    instance_id = str(launched["Instances"][0]["InstanceId"])
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id], WaiterConfig={"Delay": 1})
    return instance_id


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_its_whole_life(wire: WireRegion, ec2: Any, subnet: str, instance: str) -> None:
    tags = [{"ResourceType": "network-interface", "Tags": [{"Key": "Name", "Value": "second"}]}]
    made = ec2.create_network_interface(
        SubnetId=subnet, Description="second line", SecondaryPrivateIpAddressCount=1, TagSpecifications=tags
    )["NetworkInterface"]
    eni = made["NetworkInterfaceId"]
    ec2.get_waiter("network_interface_available").wait(NetworkInterfaceIds=[eni], WaiterConfig={"Delay": 1})
    assert [one["Primary"] for one in made["PrivateIpAddresses"]] == [True, False]
    attached = ec2.attach_network_interface(NetworkInterfaceId=eni, InstanceId=instance, DeviceIndex=1)
    ports = wire.driver.plans[made["VpcId"]].ports
    assert [port.device_index for port in ports if port.network_interface_id == eni] == [1], "answered when it is there"
    shown = ec2.describe_network_interfaces(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])
    assert [one["Attachment"]["DeviceIndex"] for one in shown["NetworkInterfaces"]] == [0, 1]
    assert refusal(ec2.delete_network_interface, NetworkInterfaceId=eni) == (400, "InvalidParameterValue")

    ec2.modify_network_interface_attribute(NetworkInterfaceId=eni, SourceDestCheck={"Value": False})
    found = ec2.describe_network_interface_attribute(NetworkInterfaceId=eni, Attribute="sourceDestCheck")
    assert found["SourceDestCheck"] == {"Value": False}
    ec2.reset_network_interface_attribute(NetworkInterfaceId=eni, SourceDestCheck="true")
    change = {"AttachmentId": attached["AttachmentId"], "DeleteOnTermination": True}
    ec2.modify_network_interface_attribute(NetworkInterfaceId=eni, Attachment=change)
    (shown,) = ec2.describe_network_interfaces(NetworkInterfaceIds=[eni])["NetworkInterfaces"]
    assert (shown["SourceDestCheck"], shown["Attachment"]["DeleteOnTermination"]) == (True, True)

    assigned = ec2.assign_private_ip_addresses(NetworkInterfaceId=eni, PrivateIpAddresses=["10.0.1.200"])
    assert assigned["AssignedPrivateIpAddresses"] == [{"PrivateIpAddress": "10.0.1.200"}]
    ec2.unassign_private_ip_addresses(NetworkInterfaceId=eni, PrivateIpAddresses=["10.0.1.200"])

    ec2.detach_network_interface(AttachmentId=attached["AttachmentId"])
    assert eni not in {port.network_interface_id for port in wire.driver.plans[made["VpcId"]].ports}
    ec2.delete_network_interface(NetworkInterfaceId=eni)
    assert refusal(ec2.describe_network_interfaces, NetworkInterfaceIds=[eni]) == (
        400,
        "InvalidNetworkInterfaceID.NotFound",
    )


def test_dry_runs_and_tokens(wire: WireRegion, ec2: Any, subnet: str) -> None:
    before = wire.store.revision
    assert refusal(ec2.create_network_interface, SubnetId=subnet, DryRun=True) == (412, "DryRunOperation")
    assert wire.store.revision == before
    # boto3 makes a token of its own for each call that has none.
    ids = {
        ec2.create_network_interface(SubnetId=subnet, ClientToken=token)["NetworkInterface"]["NetworkInterfaceId"]
        for token in ("a", "b", "a")
    }
    assert len(ids) == 2
    for eni in ids:
        ec2.delete_network_interface(NetworkInterfaceId=eni)


def test_pages_of_a_resource_client(ec2: Any, subnet: str) -> None:
    made = {ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"] for _ in range(7)}
    free = [{"Name": "subnet-id", "Values": [subnet]}, {"Name": "status", "Values": ["available"]}]
    pages = ec2.get_paginator("describe_network_interfaces").paginate(Filters=free, PaginationConfig={"PageSize": 5})
    found = [one["NetworkInterfaceId"] for page in pages for one in page["NetworkInterfaces"]]
    assert len(found) == 7
    assert set(found) == made
    for eni in made:
        ec2.delete_network_interface(NetworkInterfaceId=eni)


def test_the_primary_interface_stays(ec2: Any, instance: str) -> None:
    (reservation,) = ec2.describe_instances(InstanceIds=[instance])["Reservations"]
    attachment = reservation["Instances"][0]["NetworkInterfaces"][0]["Attachment"]["AttachmentId"]
    assert refusal(ec2.detach_network_interface, AttachmentId=attachment) == (400, "OperationNotPermitted")
    malformed = "InvalidNetworkInterfaceAttachmentId.Malformed"
    assert refusal(ec2.detach_network_interface, AttachmentId="eni-attach-1")[1] == malformed
