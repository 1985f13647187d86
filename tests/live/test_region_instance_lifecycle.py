"""Stop, start, reboot on the machine: what ends, what stays, what is new; and what can be changed meanwhile."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.keys import ED25519_PUBLIC
from support.live_region import REACHES_WITHIN, SILENT_FOR, LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live

QUICK = {"Delay": 1, "MaxAttempts": 180}
COUNT_RUNS = """#!/bin/sh
echo run >> /root/runs.txt
echo "user data has run on $(hostname)"
"""
METADATA = """
import sys, urllib.error, urllib.request
def ask(path, method="GET", **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request("http://169.254.169.254/latest/" + path, method=method, headers=names)
    return urllib.request.urlopen(request, timeout=30).read().decode()
try:
    headers = {}
    if "v2" in sys.argv[1:]:
        headers["X_aws_ec2_metadata_token"] = ask("api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds="60")
    print(ask("meta-data/" + sys.argv[-1], **headers))
except urllib.error.HTTPError as error:
    print(error.code)
"""
KNOCK = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], 9), timeout=float(sys.argv[2]))
except OSError as error:
    print(type(error).__name__)
"""


def shown(region: LiveRegion, instance: str) -> dict[str, Any]:
    return dict(region.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0])


def stop(region: LiveRegion, instance: str) -> None:
    region.ec2.stop_instances(InstanceIds=[instance])
    region.ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance], WaiterConfig=QUICK)


def start(region: LiveRegion, instance: str) -> None:
    region.ec2.start_instances(InstanceIds=[instance])
    region.ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig=QUICK)


def told(region: LiveRegion, instance: str, *path: str) -> str:
    """What the metadata service says at a path, or the status that it refuses with."""
    done = region.exec(instance, "python3", "-c", METADATA, *path)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def runs(region: LiveRegion, instance: str) -> int:
    return len(region.exec(instance, "cat", "/root/runs.txt").stdout.splitlines())


def test_files_and_private_address_stay_over_a_stop_and_the_rest_is_new(region: LiveRegion) -> None:
    instance = region.instance(region.subnet(region.vpc()), public=True, UserData=COUNT_RUNS)
    wait_until(lambda: runs(region, instance) == 1)
    first = shown(region, instance)
    with region.start(instance, "print('here'); input()") as program:
        assert program.hear() == "here"
        stop(region, instance)
        with pytest.raises(AssertionError):
            program.hear()
    stopped = shown(region, instance)
    assert "PublicIpAddress" not in stopped
    assert stopped["PrivateIpAddress"] == first["PrivateIpAddress"]
    refused = region.exec(instance, "true")
    assert (refused.returncode != 0, "stopped, not running" in refused.stderr) == (True, True)

    start(region, instance)
    second = shown(region, instance)
    assert second["PublicIpAddress"] != first["PublicIpAddress"]
    assert told(region, instance, "public-ipv4") == second["PublicIpAddress"]
    assert told(region, instance, "local-ipv4") == first["PrivateIpAddress"]
    assert runs(region, instance) == 1, "user data is for the first start"
    assert region.exec(instance, "hostname").stdout.startswith("ip-10-0-1-4")


def test_a_stopped_instance_answers_nobody(region: LiveRegion) -> None:
    subnet = region.subnet(region.vpc())
    client, server = region.instance(subnet), region.instance(subnet)
    address = shown(region, server)["PrivateIpAddress"]

    def knock(seconds: float = REACHES_WITHIN) -> str:
        """What a connection to a port that nobody listens on ends with: members of one group reach each other."""
        return region.exec(client, "python3", "-c", KNOCK, address, str(seconds)).stdout.strip()

    assert knock() == "ConnectionRefusedError"
    stop(region, server)
    assert knock(SILENT_FOR) in ("TimeoutError", "OSError")
    start(region, server)
    assert knock() == "ConnectionRefusedError"


def test_a_reboot_ends_all_processes_and_keeps_files_and_addresses(region: LiveRegion) -> None:
    instance = region.instance(region.subnet(region.vpc()), public=True, UserData=COUNT_RUNS)
    wait_until(lambda: runs(region, instance) == 1)
    before = shown(region, instance)
    with region.start(instance, "print('here'); input()") as program:
        assert program.hear() == "here"
        region.ec2.reboot_instances(InstanceIds=[instance])
        with pytest.raises(AssertionError):
            program.hear()
    region.wait()
    assert shown(region, instance) == before
    assert runs(region, instance) == 1
    assert told(region, instance, "public-ipv4") == before["PublicIpAddress"]


