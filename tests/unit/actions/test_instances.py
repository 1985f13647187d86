from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.instance_status import describe_instance_status
from skywalk.actions.instances import (
    describe_instances,
    terminate_instances,
)
from skywalk.actions.network_interfaces import describe_network_interfaces
from skywalk.actions.subnets import delete_subnet
from skywalk.actions.vpcs import delete_vpc
from support.launching import IMAGE, Home
from support.region import OTHER_ACCOUNT, OWNER, Region

GONE = "i-00000000000000000"


@pytest.fixture
def home() -> Home:
    return Home(Region())


def launch(home: Home, count: int = 1, **request: Any) -> list[str]:
    return [one["InstanceId"] for one in home.launch(MaxCount=count, **request)["Instances"]]


def found(home: Home, name: str, *values: str) -> list[str]:
    answer = home.ec2(describe_instances, Filters=[{"Name": name, "Values": list(values)}])
    return [one["InstanceId"] for reservation in answer["Reservations"] for one in reservation["Instances"]]


# --- states --------------------------------------------------------------------------------------------------------


def test_from_pending_to_terminated(home: Home) -> None:
    (instance_id,) = launch(home)
    home.settle()
    shown = home.instance(instance_id)
    assert shown["State"] == {"Code": 16, "Name": "running"}
    assert "StateReason" not in shown
    assert shown["NetworkInterfaces"][0]["Attachment"]["Status"] == "attached"
    assert shown["MetadataOptions"]["State"] == "applied"

    home.region.clock.advance(90)
    assert home.ec2(terminate_instances, InstanceIds=[instance_id]) == {
        "TerminatingInstances": [
            {
                "InstanceId": instance_id,
                "CurrentState": {"Code": 32, "Name": "shutting-down"},
                "PreviousState": {"Code": 16, "Name": "running"},
            }
        ]
    }
    shown = home.instance(instance_id)
    assert shown["StateReason"] == {
        "Code": "Client.UserInitiatedShutdown",
        "Message": "Client.UserInitiatedShutdown: User initiated shutdown",
    }
    assert shown["StateTransitionReason"] == "User initiated (2026-01-01 00:01:30 GMT)"
    assert shown["PrivateIpAddress"] == "10.0.1.4"
    assert shown["NetworkInterfaces"][0]["Attachment"]["Status"] == "detaching"

    home.settle()
    shown = home.instance(instance_id)
    assert shown["State"] == {"Code": 48, "Name": "terminated"}
    assert shown["NetworkInterfaces"] == shown["SecurityGroups"] == []
    assert (shown["PrivateDnsName"], shown["PublicDnsName"]) == ("", "")
    absent = {"VpcId", "SubnetId", "PrivateIpAddress", "PublicIpAddress", "SourceDestCheck"}
    assert absent.isdisjoint(shown)
    assert home.ec2(describe_network_interfaces) == {"NetworkInterfaces": []}


def test_an_instance_that_does_not_start(home: Home) -> None:
    (instance_id,) = launch(home)
    home.settle({instance_id: "no memory for a namespace"})
    shown = home.instance(instance_id)
    assert shown["State"]["Name"] == "shutting-down"
    assert shown["StateReason"] == {
        "Code": "Server.InternalError",
        "Message": "Server.InternalError: no memory for a namespace",
    }


def test_terminating_again_changes_nothing(home: Home) -> None:
    (instance_id,) = launch(home)
    first = home.ec2(terminate_instances, InstanceIds=[instance_id])["TerminatingInstances"][0]
    assert (first["PreviousState"]["Name"], first["CurrentState"]["Name"]) == ("pending", "shutting-down")
    home.region.clock.advance(60)
    again = home.ec2(terminate_instances, InstanceIds=[instance_id, instance_id])["TerminatingInstances"]
    assert [(one["PreviousState"]["Name"], one["CurrentState"]["Name"]) for one in again] == [
        ("shutting-down", "shutting-down")
    ]
    assert home.instance(instance_id)["StateTransitionReason"] == "User initiated (2026-01-01 00:00:00 GMT)"
    home.settle()
    before = home.region.store.revision
    ended = home.ec2(terminate_instances, InstanceIds=[instance_id])["TerminatingInstances"][0]
    assert (ended["PreviousState"]["Code"], ended["CurrentState"]["Code"]) == (48, 48)
    assert home.region.store.revision == before


