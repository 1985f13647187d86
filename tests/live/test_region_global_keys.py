"""Global condition keys on real requests: a bucket's policy looks at the endpoint, address, caller and time.

Each policy denies GetObject where its condition holds; every one is met from both sides.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from support.live_region import Conversation, LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live

ACCOUNT = "123456789012"
BUCKET = "global-keys"
FUTURE, PAST = "2100-01-01T00:00:00Z", "2001-01-01T00:00:00Z"
NO = "AccessDenied"

READER = """
import json, sys, urllib.request
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
IMDS = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"
def first_version():
    role = urllib.request.urlopen(IMDS, timeout=30).read().decode()
    told = json.loads(urllib.request.urlopen(IMDS + role, timeout=30).read())
    return [told["AccessKeyId"], told["SecretAccessKey"], told["Token"]]
for line in sys.stdin:
    asked = json.loads(line)
    credentials = first_version() if asked.get("credentials") == "imds-1" else asked.get("credentials") or [None] * 3
    once = {"total_max_attempts": 1}
    config = Config(user_agent=asked.get("agent"), connect_timeout=30, read_timeout=60, retries=once)
    s3 = boto3.client("s3", "us-east-1", None, True, None, asked.get("url"), *credentials, config)
    try:
        print(s3.get_object(Bucket="global-keys", Key="k")["Body"].read().decode())
    except ClientError as error:
        print(error.response["Error"]["Code"])
