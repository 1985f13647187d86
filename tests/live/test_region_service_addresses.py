"""A service is reached at its own addresses alone: what a signature says opens no way past a security group."""

from __future__ import annotations

import pytest

from support.live_region import REACHES_WITHIN, SILENT_FOR, LiveRegion

pytestmark = pytest.mark.live

PROGRAM = f"""
import urllib.error, urllib.request
import botocore.auth, botocore.awsrequest, botocore.session

credentials = botocore.session.Session().get_credentials().get_frozen_credentials()
for host, seconds in (("s3.us-east-1.amazonaws.com", {SILENT_FOR}), ("ec2.us-east-1.amazonaws.com", {REACHES_WITHIN})):
    signed = botocore.awsrequest.AWSRequest("GET", f"https://{{host}}/closed-documents/a.txt")
    botocore.auth.S3SigV4Auth(credentials, "s3", "us-east-1").add_auth(signed)
    request = urllib.request.Request(signed.url, headers=dict(signed.headers))
    try:
        print(host, urllib.request.urlopen(request, timeout=seconds).read())
    except urllib.error.HTTPError as refusal:
        print(host, refusal.code, "AuthFailure" in refusal.read().decode())
    except OSError as failure:
        print(host, failure)
"""


def test_s3_cannot_be_asked_at_the_address_of_ec2(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.internet_gateway(vpc, region.table(vpc, subnet))
    region.bucket("closed-documents")
    region.s3.put_object(Bucket="closed-documents", Key="a.txt", Body=b"secret")
    everywhere, services = "0.0.0.0/0", "198.51.100.0/24"
    group = region.ec2.create_security_group(VpcId=vpc, GroupName="services", Description="EC2 alone")["GroupId"]
    region.ec2.revoke_security_group_egress(
        GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": everywhere}]}]
    )
    region.ec2.authorize_security_group_egress(
        GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": services}]}]
    )
    profile = region.profile("reader", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    instance = region.instance(subnet, public=True, groups=[group], IamInstanceProfile=profile)
    assert region.python(instance, PROGRAM).splitlines() == [
        "s3.us-east-1.amazonaws.com <urlopen error timed out>",
        "ec2.us-east-1.amazonaws.com 401 True",
    ]