def test_one_unknown_instance_fails_all(home: Home) -> None:
    (instance_id,) = launch(home)
    assert home.ec2.refusal(terminate_instances, InstanceIds=[instance_id, GONE]) == (
        "InvalidInstanceID.NotFound",
        f"The instance ID '{GONE}' does not exist",
    )
    assert home.ec2.refusal(terminate_instances, InstanceIds=[GONE, "i-11111111111111111"])[1] == (
        f"The instance IDs '{GONE}, i-11111111111111111' do not exist"
    )
    assert home.ec2.refusal(terminate_instances, InstanceIds=["i-x"])[0] == "InvalidInstanceID.Malformed"
    assert home.instance(instance_id)["State"]["Name"] == "pending"


def test_the_network_goes_before_the_terminated_instance(home: Home) -> None:
    (instance_id,) = launch(home)
    assert home.ec2.refusal(delete_subnet, SubnetId=home.subnet_id)[0] == "DependencyViolation"
    home.ec2(terminate_instances, InstanceIds=[instance_id])
    home.settle()
    home.ec2(delete_subnet, SubnetId=home.subnet_id)
    home.ec2(delete_vpc, VpcId=home.vpc_id)
    assert home.instance(instance_id)["State"]["Name"] == "terminated"


def test_others_see_nothing(home: Home) -> None:
    (instance_id,) = launch(home)
    for client in (home.region.client(OTHER_ACCOUNT), home.ec2.elsewhere("eu-west-1")):
        assert client(describe_instances) == {"Reservations": []}
        assert client(describe_instance_status, IncludeAllInstances=True) == {"InstanceStatuses": []}
        for action in (describe_instances, describe_instance_status, terminate_instances):
            assert client.refusal(action, InstanceIds=[instance_id])[0] == "InvalidInstanceID.NotFound"


# --- describe ------------------------------------------------------------------------------------------------------


def test_instances_of_one_launch_are_one_reservation(home: Home) -> None:
    first, second = home.launch(MaxCount=2), home.launch()
    answer = home.ec2(describe_instances)
    assert answer == {"Reservations": [first, second]}
    one = first["Instances"][1]["InstanceId"]
    only = home.ec2(describe_instances, InstanceIds=[one])["Reservations"]
    assert [(r["ReservationId"], [i["InstanceId"] for i in r["Instances"]]) for r in only] == [
        (first["ReservationId"], [one])
    ]


def test_a_page_counts_instances(home: Home) -> None:
    together, alone = launch(home, 7), launch(home)
    first = home.ec2(describe_instances, MaxResults=5)
    assert [len(one["Instances"]) for one in first["Reservations"]] == [5]
    rest = home.ec2(describe_instances, MaxResults=5, NextToken=first["NextToken"])
    assert [len(one["Instances"]) for one in rest["Reservations"]] == [2, 1]
    assert "NextToken" not in rest
    seen = [one["InstanceId"] for answer in (first, rest) for r in answer["Reservations"] for one in r["Instances"]]
    assert seen == together + alone


