from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any

import pytest

from skywalk.actions.instance_profiles import add_role_to_instance_profile, create_instance_profile
from skywalk.actions.instances import describe_instances, terminate_instances
from skywalk.actions.network_interfaces import describe_network_interfaces
from skywalk.actions.roles import create_role
from skywalk.actions.run_instances import MAX_INSTANCES_PER_CALL
from skywalk.actions.subnets import delete_subnet, modify_subnet_attribute
from skywalk.actions.vpcs import create_vpc, modify_vpc_attribute
from skywalk.reconcile.status import forget_old
from skywalk.resources.allocate import PUBLIC_POOL
from skywalk.resources.instance import Instance
from skywalk.resources.network_interface import NetworkInterface
from skywalk.values.clock import FixedClock
from support.launching import IMAGE, Home
from support.region import OWNER, Region

NOW = FixedClock().now()
TRUST = '{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'


@pytest.fixture
def home() -> Home:
    return Home(Region())


def addresses(home: Home) -> list[str]:
    return [one["PrivateIpAddress"] for one in home.ec2(describe_network_interfaces)["NetworkInterfaces"]]


def public_interface(home: Home, **more: Any) -> list[dict[str, Any]]:
    return [{"DeviceIndex": 0, "SubnetId": home.subnet_id, "AssociatePublicIpAddress": True, **more}]


def test_a_new_instance(home: Home) -> None:
    reservation = home.launch()
    instance = reservation["Instances"][0]
    interface = instance["NetworkInterfaces"][0]
    assert reservation == {
        "ReservationId": reservation["ReservationId"],
        "OwnerId": OWNER,
        "Groups": [],
        "Instances": [instance],
    }
    assert re.fullmatch(r"r-[0-9a-f]{17}", reservation["ReservationId"])
    group = {"GroupId": home.default_group_id, "GroupName": "default"}
    assert instance == {
        "InstanceId": instance["InstanceId"],
        "ImageId": IMAGE,
        "InstanceType": "m1.small",
        "State": {"Code": 0, "Name": "pending"},
        "StateReason": {"Code": "pending", "Message": "pending"},
        "StateTransitionReason": "",
        "AmiLaunchIndex": 0,
        "LaunchTime": NOW,
        "ClientToken": "",
        "Placement": {
            "AvailabilityZone": "us-east-1a",
            "AvailabilityZoneId": "use1-az1",
            "GroupName": "",
            "Tenancy": "default",
        },
        "Architecture": instance["Architecture"],
        "PlatformDetails": "Linux/UNIX",
        "UsageOperation": "RunInstances",
        "UsageOperationUpdateTime": NOW,
        "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "BlockDeviceMappings": [],
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "EnaSupport": True,
        "EbsOptimized": False,
        "Monitoring": {"State": "disabled"},
        "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 1},
        "CapacityReservationSpecification": {"CapacityReservationPreference": "open"},
        "EnclaveOptions": {"Enabled": False},
        "HibernationOptions": {"Configured": False},
        "MaintenanceOptions": {"AutoRecovery": "default"},
        "MetadataOptions": {
            "State": "pending",
            "HttpTokens": "optional",
            "HttpPutResponseHopLimit": 1,
            "HttpEndpoint": "enabled",
            "HttpProtocolIpv6": "disabled",
            "InstanceMetadataTags": "disabled",
        },
        "Operator": {"Managed": False},
        "ProductCodes": [],
        "VpcId": home.vpc_id,
        "SubnetId": home.subnet_id,
        "PrivateIpAddress": "10.0.1.4",
        "PrivateDnsName": "ip-10-0-1-4.ec2.internal",
        "PrivateDnsNameOptions": {
            "HostnameType": "ip-name",
            "EnableResourceNameDnsARecord": False,
            "EnableResourceNameDnsAAAARecord": False,
        },
        "PublicDnsName": "",
        "SourceDestCheck": True,
        "SecurityGroups": [group],
        "NetworkInterfaces": [interface],
        "Tags": [],
    }
    assert interface == {
        "NetworkInterfaceId": interface["NetworkInterfaceId"],
        "OwnerId": OWNER,
        "VpcId": home.vpc_id,
        "SubnetId": home.subnet_id,
        "Description": "",
        "InterfaceType": "interface",
        "MacAddress": interface["MacAddress"],
        "PrivateIpAddress": "10.0.1.4",
        "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": "10.0.1.4"}],
        "Ipv6Addresses": [],
        "Groups": [group],
        "SourceDestCheck": True,
        "Status": "in-use",
        "Operator": {"Managed": False},
        "Attachment": {
            "AttachmentId": interface["Attachment"]["AttachmentId"],
            "AttachTime": NOW,
            "DeleteOnTermination": True,
            "DeviceIndex": 0,
            "NetworkCardIndex": 0,
            "Status": "attaching",
        },
    }
    assert re.fullmatch(r"eni-attach-[0-9a-f]{17}", interface["Attachment"]["AttachmentId"])
    assert re.fullmatch(r"02(:[0-9a-f]{2}){5}", interface["MacAddress"])
    assert home.ec2(describe_instances) == {"Reservations": [reservation]}


