"""The default VPC on the machine: an instance that names no subnet is on the internet."""

from __future__ import annotations

import pytest

from support.live_region import IMAGE, live_region

pytestmark = pytest.mark.live


def test_an_instance_without_a_subnet_is_in_the_default_one_and_on_the_internet() -> None:
    with live_region() as region:
        [vpc] = region.ec2.describe_vpcs()["Vpcs"]
        assert vpc["IsDefault"] is True

        launched = region.ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1)
        instance_id = launched["Instances"][0]["InstanceId"]
        region.wait()
        [reservation] = region.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
        [instance] = reservation["Instances"]
        assert instance["VpcId"] == vpc["VpcId"]
        assert instance["PublicDnsName"].startswith(("ec2-198-18-", "ec2-198-19-"))
        subnet = region.ec2.describe_subnets(SubnetIds=[instance["SubnetId"]])["Subnets"][0]
        assert subnet["DefaultForAz"] is True
        assert region.get(instance_id, "https://s3.us-east-1.amazonaws.com/").status is not None

        assert region.run("down").returncode == 0
        region.up()
        region.wait()
        assert [one["VpcId"] for one in region.ec2.describe_vpcs()["Vpcs"]] == [vpc["VpcId"]]
        assert region.get(instance_id, "https://s3.us-east-1.amazonaws.com/").status is not None


def test_a_deleted_one_leaves_the_machine_and_does_not_come_back() -> None:
    with live_region() as region:
        [vpc] = region.ec2.describe_vpcs()["Vpcs"]
        region.wait()
        [gateway] = region.ec2.describe_internet_gateways()["InternetGateways"]
        region.ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc["VpcId"])
        region.ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
        for subnet in region.ec2.describe_subnets()["Subnets"]:
            region.ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        region.ec2.delete_vpc(VpcId=vpc["VpcId"])
        region.wait()
        region.run("down")
        region.up()
        assert region.ec2.describe_vpcs()["Vpcs"] == []
        made = region.ec2.create_default_vpc()["Vpc"]["VpcId"]
        region.wait()
        assert [one["VpcId"] for one in region.ec2.describe_vpcs()["Vpcs"]] == [made]
