"""What an instance is from the inside: user data, metadata, credentials, and its end."""

from __future__ import annotations

import json

import pytest

from support.live_region import LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live

ACCOUNT = "123456789012"
USER_DATA = """#!/bin/sh
echo "written by $(hostname) at launch" > /root/user-data.txt
"""
METADATA = """
import json, urllib.request
def ask(path, method="GET", **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request("http://169.254.169.254/latest/" + path, method=method, headers=names)
    return urllib.request.urlopen(request, timeout=30).read().decode()
token = ask("api/token", "PUT", X_aws_ec2_metadata_token_ttl_seconds="60")
def v2(path):
    return ask(path, X_aws_ec2_metadata_token=token)
print(json.dumps({
    "id": v2("meta-data/instance-id"),
    "id by version 1": ask("meta-data/instance-id"),
    "address": v2("meta-data/local-ipv4"),
    "role": v2("meta-data/iam/security-credentials/"),
    "user data": v2("user-data"),
}))
"""


def test_user_data_ran_and_metadata_tells_who_it_is(region: LiveRegion) -> None:
    subnet = region.subnet(region.vpc())
    profile = region.profile("told-role", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    instance = region.instance(subnet, UserData=USER_DATA, IamInstanceProfile=profile)
    wait_until(lambda: region.exec(instance, "test", "-s", "/root/user-data.txt").returncode == 0)
    described = region.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    written = region.exec(instance, "cat", "/root/user-data.txt").stdout
    assert written.startswith("written by ip-10-0-1-4")
    assert json.loads(region.python(instance, METADATA)) == {
        "id": instance,
        "id by version 1": instance,
        "address": described["PrivateIpAddress"],
        "role": "told-role",
        "user data": USER_DATA,
    }


def test_what_one_instance_writes_no_other_sees(region: LiveRegion) -> None:
    subnet = region.subnet(region.vpc())
    one, other = region.instance(subnet), region.instance(subnet)
    assert region.exec(one, "sh", "-c", "echo mine > /etc/skywalk-test").returncode == 0
    assert region.exec(one, "cat", "/etc/skywalk-test").stdout == "mine\n"
    assert region.exec(other, "cat", "/etc/skywalk-test").returncode == 1


def test_a_terminated_instance_ends_with_everything_in_it(region: LiveRegion) -> None:
    instance = region.instance(region.subnet(region.vpc()))
    with region.start(instance, "print('here'); input()") as program:
        assert program.hear() == "here"
        region.ec2.terminate_instances(InstanceIds=[instance])
        region.wait()
        region.ec2.get_waiter("instance_terminated").wait(
            InstanceIds=[instance], WaiterConfig={"Delay": 1, "MaxAttempts": 180}
        )
        with pytest.raises(AssertionError):
            program.hear()
    refused = region.exec(instance, "true")
    assert refused.returncode != 0
    assert "terminated, not running" in refused.stderr


def test_the_exit_status_is_the_programs(region: LiveRegion) -> None:
    instance = region.instance(region.subnet(region.vpc()))
    done = region.exec(instance, "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "err\n")