def test_what_user_data_said_is_on_the_console(region: LiveRegion) -> None:
    instance = region.instance(region.subnet(region.vpc()), UserData=COUNT_RUNS)

    def output() -> str:
        return str(region.ec2.get_console_output(InstanceId=instance).get("Output", ""))

    wait_until(lambda: "user data has run on ip-10-0-1-4" in output())
    stop(region, instance)
    assert "user data has run on ip-10-0-1-4" in output(), "a stopped instance keeps its console"


def test_metadata_options_and_key_of_a_running_instance(region: LiveRegion) -> None:
    region.ec2.import_key_pair(KeyName="lifecycle", PublicKeyMaterial=ED25519_PUBLIC.encode())
    instance = region.instance(region.subnet(region.vpc()), KeyName="lifecycle")
    assert told(region, instance, "public-keys/") == "0=lifecycle"
    key = " ".join([*ED25519_PUBLIC.split()[:2], "lifecycle"])
    assert told(region, instance, "public-keys/0/openssh-key") == key
    region.ec2.modify_instance_metadata_options(InstanceId=instance, HttpTokens="required")
    assert told(region, instance, "instance-id") == "401"
    assert told(region, instance, "v2", "instance-id") == instance
    region.ec2.modify_instance_metadata_options(InstanceId=instance, HttpEndpoint="disabled")
    assert told(region, instance, "instance-id") == "403"


def test_credentials_follow_the_profile(region: LiveRegion) -> None:
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    first, second = region.profile("lifecycle-one", allowed), region.profile("lifecycle-two")
    instance = region.instance(region.subnet(region.vpc()))
    assert told(region, instance, "iam/info") == "404"
    made = region.ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile=first)
    association = made["IamInstanceProfileAssociation"]["AssociationId"]
    assert told(region, instance, "iam/security-credentials/") == "lifecycle-one"
    made = region.ec2.replace_iam_instance_profile_association(AssociationId=association, IamInstanceProfile=second)
    association = made["IamInstanceProfileAssociation"]["AssociationId"]
    assert told(region, instance, "iam/security-credentials/") == "lifecycle-two"
    assert json.loads(told(region, instance, "iam/security-credentials/lifecycle-two"))["Code"] == "Success"
    region.ec2.disassociate_iam_instance_profile(AssociationId=association)
    assert told(region, instance, "iam/info") == "404"


def test_an_interface_that_is_to_stay_stays(region: LiveRegion) -> None:
    subnet = region.subnet(region.vpc())
    interfaces = [
        {"DeviceIndex": 0, "SubnetId": subnet},
        {"DeviceIndex": 1, "SubnetId": subnet, "DeleteOnTermination": False, "SecondaryPrivateIpAddressCount": 1},
    ]
    launched = region.ec2.run_instances(
        ImageId="ami-0abcdef1234567890", InstanceType="m5.large", MinCount=1, MaxCount=1, NetworkInterfaces=interfaces
    )["Instances"][0]
    instance, (first, second) = launched["InstanceId"], launched["NetworkInterfaces"]
    region.wait()
    addresses = region.exec(instance, "hostname", "-I").stdout.split()
    expected = [one["PrivateIpAddress"] for eni in (first, second) for one in eni["PrivateIpAddresses"]]
    assert (sorted(addresses), len(expected)) == (sorted(expected), 3)
    region.ec2.terminate_instances(InstanceIds=[instance])
    region.ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance], WaiterConfig=QUICK)
    left = region.ec2.describe_network_interfaces(Filters=[{"Name": "subnet-id", "Values": [subnet]}])
    assert [(one["NetworkInterfaceId"], one["Status"]) for one in left["NetworkInterfaces"]] == [
        (second["NetworkInterfaceId"], "available")
    ]


def test_reboots_one_after_the_other(region: LiveRegion) -> None:
    instance = region.instance(region.subnet(region.vpc()))
    region.exec(instance, "sh", "-c", "touch /root/kept; touch /run/lost", check=True)
    for _ in range(2):
        region.ec2.reboot_instances(InstanceIds=[instance])
        region.wait()
    assert region.exec(instance, "test", "-e", "/root/kept").returncode == 0
    assert region.exec(instance, "test", "-e", "/run/lost").returncode == 1, "/run is in memory, and new"
