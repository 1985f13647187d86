"""What a launch makes, to conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from skywalk.actions.default_vpcs import create_default_vpc
from skywalk.actions.vpcs import create_vpc
from skywalk.api.permissions.ec2_launch_keys import made_by_launch, subnet_of
from skywalk.api.permissions.ec2_lookup import Ec2Lookup
from skywalk.resources.subnet import Subnet
from skywalk.values.scope import Scope
from support.region import OWNER
from support.world import IMAGE, World

HERE = f"arn:aws:ec2:us-east-1:{OWNER}:"
ZONE = {"availabilityzone": "us-east-1a", "availabilityzoneid": "use1-az1"}
DEFAULT_VOLUME = {"volumeid": "*", **ZONE, "encrypted": "false"}


@dataclass
class Bank:
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.world.vpc("bank")
        self.world.subnet("private", "bank")
        self.subnet = self.world.ids["private"]

    @property
    def lookup(self) -> Ec2Lookup:
        return Ec2Lookup(self.world.region.store, Scope(OWNER, "us-east-1"))

    def made(self, kind: str, **request: Any) -> list[dict[str, Any]]:
        """Each thing of this type, without the keys that have no value."""
        launched = made_by_launch({"ImageId": IMAGE, **request}, self.lookup)
        return [
            {name: value for name, value in values.items() if value is not None}
            for found, values in launched
            if found == kind
        ]


@pytest.fixture
def bank() -> Bank:
    return Bank()


def test_an_instance_that_says_little(bank: Bank) -> None:
    assert bank.made("instance", SubnetId=bank.subnet) == [
        {
            "instanceid": "*",
            **ZONE,
            "instancetype": "m1.small",
            "instancemarkettype": "on-demand",
            "ebsoptimized": "false",
            "rootdevicetype": "ebs",
            "tenancy": "default",
        }
    ]


def test_an_instance_that_says_much(bank: Bank) -> None:
    (made,) = bank.made(
        "instance",
        SubnetId=bank.subnet,
        InstanceType="t3.micro",
        EbsOptimized=True,
        Placement={"Tenancy": "dedicated"},
        IamInstanceProfile={"Name": "web"},
        InstanceMarketOptions={"MarketType": "spot"},
        MaintenanceOptions={"AutoRecovery": "disabled"},
        MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 2},
    )
    expected = {
        "instancetype": "t3.micro",
        "ebsoptimized": "true",
        "tenancy": "dedicated",
        "instanceprofile": f"arn:aws:iam::{OWNER}:instance-profile/web",
        "instancemarkettype": "spot",
        "instanceautorecovery": "disabled",
        "metadatahttptokens": "required",
        "metadatahttpendpoint": "enabled",
        "metadatahttpputresponsehoplimit": "2",
    }
    assert made.items() >= expected.items()
    assert "instancemetadatatags" not in made


def test_the_tenancy_of_the_vpc_counts(bank: Bank) -> None:
    vpc = bank.world.do(create_vpc, CidrBlock="10.7.0.0/16", InstanceTenancy="dedicated")["Vpc"]["VpcId"]
    bank.world.ids["strong"] = vpc
    subnet = bank.world.subnet("strong room", "strong", "10.7.1.0/24")
    assert bank.made("instance", SubnetId=subnet)[0]["tenancy"] == "dedicated"


def test_a_new_interface(bank: Bank) -> None:
    where = {
        "networkinterfaceid": "*",
        "subnet": f"{HERE}subnet/{bank.subnet}",
        "vpc": f"{HERE}vpc/{bank.world.ids['bank']}",
        "availabilityzone": "us-east-1a",
    }
    assert bank.made("network-interface", SubnetId=bank.subnet) == [where]
    public = {"DeviceIndex": 0, "SubnetId": bank.subnet, "AssociatePublicIpAddress": True}
    assert bank.made("network-interface", NetworkInterfaces=[public]) == [{**where, "associatepublicipaddress": "true"}]
    private = {"DeviceIndex": 1, "SubnetId": bank.subnet, "AssociatePublicIpAddress": False}
    both = bank.made("network-interface", NetworkInterfaces=[public, private, private])
    assert [one["associatepublicipaddress"] for one in both] == ["true", "false"], "two that differ"


def test_an_interface_that_is_there_is_not_made(bank: Bank) -> None:
    bank.world.instance("teller", "private")
    eni = bank.world.interface("teller")
    taken = [{"DeviceIndex": 0, "NetworkInterfaceId": eni}]
    assert bank.made("network-interface", NetworkInterfaces=taken) == []
    assert bank.made("instance", NetworkInterfaces=taken)[0]["availabilityzone"] == "us-east-1a"
    gone = [{"DeviceIndex": 0, "NetworkInterfaceId": "eni-1"}]
    assert "availabilityzone" not in bank.made("instance", NetworkInterfaces=gone)[0]


def test_volumes(bank: Bank) -> None:
    assert bank.made("volume", SubnetId=bank.subnet) == [DEFAULT_VOLUME]
    root = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "gp3", "VolumeSize": 20, "Encrypted": True}}
    data = {
        "DeviceName": "/dev/sdf",
        "Ebs": {"SnapshotId": "snap-1", "VolumeType": "io2", "Iops": 4000, "Throughput": 125},
    }
    described = {**DEFAULT_VOLUME, "encrypted": "true", "volumetype": "gp3", "volumesize": "20"}
    assert bank.made("volume", SubnetId=bank.subnet, BlockDeviceMappings=[root]) == [described]
    of_data = {
        **DEFAULT_VOLUME,
        "volumetype": "io2",
        "volumeiops": "4000",
        "volumethroughput": "125",
        "parentsnapshot": "arn:aws:ec2:us-east-1::snapshot/snap-1",
    }
    assert bank.made("volume", SubnetId=bank.subnet, BlockDeviceMappings=[data]) == [DEFAULT_VOLUME, of_data]
    ephemeral = {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"}
    assert bank.made("volume", SubnetId=bank.subnet, BlockDeviceMappings=[root, ephemeral]) == [described]


def test_where_nothing_is_named_the_defaults_count(bank: Bank) -> None:
    assert "subnet" not in bank.made("network-interface")[0]
    second = {"AvailabilityZoneId": "use1-az2"}
    assert bank.made("instance", Placement=second)[0]["availabilityzone"] == "us-east-1b"
    bank.world.do(create_default_vpc)
    found = subnet_of({}, {"Placement": {"AvailabilityZone": "us-east-1c"}}, bank.lookup)
    assert found is not None
    subnet = bank.world.region.store.get(Subnet, found)
    assert subnet is not None
    assert (subnet.is_default, subnet.availability_zone) == (True, "us-east-1c")
    made = bank.made("network-interface", Placement={"AvailabilityZone": "us-east-1c"})
    assert made[0]["subnet"] == f"{HERE}subnet/{found}"
    assert bank.made("instance", Placement={"AvailabilityZone": "us-east-1c"})[0]["availabilityzoneid"] == "use1-az3"
