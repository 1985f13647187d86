"""Control policies of an organization: what they forbid is forbidden at a gateway endpoint and at the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.live_region import LiveRegion, live_region

pytestmark = pytest.mark.live

MANAGER, MEMBER = "111122223333", "123456789012"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
UNIT_SCP: list[dict[str, Any]] = [
    {"Sid": "NoWriting", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"},
    {"Effect": "Deny", "Action": "ec2:CreateInternetGateway", "Resource": "*"},
    {
        "Sid": "OnlyOurRegion",
        "Effect": "Deny",
        "NotAction": ["iam:*", "sts:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}},
    },
]
RCP: list[dict[str, Any]] = [
    {
        "Sid": "Perimeter",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    },
    {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*/secret"},
]
CONFIG = f"""
[organization]
id = "o-a1b2c3d4e5"
management_account = "{MANAGER}"

[organization.accounts.{MEMBER}]
path = ["r-ab12", "ou-ab12-11111111"]
service_control_policies = [["FullAWSAccess"], ["FullAWSAccess", "unit.json"], ["FullAWSAccess"]]
resource_control_policies = [["perimeter.json"], [], []]
"""


def document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@dataclass(frozen=True)
class World:
    region: LiveRegion
    instance: str


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with live_region(started=False) as region:
        folder = region.paths.state_dir
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "unit.json").write_text(document(UNIT_SCP))
        (folder / "perimeter.json").write_text(document(RCP))
        (folder / "config.toml").write_text("[organization]\nid = 7\n")
        refused = region.run("up", "--detach", check=False)
        assert refused.returncode == 2
        assert "config.toml: organization.id must be o- and 10 to 32 letters and digits" in refused.stderr
        (folder / "config.toml").write_text(CONFIG)
        region.up()
        # The management account is not limited, the member's bucket gets its objects from there.
        region.run("account", "add", MANAGER)
        vpc = region.vpc()
        subnet = region.subnet(vpc)
        region.endpoint(vpc, region.table(vpc, subnet))
        region.bucket("orgbank", {"Version": "2012-10-17", "Statement": [_open("orgbank")]})
        manager = region.client("s3", MANAGER)
        for key in ("k", "secret"):
            manager.put_object(Bucket="orgbank", Key=key, Body=b"hello")
        profile = region.profile("org-app", EVERYTHING)
        instance = region.instance(subnet, IamInstanceProfile=profile)
        region.wait()
        yield World(region, instance)


def _open(bucket: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }


def test_an_scp_denies_through_a_gateway_endpoint(world: World) -> None:
    read = world.region.call(world.instance, "s3", "get_object", Bucket="orgbank", Key="k")
    assert read.status == 200
    written = world.region.call(world.instance, "s3", "put_object", Bucket="orgbank", Key="k", Body="x")
    assert (written.status, written.code) == (403, "AccessDenied")
    assert written.message is not None
    assert written.message.endswith(
        'is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::orgbank/k" with an explicit deny in a '
        "service control policy"
    )


def test_an_rcp_denies_through_a_gateway_endpoint(world: World) -> None:
    read = world.region.call(world.instance, "s3", "get_object", Bucket="orgbank", Key="secret")
    assert (read.status, read.code) == (403, "AccessDenied")
    assert read.message is not None
    assert read.message.endswith("with an explicit deny in a resource control policy")


def test_an_scp_denies_at_the_api_even_to_the_root_user(world: World) -> None:
    with pytest.raises(ClientError) as refused:
        world.region.ec2.create_internet_gateway()
    assert refused.value.response["Error"]["Code"] == "UnauthorizedOperation"
    assert "with an explicit deny in a service control policy" in refused.value.response["Error"]["Message"]
    with pytest.raises(ClientError) as elsewhere:
        world.region.client("ec2", region="eu-west-1").describe_vpcs()
    assert "with an explicit deny in a service control policy" in elsewhere.value.response["Error"]["Message"]
    assert world.region.ec2.describe_vpcs()["Vpcs"]
    gateway = world.region.client("ec2", MANAGER).create_internet_gateway()["InternetGateway"]
    world.region.client("ec2", MANAGER).delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])


def test_an_rcp_keeps_strangers_out(world: World) -> None:
    stranger = "999999999999"
    world.region.run("account", "add", stranger)
    with pytest.raises(ClientError) as refused:
        world.region.client("s3", stranger).get_object(Bucket="orgbank", Key="k")
    assert refused.value.response["Error"] == {"Code": "AccessDenied", "Message": "Access Denied"}
    assert world.region.client("s3", MANAGER).get_object(Bucket="orgbank", Key="k")["Body"].read() == b"hello"
