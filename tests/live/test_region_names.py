"""Names inside an instance: the public services', the VPC's own; and that what they lead to answers."""

from __future__ import annotations

import socket

import pytest

from support.live_region import LiveRegion

pytestmark = pytest.mark.live

ACCOUNT = "123456789012"
RESOLVE = """
import socket
for name in NAMES:
    try:
        print(name, sorted({found[4][0] for found in socket.getaddrinfo(name, 443, socket.AF_INET)})[0])
    except socket.gaierror as error:
        print(name, error.errno)
"""


class Place:
    """A public subnet with an instance that may do everything."""

    def __init__(self, region: LiveRegion) -> None:
        self.vpc = region.vpc("10.20.0.0/16")
        region.ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.subnet = region.subnet(self.vpc, "10.20.1.0/24")
        region.internet_gateway(self.vpc, region.table(self.vpc, self.subnet))
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        profile = region.profile("administrator", everything)
        self.instance = region.instance(self.subnet, public=True, IamInstanceProfile=profile)


@pytest.fixture(scope="module")
def place(region: LiveRegion) -> Place:
    return Place(region)


def resolve(region: LiveRegion, instance: str, *names: str) -> dict[str, str]:
    lines = region.python(instance, RESOLVE.replace("NAMES", repr(names))).splitlines()
    return dict(line.split(" ", 1) for line in lines)


def test_public_services_have_addresses_and_strangers_none(region: LiveRegion, place: Place) -> None:
    found = resolve(
        region,
        place.instance,
        "s3.us-east-1.amazonaws.com",
        "any-bucket.s3.us-east-1.amazonaws.com",
        "s3.amazonaws.com",
        "any-bucket.s3.amazonaws.com",
        "sts.us-east-1.amazonaws.com",
        "sts.amazonaws.com",
        "ec2.us-east-1.amazonaws.com",
        "iam.amazonaws.com",
        "example.com",
    )
    assert found.pop("example.com") in {str(socket.EAI_NONAME), str(socket.EAI_AGAIN), str(socket.EAI_FAIL)}
    assert all(address.count(".") == 3 for address in found.values()), found
    assert len({found["sts.us-east-1.amazonaws.com"], found["ec2.us-east-1.amazonaws.com"]}) == 2


def test_who_am_i_what_is_there_and_which_role(region: LiveRegion, place: Place) -> None:
    """STS, EC2 and IAM at their public addresses, called with the instance's own credentials."""
    me = region.call(place.instance, "sts", "get_caller_identity")
    assert me.answer["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/administrator/{place.instance}"
    vpcs = region.call(place.instance, "ec2", "describe_vpcs", VpcIds=[place.vpc])
    assert vpcs.answer["Vpcs"][0]["CidrBlock"] == "10.20.0.0/16"
    role = region.call(place.instance, "iam", "get_role", RoleName="administrator")
    assert role.answer["Role"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/administrator"


def test_the_legacy_global_name_and_a_bucket_in_front_answer(region: LiveRegion, place: Place) -> None:
    region.bucket("legacy-name")
    region.s3.put_object(Bucket="legacy-name", Key="a.txt", Body=b"hello")
    program = (
        "import boto3, sys\n"
        "from botocore.config import Config\n"
        "for style in ('virtual', 'path'):\n"
        "    s3 = boto3.client('s3', endpoint_url=ENDPOINT, config=Config(s3={'addressing_style': style}))\n"
        "    print(s3.get_object(Bucket='legacy-name', Key='a.txt')['Body'].read().decode())\n"
    )
    for name in ("s3.amazonaws.com", "s3.us-east-1.amazonaws.com"):
        answers = region.python(place.instance, program.replace("ENDPOINT", repr(f"https://{name}")))
        assert answers.split() == ["hello", "hello"]


def test_a_bucket_with_dots_fails_tls_as_on_aws(region: LiveRegion, place: Place) -> None:
    refused = region.get(place.instance, "https://my.dotted.bucket.s3.us-east-1.amazonaws.com/")
    assert refused.network is not None
    assert "SSL" in refused.network or "certificate" in refused.network


def test_a_public_host_name_is_the_private_address_at_home_and_the_public_one_elsewhere(
    region: LiveRegion, place: Place
) -> None:
    [reservation] = region.ec2.describe_instances(InstanceIds=[place.instance])["Reservations"]
    host = reservation["Instances"][0]
    name, public = host["PublicDnsName"], host["PublicIpAddress"]
    assert name == f"ec2-{public.replace('.', '-')}.compute-1.amazonaws.com"
    strangers = "ec2-203-0-113-5.compute-1.amazonaws.com", "www.compute-1.amazonaws.com"
    same_address_elsewhere = f"ec2-{public.replace('.', '-')}.eu-west-1.compute.amazonaws.com"
    stranger_vpc = region.vpc("10.21.0.0/16")
    observer = region.instance(region.subnet(stranger_vpc, "10.21.1.0/24"))

    at_home = resolve(region, place.instance, name, same_address_elsewhere)
    assert at_home == {name: host["PrivateIpAddress"], same_address_elsewhere: public}
    elsewhere = resolve(region, observer, name, same_address_elsewhere, *strangers)
    assert [elsewhere.pop(stranger) for stranger in strangers] == [str(socket.EAI_NONAME)] * 2
    assert elsewhere == {name: public, same_address_elsewhere: public}


def test_names_of_the_vpc_lead_to_its_instances_and_to_nobody_elses(region: LiveRegion, place: Place) -> None:
    other = region.instance(place.subnet)
    described = region.ec2.describe_instances(InstanceIds=[other])["Reservations"][0]["Instances"][0]
    assert described["PrivateDnsName"] == f"ip-{described['PrivateIpAddress'].replace('.', '-')}.ec2.internal"
    found = resolve(region, place.instance, described["PrivateDnsName"])
    assert found == {described["PrivateDnsName"]: described["PrivateIpAddress"]}
    short = described["PrivateDnsName"].partition(".")[0]
    assert resolve(region, place.instance, short) == {short: described["PrivateIpAddress"]}

    elsewhere = region.instance(region.subnet(region.vpc("10.20.0.0/16"), "10.20.7.0/24"))
    far = region.ec2.describe_instances(InstanceIds=[elsewhere])["Reservations"][0]["Instances"][0]["PrivateDnsName"]
    region.ec2.terminate_instances(InstanceIds=[other])
    region.wait()
    gone = resolve(region, place.instance, far, described["PrivateDnsName"])
    assert set(gone.values()) <= {str(socket.EAI_NONAME), str(socket.EAI_AGAIN), str(socket.EAI_NODATA)}