"""


@dataclass
class Story:
    """A VPC with both kinds of endpoints for S3, and an instance with a program that reads one object."""

    region: LiveRegion
    vpc: str = ""
    gateway: str = ""
    interface: str = ""
    url: str = ""
    instance: str = ""
    program: Conversation = field(init=False)

    def lay_out(self) -> None:
        region = self.region
        self.vpc = region.vpc()
        region.ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        subnet = region.subnet(self.vpc)
        self.gateway = region.endpoint(self.vpc, region.table(self.vpc, subnet))
        made = region.ec2.create_vpc_endpoint(
            VpcId=self.vpc, ServiceName="com.amazonaws.us-east-1.s3", VpcEndpointType="Interface", SubnetIds=[subnet]
        )["VpcEndpoint"]
        self.interface = made["VpcEndpointId"]
        wait_until(lambda: self._described()["State"] == "available")
        self.url = f"https://bucket{self._described()['DnsEntries'][0]['DnsName'].removeprefix('*')}"
        profile = region.profile("global-keys", {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
        options = {"HttpTokens": "optional", "HttpEndpoint": "enabled"}
        self.instance = region.instance(subnet, IamInstanceProfile=profile, MetadataOptions=options)
        region.bucket(BUCKET)
        region.s3.put_object(Bucket=BUCKET, Key="k", Body=b"hello")

    def _described(self) -> dict[str, Any]:
        found = self.region.ec2.describe_vpc_endpoints(VpcEndpointIds=[self.interface])["VpcEndpoints"][0]
        return dict(found)

    def deny(self, **condition: Any) -> None:
        """Reading is denied where the condition holds, from the next request on."""
        statement = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
        }
        document = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
        self.region.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(document))

    def read(self, **how: Any) -> str:
        self.program.say(json.dumps(how))
        return self.program.hear()

    def both(self, **how: Any) -> tuple[str, str]:
        """What a request by the gateway endpoint, and one by the interface endpoint, gets."""
        return self.read(**how), self.read(**how, url=self.url)


@pytest.fixture(scope="module")
def story(region: LiveRegion) -> Iterator[Story]:
    found = Story(region)
    found.lay_out()
    with region.start(found.instance, READER) as found.program:
        yield found
    region.s3.delete_bucket_policy(Bucket=BUCKET)


def test_the_endpoint_and_its_owner(story: Story) -> None:
    assert story.both() == ("hello", "hello")
    story.deny(StringNotEquals={"aws:SourceVpce": story.gateway})
    assert story.both() == ("hello", NO)
    story.deny(StringEquals={"aws:SourceVpce": story.gateway})
    assert story.both() == (NO, "hello")
    for key, value in {
        "aws:SourceVpc": story.vpc,
        "aws:VpceAccount": ACCOUNT,
        "aws:SourceVpcArn": f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/{story.vpc}",
    }.items():
        story.deny(StringNotEquals={key: value})
        assert story.both() == ("hello", "hello"), key
        story.deny(StringEquals={key: value})
        assert story.both() == (NO, NO), key


def test_addresses(story: Story) -> None:
    story.deny(NotIpAddress={"aws:VpcSourceIp": "10.0.1.0/24"})
    assert story.both() == ("hello", "hello")
    story.deny(NotIpAddress={"aws:VpcSourceIp": "10.0.2.0/24"})
    assert story.both() == (NO, NO)
    # What comes through an endpoint has no public address: a denial of all others hits it.
    story.deny(NotIpAddress={"aws:SourceIp": "127.0.0.0/8"})
    assert story.both() == (NO, NO)
    assert story.region.s3.get_object(Bucket=BUCKET, Key="k")["Body"].read() == b"hello"
    story.deny(IpAddress={"aws:SourceIp": ["127.0.0.0/8", "10.0.0.0/8"]})
    assert story.both() == ("hello", "hello")
    with pytest.raises(story.region.s3.exceptions.ClientError, match=NO):
        story.region.s3.get_object(Bucket=BUCKET, Key="k")


def test_the_tags_of_a_session(story: Story) -> None:
    region = story.region
    trusted = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    arn = region.iam.create_role(
        RoleName="global-keys-tagged",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trusted]}),
        Tags=[{"Key": "team", "Value": "red"}],
    )["Role"]["Arn"]
    may = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    region.iam.put_role_policy(RoleName="global-keys-tagged", PolicyName="own", PolicyDocument=json.dumps(may))

    def session(*tags: dict[str, str]) -> list[str]:
        given = region.client("sts").assume_role(RoleArn=arn, RoleSessionName="one", Tags=list(tags))["Credentials"]
        return [given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]]

    story.deny(StringNotEquals={"aws:PrincipalTag/Team": "blue"})
    assert story.both(credentials=session({"Key": "team", "Value": "blue"})) == ("hello", "hello")
    assert story.both(credentials=session()) == (NO, NO)
    assert story.both() == (NO, NO)
    region.iam.tag_role(RoleName="global-keys-tagged", Tags=[{"Key": "team", "Value": "blue"}])
    assert story.both(credentials=session()) == ("hello", "hello")


def test_time_and_program(story: Story) -> None:
    story.deny(DateLessThan={"aws:CurrentTime": FUTURE})
    assert story.both() == (NO, NO)
    story.deny(DateGreaterThan={"aws:CurrentTime": FUTURE})
    assert story.both() == ("hello", "hello")
    story.deny(DateGreaterThan={"aws:CurrentTime": PAST}, DateLessThan={"aws:EpochTime": "1000000000"})
    assert story.both() == ("hello", "hello")
    story.deny(StringLike={"aws:UserAgent": "*Boto3*"})
    assert story.both() == (NO, NO)
    assert story.both(agent="curl/8") == ("hello", "hello")


def test_where_an_instance_s_credentials_are_from(story: Story) -> None:
    story.deny(NumericLessThan={"ec2:RoleDelivery": "2.0"})
    assert story.both() == ("hello", "hello")
    assert story.both(credentials="imds-1") == (NO, NO)
    story.deny(StringNotEquals={"aws:Ec2InstanceSourceVpc": "${aws:SourceVpc}"})
    assert story.both() == ("hello", "hello")
    story.deny(StringNotEquals={"aws:Ec2InstanceSourcePrivateIPv4": "${aws:VpcSourceIp}"})
    assert story.both() == ("hello", "hello")
    story.deny(StringEquals={"aws:Ec2InstanceSourceVpc": story.vpc})
    assert story.both() == (NO, NO)
    story.deny(ArnNotEquals={"ec2:SourceInstanceArn": f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/{story.instance}"})
    assert story.both() == ("hello", "hello")
    story.deny(StringLike={"aws:userid": f"*:{story.instance}"}, StringEquals={"aws:PrincipalType": "AssumedRole"})
    assert story.both() == (NO, NO)


def test_in_public_the_translated_address_is_seen(region: LiveRegion, story: Story) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.internet_gateway(vpc, region.table(vpc, subnet))
    instance = region.instance(subnet, public=True, IamInstanceProfile={"Name": "global-keys"})
    found = region.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    with region.start(instance, READER) as story.program:
        story.deny(NotIpAddress={"aws:SourceIp": found["PublicIpAddress"]})
        assert story.read() == "hello"
        story.deny(NotIpAddress={"aws:SourceIp": [found["PrivateIpAddress"], "127.0.0.0/8"]})
        assert story.read() == NO
        story.deny(Null={"aws:VpcSourceIp": "true", "aws:SourceVpce": "true", "aws:VpceAccount": "true"})
        assert story.read() == NO