def test_pages_are_not_for_named_instances(home: Home) -> None:
    refused = (
        "InvalidParameterCombination",
        "The parameter instancesSet cannot be used with the parameter maxResults",
    )
    ids = launch(home)
    for action in (describe_instances, describe_instance_status):
        assert home.ec2.refusal(action, InstanceIds=ids, MaxResults=5) == refused
        assert home.ec2.refusal(action, MaxResults=4)[0] == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("name", "value", "is_found"),
    [
        ("instance-state-name", "pending", True),
        ("instance-state-name", "running", False),
        ("instance-state-code", "0", True),
        ("instance-type", "m1.*", True),
        ("image-id", IMAGE, True),
        ("availability-zone", "us-east-1a", True),
        ("availability-zone-id", "use1-az2", False),
        ("private-ip-address", "10.0.1.4", True),
        ("private-dns-name", "ip-10-0-1-?.ec2.internal", True),
        ("ip-address", "198.1*", True),
        ("ip-address", "10.*", False),
        ("instance.group-name", "default", True),
        ("group-name", "web", False),
        ("launch-time", "2026-01-01T*", True),
        ("launch-time", "2025-*", False),
        ("launch-index", "0", True),
        ("owner-id", OWNER, True),
        ("reservation-id", "r-*", True),
        ("client-token", "", True),
        ("client-token", "once", False),
        ("root-device-type", "ebs", True),
        ("tenancy", "default", True),
        ("monitoring-state", "disabled", True),
        ("source-dest-check", "true", True),
        ("metadata-options.http-tokens", "optional", True),
        ("key-name", "*", False),
        ("iam-instance-profile.arn", "*", False),
        ("network-interface.addresses.private-ip-address", "10.0.1.4", True),
        ("network-interface.association.public-ip", "198.*", True),
        ("network-interface.description", "first line", True),
        ("network-interface.attachment.device-index", "0", True),
        ("network-interface.attachment.delete-on-termination", "true", True),
        ("network-interface.status", "in-use", True),
        ("network-interface.mac-address", "02:*", True),
        ("tag:Name", "teller", True),
        ("tag:name", "teller", False),
        ("tag-key", "Name", True),
        ("state-reason-code", "pending", True),
        ("vpc-id", "vpc-*", True),
        ("subnet-id", "subnet-00000000000000000", False),
    ],
)
def test_filters(home: Home, name: str, value: str, is_found: bool) -> None:
    interface = {
        "DeviceIndex": 0,
        "SubnetId": home.subnet_id,
        "AssociatePublicIpAddress": True,
        "Description": "first line",
    }
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "teller"}]}]
    ids = launch(home, NetworkInterfaces=[interface], TagSpecifications=tags)
    assert found(home, name, value) == (ids if is_found else [])


def test_filters_that_follow_the_instance(home: Home) -> None:
    ids = launch(home, 2)
    interfaces = home.ec2(describe_network_interfaces)["NetworkInterfaces"]
    second = interfaces[1]
    assert found(home, "network-interface.network-interface-id", second["NetworkInterfaceId"]) == ids[1:]
    assert found(home, "network-interface.attachment.attachment-id", second["Attachment"]["AttachmentId"]) == ids[1:]
    assert found(home, "network-interface.attachment.instance-id", ids[0]) == ids[:1]
    assert found(home, "instance.group-id", home.default_group_id) == ids
    assert found(home, "network-interface.group-id", home.default_group_id) == ids
    assert found(home, "vpc-id", home.vpc_id) == ids
    home.ec2(terminate_instances, InstanceIds=ids[:1])
    home.settle()
    assert found(home, "vpc-id", home.vpc_id) == ids[1:]
    assert found(home, "instance-state-name", "terminated", "shutting-down") == ids[:1]


def test_an_unknown_filter(home: Home) -> None:
    assert home.ec2.refusal(describe_instances, Filters=[{"Name": "state", "Values": ["running"]}]) == (
        "InvalidParameterValue",
        "The filter 'state' is invalid",
    )


def test_plain_ids_cost_what_they_return(home: Home) -> None:
    ids = launch(home, 3)
    other = home.subnet("10.0.2.0/24")
    (far,) = launch(home, SubnetId=other)
    assert found(home, "instance-id", ids[2], ids[0]) == [ids[0], ids[2]], "oldest first"
    assert found(home, "subnet-id", other) == [far]
    assert found(home, "vpc-id", home.vpc_id) == [*ids, far]