def test_the_lowest_free_addresses(home: Home) -> None:
    home.launch(PrivateIpAddress="10.0.1.5")
    reservation = home.launch(MaxCount=3)
    assert [one["PrivateIpAddress"] for one in reservation["Instances"]] == ["10.0.1.4", "10.0.1.6", "10.0.1.7"]
    assert [one["AmiLaunchIndex"] for one in reservation["Instances"]] == [0, 1, 2]


def test_an_address_is_free_again_when_the_instance_is_gone(home: Home) -> None:
    instance_id = home.launch()["Instances"][0]["InstanceId"]
    home.settle()
    home.ec2(terminate_instances, InstanceIds=[instance_id])
    assert home.launch()["Instances"][0]["PrivateIpAddress"] == "10.0.1.5"
    home.settle()
    assert home.launch()["Instances"][0]["PrivateIpAddress"] == "10.0.1.4"


def test_equal_addresses_in_another_vpc(home: Home) -> None:
    other = home.ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    there = home.subnet("10.0.1.0/24", vpc_id=other)
    assert home.launch()["Instances"][0]["PrivateIpAddress"] == "10.0.1.4"
    assert home.launch(SubnetId=there)["Instances"][0]["PrivateIpAddress"] == "10.0.1.4"


def test_as_many_as_there_is_room_for(home: Home) -> None:
    """A /28 has eleven usable addresses."""
    small = home.subnet("10.0.2.0/28")
    assert home.refusal(SubnetId=small, MinCount=12, MaxCount=12) == (
        "InsufficientFreeAddressesInSubnet",
        f"There are not enough free addresses in subnet '{small}' to satisfy the requested number of instances.",
    )
    assert addresses(home) == []
    reservation = home.launch(SubnetId=small, MinCount=2, MaxCount=100)
    assert len(reservation["Instances"]) == 11
    assert home.refusal(SubnetId=small)[0] == "InsufficientFreeAddressesInSubnet"


@pytest.mark.parametrize(
    ("counts", "code", "text"),
    [
        ((0, 1), "InvalidParameterValue", "Value (0) for parameter minCount is invalid. Expecting at least 1."),
        ((1, 0), "InvalidParameterValue", "Value (0) for parameter maxCount is invalid. Expecting at least 1."),
        ((-1, 1), "InvalidParameterValue", "Value (-1) for parameter minCount is invalid. Expecting at least 1."),
        ((2, 1), "InvalidParameterValue", "Maximum instance count must not be smaller than minimum instance count."),
        (
            (MAX_INSTANCES_PER_CALL + 1, MAX_INSTANCES_PER_CALL + 1),
            "InstanceLimitExceeded",
            "You have requested more instances (1001) than your current instance limit of 1000 allows for "
            "the specified instance type.",
        ),
    ],
)
def test_counts(home: Home, counts: tuple[int, int], code: str, text: str) -> None:
    assert home.refusal(MinCount=counts[0], MaxCount=counts[1]) == (code, text)


def test_macs_differ_within_a_vpc(home: Home) -> None:
    interfaces = [one["NetworkInterfaces"][0] for one in home.launch(MaxCount=50)["Instances"]]
    assert len({interface["MacAddress"] for interface in interfaces}) == 50


def test_a_public_address(home: Home) -> None:
    instance = home.launch(NetworkInterfaces=public_interface(home))["Instances"][0]
    public = instance["PublicIpAddress"]
    assert ip_address(public) in PUBLIC_POOL
    association = {"IpOwnerId": "amazon", "PublicIp": public, "PublicDnsName": ""}
    interface = instance["NetworkInterfaces"][0]
    assert interface["Association"] == association
    assert interface["PrivateIpAddresses"] == [
        {"Primary": True, "PrivateIpAddress": "10.0.1.4", "Association": association}
    ]
    assert instance["PublicDnsName"] == ""


