"""An instance's life through boto3: its waiters, paginators and parsers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.stock_clients import Keys
from support.wire_region import OWNER, WireRegion

IMAGE = "ami-0abcdef1234567890"
QUICK = {"Delay": 1, "MaxAttempts": 120}
SCRIPT = "#!/bin/sh\necho hello\n"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


@pytest.fixture(scope="module")
def subnet(ec2: Any) -> str:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"])


def launch(ec2: Any, **more: Any) -> dict[str, Any]:
    """One running instance, as RunInstances showed it."""
    asked = {"ImageId": IMAGE, "InstanceType": "m5.large", "MinCount": 1, "MaxCount": 1, **more}
    instance: dict[str, Any] = ec2.run_instances(**asked)["Instances"][0]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance["InstanceId"]], WaiterConfig=QUICK)
    return instance


def test_stop_start_reboot_terminate(wire: WireRegion, ec2: Any, subnet: str) -> None:
    one = launch(ec2, SubnetId=subnet)["InstanceId"]
    ec2.get_waiter("instance_status_ok").wait(InstanceIds=[one], WaiterConfig=QUICK)
    assert refusal(ec2.stop_instances, InstanceIds=[one], DryRun=True) == (412, "DryRunOperation")
    stopping = ec2.stop_instances(InstanceIds=[one])["StoppingInstances"]
    assert stopping == [
        {
            "InstanceId": one,
            "CurrentState": {"Code": 64, "Name": "stopping"},
            "PreviousState": {"Code": 16, "Name": "running"},
        }
    ]
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[one], WaiterConfig=QUICK)
    assert refusal(ec2.reboot_instances, InstanceIds=[one]) == (400, "IncorrectInstanceState")
    assert ec2.start_instances(InstanceIds=[one])["StartingInstances"][0]["CurrentState"]["Name"] == "pending"
    ec2.get_waiter("instance_running").wait(InstanceIds=[one], WaiterConfig=QUICK)
    ec2.reboot_instances(InstanceIds=[one])
    ec2.modify_instance_attribute(InstanceId=one, DisableApiTermination={"Value": True})
    assert refusal(ec2.terminate_instances, InstanceIds=[one]) == (400, "OperationNotPermitted")
    ec2.modify_instance_attribute(InstanceId=one, DisableApiTermination={"Value": False})
    ec2.terminate_instances(InstanceIds=[one])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[one], WaiterConfig=QUICK)
    assert refusal(ec2.start_instances, InstanceIds=[one]) == (400, "IncorrectInstanceState")


def test_the_resource_model(wire: WireRegion, subnet: str) -> None:
    """boto3's older, object-like half, whose waiters name the same states."""
    account = wire.account(OWNER)
    keys = Keys(account.access_key_id, account.secret_access_key)
    resource = keys.resource("ec2", endpoint_url=f"http://127.0.0.1:{wire.port}")
    (instance,) = resource.create_instances(
        ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet, UserData=SCRIPT
    )
    instance.load()
    assert instance.subnet_id == subnet
    assert instance.describe_attribute(Attribute="userData")["UserData"]["Value"] == "IyEvYmluL3NoCmVjaG8gaGVsbG8K"
    assert [eni.private_ip_address for eni in instance.network_interfaces] == [instance.private_ip_address]


def test_several_interfaces(ec2: Any, subnet: str) -> None:
    interfaces = [
        {"DeviceIndex": 0, "SubnetId": subnet, "SecondaryPrivateIpAddressCount": 2},
        {"DeviceIndex": 1, "SubnetId": subnet, "Description": "second"},
    ]
    made = launch(ec2, NetworkInterfaces=interfaces)["NetworkInterfaces"]
    assert [len(one["PrivateIpAddresses"]) for one in made] == [3, 1]
    assert made[1]["Description"] == "second"
    public = [{**interfaces[0], "AssociatePublicIpAddress": True}, interfaces[1]]
    asked = {"ImageId": IMAGE, "MinCount": 1, "MaxCount": 1, "NetworkInterfaces": public}
    assert refusal(ec2.run_instances, **asked) == (400, "InvalidParameterCombination")


