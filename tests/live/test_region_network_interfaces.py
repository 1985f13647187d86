"""Network interfaces on the machine: second ones, secondary addresses, groups that change."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from support.live_callers import answering, is_silent, open_group, told
from support.live_region import LiveRegion

pytestmark = pytest.mark.live


def test_a_second_interface_answers_on_its_own_address(region: LiveRegion) -> None:
    vpc = region.vpc()
    near, far = region.subnet(vpc), region.subnet(vpc, "10.0.2.0/24")
    group = open_group(region, vpc)
    server, caller = region.instance(near, groups=[group]), region.instance(near)
    eni = region.ec2.create_network_interface(SubnetId=far, PrivateIpAddress="10.0.2.50", Groups=[group])[
        "NetworkInterface"
    ]["NetworkInterfaceId"]
    assert is_silent(region, caller, "10.0.2.50"), "it is attached to nothing"
    attached = region.ec2.attach_network_interface(NetworkInterfaceId=eni, InstanceId=server, DeviceIndex=1)
    with answering(region, server):
        assert told(region, caller, "10.0.2.50") == "10.0.1.5 at 10.0.2.50"
        assert told(region, caller, "10.0.1.4") == "10.0.1.5 at 10.0.1.4"
        with pytest.raises(ClientError, match="is currently in use"):
            region.ec2.delete_network_interface(NetworkInterfaceId=eni)
        assert told(region, caller, "10.0.2.50") == "10.0.1.5 at 10.0.2.50"
        region.ec2.detach_network_interface(AttachmentId=attached["AttachmentId"])
        assert is_silent(region, caller, "10.0.2.50")
        assert told(region, caller, "10.0.1.4") == "10.0.1.5 at 10.0.1.4"
    region.ec2.delete_network_interface(NetworkInterfaceId=eni)


def test_one_that_is_attached_while_its_instance_is_stopped(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    group = open_group(region, vpc)
    server, caller = region.instance(subnet, groups=[group]), region.instance(subnet)
    eni = "eni-00000000000000001"
    # First in the order of ids, so that nothing depends on which of the two is set up first.
    chosen = [{"ResourceType": "network-interface", "Tags": [{"Key": "_custom_id_", "Value": eni}]}]
    region.ec2.create_network_interface(
        SubnetId=subnet, PrivateIpAddress="10.0.1.50", Groups=[group], TagSpecifications=chosen
    )
    patience = {"InstanceIds": [server], "WaiterConfig": {"Delay": 1, "MaxAttempts": 180}}
    region.ec2.stop_instances(InstanceIds=[server])
    region.ec2.get_waiter("instance_stopped").wait(**patience)
    region.ec2.attach_network_interface(NetworkInterfaceId=eni, InstanceId=server, DeviceIndex=1)
    region.ec2.start_instances(InstanceIds=[server])
    region.ec2.get_waiter("instance_running").wait(**patience)
    with answering(region, server):
        assert told(region, caller, "10.0.1.50") == "10.0.1.5 at 10.0.1.50"
        assert told(region, caller, "10.0.1.4") == "10.0.1.5 at 10.0.1.4"
    region.ec2.terminate_instances(InstanceIds=[server])
    region.ec2.get_waiter("instance_terminated").wait(**patience)
    region.ec2.get_waiter("network_interface_available").wait(
        NetworkInterfaceIds=[eni], WaiterConfig={"Delay": 1, "MaxAttempts": 180}
    )
    region.ec2.delete_network_interface(NetworkInterfaceId=eni)


def test_a_secondary_address_moves_between_instances(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    group = open_group(region, vpc)
    first, second = region.instance(subnet, groups=[group]), region.instance(subnet, groups=[group])
    caller = region.instance(subnet)
    interfaces = [
        region.ec2.describe_network_interfaces(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])[
            "NetworkInterfaces"
        ][0]["NetworkInterfaceId"]
        for instance in (first, second)
    ]
    floating = {"PrivateIpAddresses": ["10.0.1.100"], "AllowReassignment": True}
    with answering(region, first), answering(region, second):
        assert is_silent(region, caller, "10.0.1.100")
        for eni, other_address in zip(interfaces, ("10.0.1.4", "10.0.1.5"), strict=True):
            region.ec2.assign_private_ip_addresses(NetworkInterfaceId=eni, **floating)
            region.wait()
            assert told(region, caller, "10.0.1.100") == "10.0.1.6 at 10.0.1.100"
            assert told(region, caller, other_address) == f"10.0.1.6 at {other_address}"
        for instance, own in ((first, False), (second, True)):
            answer = told(region, instance, "10.0.1.4" if own else "10.0.1.5", source="10.0.1.100")
            assert answer.startswith("10.0.1.100 at ") if own else answer == "OSError", "who may speak as this address"


def test_other_groups_count_at_once(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    group = open_group(region, vpc)
    server, caller = region.instance(subnet, groups=[group]), region.instance(subnet)
    (shown,) = region.ec2.describe_network_interfaces(Filters=[{"Name": "attachment.instance-id", "Values": [server]}])[
        "NetworkInterfaces"
    ]
    eni = shown["NetworkInterfaceId"]
    closed = region.ec2.create_security_group(VpcId=vpc, GroupName="closed", Description="closed")["GroupId"]
    with answering(region, server):
        assert told(region, caller, "10.0.1.4") == "10.0.1.5 at 10.0.1.4"
        region.ec2.modify_network_interface_attribute(NetworkInterfaceId=eni, Groups=[closed])
        region.wait()
        assert is_silent(region, caller, "10.0.1.4")
        region.ec2.modify_network_interface_attribute(NetworkInterfaceId=eni, Groups=[closed, group])
        region.wait()
        assert told(region, caller, "10.0.1.4") == "10.0.1.5 at 10.0.1.4"