def test_public_addresses_differ_in_all_accounts_and_regions(home: Home) -> None:
    """One machine has one internet."""
    drawn = [
        one["PublicIpAddress"]
        for one in home.launch(NetworkInterfaces=public_interface(home), MaxCount=200)["Instances"]
    ]
    other = Home(home.region)
    drawn += [
        one["PublicIpAddress"]
        for one in other.launch(NetworkInterfaces=public_interface(other), MaxCount=50)["Instances"]
    ]
    assert len(set(drawn)) == 250


def test_the_subnet_maps_public_addresses(home: Home) -> None:
    home.ec2(modify_subnet_attribute, SubnetId=home.subnet_id, MapPublicIpOnLaunch={"Value": True})
    assert "PublicIpAddress" in home.launch()["Instances"][0]
    interface = {"DeviceIndex": 0, "SubnetId": home.subnet_id}
    assert "PublicIpAddress" in home.launch(NetworkInterfaces=[interface])["Instances"][0]
    interface["AssociatePublicIpAddress"] = False
    assert "PublicIpAddress" not in home.launch(NetworkInterfaces=[interface])["Instances"][0]


@pytest.mark.parametrize(
    ("region_name", "private", "public"),
    [
        ("us-east-1", "ip-10-0-1-4.ec2.internal", "ec2-{}.compute-1.amazonaws.com"),
        ("eu-west-1", "ip-10-0-1-4.eu-west-1.compute.internal", "ec2-{}.eu-west-1.compute.amazonaws.com"),
    ],
)
def test_names(region_name: str, private: str, public: str) -> None:
    home = Home(Region(), region_name)
    home.ec2(modify_vpc_attribute, VpcId=home.vpc_id, EnableDnsHostnames={"Value": True})
    instance = home.launch(NetworkInterfaces=public_interface(home))["Instances"][0]
    interface = instance["NetworkInterfaces"][0]
    public = public.format(instance["PublicIpAddress"].replace(".", "-"))
    assert instance["PrivateDnsName"] == interface["PrivateDnsName"] == private
    assert interface["PrivateIpAddresses"][0]["PrivateDnsName"] == private
    assert instance["PublicDnsName"] == interface["Association"]["PublicDnsName"] == public


def test_resource_names(home: Home) -> None:
    home.ec2(modify_subnet_attribute, SubnetId=home.subnet_id, PrivateDnsHostnameTypeOnLaunch="resource-name")
    instance = home.launch()["Instances"][0]
    assert instance["PrivateDnsName"] == f"{instance['InstanceId']}.ec2.internal"
    assert instance["PrivateDnsNameOptions"]["HostnameType"] == "resource-name"


def test_what_was_asked_for_is_shown(home: Home) -> None:
    home.ec2(create_role, RoleName="app", AssumeRolePolicyDocument=TRUST)
    profile = home.ec2(create_instance_profile, InstanceProfileName="app", Path="/web/")["InstanceProfile"]
    home.ec2(add_role_to_instance_profile, InstanceProfileName="app", RoleName="app")
    instance = home.launch(
        InstanceType="t3.micro",
        IamInstanceProfile={"Name": "app"},
        Monitoring={"Enabled": True},
        EbsOptimized=True,
        Placement={"Tenancy": "dedicated", "AvailabilityZone": "us-east-1a", "GroupName": ""},
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "teller"}]},
            {"ResourceType": "network-interface", "Tags": [{"Key": "Name", "Value": "line"}]},
            {"ResourceType": "volume", "Tags": [{"Key": "Name", "Value": "disk"}]},
        ],
        UserData="IyEvYmluL3No\n",
        ClientToken="once",
    )["Instances"][0]
    assert instance["InstanceType"] == "t3.micro"
    assert instance["CpuOptions"] == {"CoreCount": 1, "ThreadsPerCore": 2}
    assert instance["IamInstanceProfile"] == {"Arn": profile["Arn"], "Id": profile["InstanceProfileId"]}
    assert instance["Monitoring"] == {"State": "enabled"}
    assert instance["EbsOptimized"] is True
    assert instance["Placement"]["Tenancy"] == "dedicated"
    assert instance["MetadataOptions"]["HttpTokens"] == "required"
    assert instance["MetadataOptions"]["HttpPutResponseHopLimit"] == 2
    assert instance["Tags"] == [{"Key": "Name", "Value": "teller"}]
    assert instance["ClientToken"] == "once"
    interfaces = home.ec2(describe_network_interfaces)["NetworkInterfaces"]
    assert [one["TagSet"] for one in interfaces] == [[{"Key": "Name", "Value": "line"}]]
    stored = home.region.store.get(Instance, instance["InstanceId"])
    assert stored is not None
    assert stored.user_data == "IyEvYmluL3No"


