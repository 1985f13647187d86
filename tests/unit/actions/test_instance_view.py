"""What answers remember of instances; how these are shown is told by the tests of the calls."""

from __future__ import annotations

from typing import Any

from skywalk.actions.instances import describe_instances
from skywalk.actions.network_interface_attributes import modify_network_interface_attribute
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.tags import create_tags
from skywalk.actions.vpcs import modify_vpc_attribute
from support.launching import Home
from support.region import Region


def launched(home: Home, group: str) -> dict[str, Any]:
    group_id = home.ec2(create_security_group, GroupName=group, Description="x", VpcId=home.vpc_id)["GroupId"]
    instance_id = home.launch(SecurityGroupIds=[group_id])["Instances"][0]["InstanceId"]
    return home.instance(instance_id)


def shown(home: Home) -> Any:
    return home.ec2(describe_instances)["Reservations"][0]["Instances"][0]


def test_an_unchanged_instance_is_shown_as_before() -> None:
    home = Home(Region())
    home.launch()
    assert shown(home) is shown(home)


def test_every_change_is_shown() -> None:
    home = Home(Region())
    home.launch()
    instance_id, eni_id = shown(home)["InstanceId"], shown(home)["NetworkInterfaces"][0]["NetworkInterfaceId"]
    home.settle()
    assert shown(home)["State"]["Name"] == "running"
    home.ec2(create_tags, Resources=[instance_id], Tags=[{"Key": "Name", "Value": "teller"}])
    assert shown(home)["Tags"] == [{"Key": "Name", "Value": "teller"}]
    home.ec2(modify_network_interface_attribute, NetworkInterfaceId=eni_id, Description={"Value": "line"})
    assert shown(home)["NetworkInterfaces"][0]["Description"] == "line"
    home.ec2(modify_vpc_attribute, VpcId=home.vpc_id, EnableDnsHostnames={"Value": True})
    assert shown(home)["NetworkInterfaces"][0]["PrivateDnsName"] == "ip-10-0-1-4.ec2.internal"


def test_another_region_has_its_own_groups() -> None:
    """Two with the same ids, drawn by the same chance."""
    first, second = launched(Home(Region()), "web"), launched(Home(Region()), "data")
    assert first["InstanceId"] == second["InstanceId"]
    assert [one["SecurityGroups"][0]["GroupName"] for one in (first, second)] == ["web", "data"]
