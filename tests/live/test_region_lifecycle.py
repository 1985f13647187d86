"""A region's state outlives `down`: VPCs, instances, endpoints, buckets, objects and policies are there after `up`."""

from __future__ import annotations

import json

import pytest

from support.live_region import SILENT_FOR, live_region

pytestmark = pytest.mark.live


def test_state_is_kept_over_down_and_up_and_forgotten_by_reset() -> None:
    with live_region() as region:
        vpc = region.vpc()
        subnet = region.subnet(vpc)
        endpoint = region.endpoint(vpc, region.table(vpc, subnet))
        profile = region.profile("kept-role", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
        instance = region.instance(subnet, IamInstanceProfile=profile)
        read = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::kept/*"}
        region.bucket("kept", {"Statement": [read]})
        body = "kept " * 10_000
        assert region.call(instance, "s3", "put_object", Bucket="kept", Key="a.txt", Body=body).status == 200
        keys = region.environment()
        before = region.ec2.describe_vpc_endpoints()["VpcEndpoints"]

        assert region.run("down").returncode == 0
        assert region.run("status", check=False).returncode == 3
        region.up()
        region.wait()

        assert region.environment() == keys
        assert region.ec2.describe_vpc_endpoints()["VpcEndpoints"] == before
        state = region.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]["State"]
        assert state["Name"] == "running"
        assert region.call(instance, "s3", "get_object", Bucket="kept", Key="a.txt").answer["Body"] == body
        assert json.loads(region.s3.get_bucket_policy(Bucket="kept")["Policy"]) == {"Statement": [read]}
        unsigned = region.get(instance, "https://kept.s3.us-east-1.amazonaws.com/a.txt")
        assert unsigned.answer == body
        region.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
        assert region.get(instance, "https://kept.s3.us-east-1.amazonaws.com/a.txt", SILENT_FOR).network is not None

        assert region.run("reset").returncode == 0
        region.up()
        assert region.environment() != keys
        assert [vpc["IsDefault"] for vpc in region.client("ec2").describe_vpcs()["Vpcs"]] == [True]
        assert region.client("s3").list_buckets()["Buckets"] == []