def test_the_tenancy_of_the_vpc(home: Home) -> None:
    vpc_id = home.ec2(create_vpc, CidrBlock="10.0.0.0/16", InstanceTenancy="dedicated")["Vpc"]["VpcId"]
    instance = home.launch(SubnetId=home.subnet("10.0.1.0/24", vpc_id=vpc_id))["Instances"][0]
    assert instance["Placement"]["Tenancy"] == "dedicated"


def test_a_client_token(home: Home) -> None:
    first = home.launch(MaxCount=2, ClientToken="once")
    assert home.launch(MaxCount=2, ClientToken="once") == first
    assert len(addresses(home)) == 2
    assert home.refusal(MaxCount=3, ClientToken="once") == (
        "IdempotentParameterMismatch",
        "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
    )
    home.settle()
    assert home.launch(MaxCount=2, ClientToken="once")["Instances"][0]["State"]["Name"] == "running"


def test_a_client_token_of_terminated_instances(home: Home) -> None:
    instance_id = home.launch(ClientToken="once")["Instances"][0]["InstanceId"]
    home.ec2(terminate_instances, InstanceIds=[instance_id])
    home.settle()
    assert home.refusal(ClientToken="once") == (
        "IdempotentInstanceTerminated",
        "The client token you have provided is associated with a terminated instance. Please use a different client "
        "token.",
    )
    home.region.clock.advance(3600)
    forget_old(home.region.store, home.region.clock)
    assert home.ec2(describe_instances) == {"Reservations": []}
    assert home.refusal(ClientToken="once")[0] == "IdempotentInstanceTerminated"


def test_an_interface_that_an_instance_left_behind(home: Home) -> None:
    kept = public_interface(home, AssociatePublicIpAddress=False, DeleteOnTermination=False, Description="kept")
    first = home.launch(NetworkInterfaces=kept)["Instances"][0]
    eni_id = first["NetworkInterfaces"][0]["NetworkInterfaceId"]
    again = [{"DeviceIndex": 0, "NetworkInterfaceId": eni_id}]
    assert home.refusal(NetworkInterfaces=again) == (
        "InvalidNetworkInterface.InUse",
        f"Interface: [{eni_id}] in use.",
    )
    home.ec2(terminate_instances, InstanceIds=[first["InstanceId"]])
    home.settle()
    assert home.ec2.refusal(delete_subnet, SubnetId=home.subnet_id)[0] == "DependencyViolation"
    second = home.launch(NetworkInterfaces=again)["Instances"][0]
    assert second["PrivateIpAddress"] == first["PrivateIpAddress"]
    interface = second["NetworkInterfaces"][0]
    assert (interface["NetworkInterfaceId"], interface["Description"]) == (eni_id, "kept")
    assert interface["MacAddress"] == first["NetworkInterfaces"][0]["MacAddress"]
    assert interface["Attachment"]["DeleteOnTermination"] is False
    assert len(home.region.store.of_type(NetworkInterface)) == 1


def test_one_place_is_for_one_instance(home: Home) -> None:
    assert home.refusal(PrivateIpAddress="10.0.1.9", MaxCount=2) == (
        "InvalidParameterCombination",
        "A private address or a network interface may be specified for a single instance only.",
    )


def test_a_refused_launch_keeps_nothing(home: Home) -> None:
    specifications = [{"ResourceType": "subnet", "Tags": [{"Key": "a", "Value": "b"}]}]
    assert home.refusal(TagSpecifications=specifications, MaxCount=5)[0] == "InvalidParameterValue"
    assert home.region.store.of_type(Instance) == []
    assert home.region.store.of_type(NetworkInterface) == []