def test_a_launch_into_the_default_vpc(ec2: Any) -> None:
    instance = launch(ec2, Placement={"AvailabilityZone": "us-east-1b"}, SecurityGroups=["default"])
    subnets = ec2.describe_subnets(SubnetIds=[instance["SubnetId"]])["Subnets"]
    assert [(one["DefaultForAz"], one["AvailabilityZone"]) for one in subnets] == [(True, "us-east-1b")]


def test_attributes(ec2: Any, subnet: str) -> None:
    one = launch(ec2, SubnetId=subnet)["InstanceId"]
    for attribute in (
        "instanceType", "kernel", "ramdisk", "userData", "disableApiTermination", "disableApiStop",
        "instanceInitiatedShutdownBehavior", "rootDeviceName", "blockDeviceMapping", "productCodes",
        "sourceDestCheck", "groupSet", "ebsOptimized", "sriovNetSupport", "enaSupport", "enclaveOptions",
    ):  # fmt: skip
        assert ec2.describe_instance_attribute(InstanceId=one, Attribute=attribute)["InstanceId"] == one
    ec2.modify_instance_attribute(InstanceId=one, SourceDestCheck={"Value": False})
    shown = ec2.describe_instance_attribute(InstanceId=one, Attribute="sourceDestCheck")
    assert shown["SourceDestCheck"] == {"Value": False}
    ec2.reset_instance_attribute(InstanceId=one, Attribute="sourceDestCheck")
    assert ec2.describe_instances(InstanceIds=[one])["Reservations"][0]["Instances"][0]["SourceDestCheck"] is True
    asked = {"InstanceId": one, "UserData": {"Value": SCRIPT.encode()}}
    assert refusal(ec2.modify_instance_attribute, **asked) == (400, "IncorrectInstanceState")
    ec2.stop_instances(InstanceIds=[one])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[one], WaiterConfig=QUICK)
    ec2.modify_instance_attribute(**asked)
    shown = ec2.describe_instance_attribute(InstanceId=one, Attribute="userData")
    assert shown["UserData"]["Value"] == "IyEvYmluL3NoCmVjaG8gaGVsbG8K"
    ec2.modify_instance_attribute(InstanceId=one, InstanceType={"Value": "t3.small"})
    found = ec2.describe_instance_credit_specifications(InstanceIds=[one])["InstanceCreditSpecifications"]
    assert found == [{"InstanceId": one, "CpuCredits": "unlimited"}]


def test_metadata_options_and_monitoring(wire: WireRegion, ec2: Any, subnet: str) -> None:
    launched = launch(ec2, SubnetId=subnet)
    one = launched["InstanceId"]
    changed = ec2.modify_instance_metadata_options(InstanceId=one, HttpTokens="required", HttpPutResponseHopLimit=2)
    assert changed["InstanceMetadataOptions"]["State"] == "pending"
    (guest,) = [guest for guest in wire.driver.plans[launched["VpcId"]].guests if guest.instance_id == one]
    assert (guest.metadata_tokens_required, guest.metadata_hop_limit) == (True, 2), "answered when it holds"
    assert ec2.monitor_instances(InstanceIds=[one])["InstanceMonitorings"][0]["Monitoring"]["State"] == "pending"
    assert ec2.unmonitor_instances(InstanceIds=[one])["InstanceMonitorings"][0]["Monitoring"]["State"] == "disabling"


def test_profiles(wire: WireRegion, ec2: Any, subnet: str) -> None:
    iam = wire.client("iam")
    for name in ("wire-app", "wire-batch"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    launched = launch(ec2, SubnetId=subnet)
    one, vpc = launched["InstanceId"], launched["VpcId"]

    def role() -> str | None:
        (guest,) = [guest for guest in wire.driver.plans[vpc].guests if guest.instance_id == one]
        return guest.role_arn

    made = ec2.associate_iam_instance_profile(InstanceId=one, IamInstanceProfile={"Name": "wire-app"})
    assert made["IamInstanceProfileAssociation"]["State"] == "associating"
    assert role() == "arn:aws:iam::123456789012:role/wire-app", "answered when the credentials follow"
    of_instance = [{"Name": "instance-id", "Values": [one]}]
    pages = ec2.get_paginator("describe_iam_instance_profile_associations").paginate(Filters=of_instance)
    (found,) = [shown for page in pages for shown in page["IamInstanceProfileAssociations"]]
    assert found["State"] == "associated"
    association = found["AssociationId"]
    replaced = ec2.replace_iam_instance_profile_association(
        AssociationId=association, IamInstanceProfile={"Name": "wire-batch"}
    )["IamInstanceProfileAssociation"]
    assert role() == "arn:aws:iam::123456789012:role/wire-batch"
    ec2.disassociate_iam_instance_profile(AssociationId=replaced["AssociationId"])
    assert role() is None
    assert refusal(ec2.disassociate_iam_instance_profile, AssociationId=association) == (400, "NoSuchAssociation")


def test_what_an_instance_said(wire: WireRegion, ec2: Any, subnet: str) -> None:
    one = launch(ec2, SubnetId=subnet)["InstanceId"]
    assert "Output" not in ec2.get_console_output(InstanceId=one)
    wire.driver.consoles[one] = b"cloud-init: done <ok>\n"
    answer = ec2.get_console_output(InstanceId=one, Latest=True)
    assert (answer["InstanceId"], answer["Output"]) == (one, "cloud-init: done <ok>\n")
    assert refusal(ec2.get_console_output, InstanceId=one, DryRun=True) == (412, "DryRunOperation")
    gone = "i-00000000000000000"
    assert refusal(ec2.get_console_output, InstanceId=gone) == (400, "InvalidInstanceID.NotFound")


def test_types_and_offerings(ec2: Any) -> None:
    pages = ec2.get_paginator("describe_instance_types").paginate()
    types = {one["InstanceType"]: one for page in pages for one in page["InstanceTypes"]}
    assert types["t3.micro"]["NetworkInfo"]["MaximumNetworkInterfaces"] == 2
    assert types["t3.micro"]["MemoryInfo"]["SizeInMiB"] == 1024
    offered = ec2.get_paginator("describe_instance_type_offerings").paginate(LocationType="availability-zone")
    assert sum(len(page["InstanceTypeOfferings"]) for page in offered) == 6 * len(types)
    assert refusal(ec2.describe_instance_types, InstanceTypes=["t3.tiny"]) == (400, "InvalidInstanceType")


def test_images_of_the_usual_searches(ec2: Any) -> None:
    filters = [{"Name": "name", "Values": ["al2023-ami-2023*"]}, {"Name": "state", "Values": ["available"]}]
    found = ec2.describe_images(Owners=["amazon"], Filters=filters)["Images"]
    assert max(found, key=lambda image: str(image["CreationDate"]))["ImageId"] == IMAGE
    ec2.get_waiter("image_available").wait(ImageIds=[IMAGE], WaiterConfig=QUICK)


def test_volumes(ec2: Any) -> None:
    assert ec2.describe_volumes()["Volumes"] == []
    assert refusal(ec2.describe_volumes, VolumeIds=["vol-00000000000000000"]) == (400, "InvalidVolume.NotFound")


def test_pages_of_instances(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    own = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.1.0/24")["Subnet"]["SubnetId"]
    asked = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 12, "MaxCount": 12, "SubnetId": own}
    made = {one["InstanceId"] for one in ec2.run_instances(**asked)["Instances"]}
    only_these = [{"Name": "subnet-id", "Values": [own]}]
    pages = ec2.get_paginator("describe_instances").paginate(Filters=only_these, PaginationConfig={"PageSize": 5})
    found = [one["InstanceId"] for page in pages for group in page["Reservations"] for one in group["Instances"]]
    assert (len(found), set(found)) == (12, made)
    ec2.get_waiter("instance_running").wait(Filters=only_these, WaiterConfig=QUICK)
    statuses = ec2.get_paginator("describe_instance_status").paginate(InstanceIds=sorted(made))
    assert sum(len(page["InstanceStatuses"]) for page in statuses) == 12
