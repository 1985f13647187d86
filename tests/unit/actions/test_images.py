from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.images import describe_images
from skywalk.resources.images import AMAZON, ARCHITECTURE, CANONICAL, DEBIAN, IMAGES
from support.region import OWNER, Client, Region

AL2023 = "ami-0abcdef1234567890"


@pytest.fixture
def ec2() -> Client:
    return Region().client()


def images(ec2: Client, **request: Any) -> list[dict[str, Any]]:
    return [dict(image) for image in ec2(describe_images, **request)["Images"]]


def found(ec2: Client, name: str, *values: str) -> list[str]:
    return [image["ImageId"] for image in images(ec2, Filters=[{"Name": name, "Values": list(values)}])]


def test_an_image(ec2: Client) -> None:
    name = f"al2023-ami-2023.10.20260115.0-kernel-6.1-{ARCHITECTURE}"
    assert images(ec2, ImageIds=[AL2023]) == [
        {
            "ImageId": AL2023,
            "ImageLocation": f"amazon/{name}",
            "ImageType": "machine",
            "ImageOwnerAlias": "amazon",
            "Name": name,
            "Description": f"Amazon Linux 2023 AMI 2023.10.20260115.0 {ARCHITECTURE} HVM kernel-6.1",
            "CreationDate": "2026-01-15T00:00:00.000Z",
            "State": "available",
            "Public": True,
            "OwnerId": AMAZON,
            "Architecture": ARCHITECTURE,
            "PlatformDetails": "Linux/UNIX",
            "UsageOperation": "RunInstances",
            "ProductCodes": [],
            "BlockDeviceMappings": [],
            "RootDeviceName": "/dev/xvda",
            "RootDeviceType": "ebs",
            "VirtualizationType": "hvm",
            "Hypervisor": "xen",
            "EnaSupport": True,
            "SriovNetSupport": "simple",
            "PublicSsmParameterName": (
                f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{ARCHITECTURE}"
            ),
            "Tags": [],
        }
    ]


def test_all_images_in_every_region(ec2: Client) -> None:
    assert [image["ImageId"] for image in images(ec2)] == list(IMAGES)
    assert images(ec2.elsewhere("eu-west-1")) == images(ec2)


@pytest.mark.parametrize(
    ("owner", "pattern"),
    [
        ("amazon", "al2023-ami-2023.*-{arch}"),
        ("amazon", "al2023-ami-*-kernel-6.1-{arch}"),
        ("137112412989", "amzn2-ami-hvm-*-{arch}-gp2"),
        ("099720109477", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-{deb}-server-*"),
        ("099720109477", "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-{deb}-server-*"),
        ("136693071363", "debian-12-{deb}-*"),
    ],
)
def test_what_templates_search_for(ec2: Client, owner: str, pattern: str) -> None:
    name = pattern.format(arch=ARCHITECTURE, deb="arm64" if ARCHITECTURE == "arm64" else "amd64")
    filters = [
        {"Name": "name", "Values": [name]},
        {"Name": "architecture", "Values": [ARCHITECTURE]},
        {"Name": "virtualization-type", "Values": ["hvm"]},
        {"Name": "root-device-type", "Values": ["ebs"]},
        {"Name": "state", "Values": ["available"]},
    ]
    assert images(ec2, Owners=[owner], Filters=filters)


def test_the_most_recent_one(ec2: Client) -> None:
    candidates = images(ec2, Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-ami-2023.*"]}])
    assert len(candidates) > 1
    assert max(candidates, key=lambda image: str(image["CreationDate"]))["ImageId"] == AL2023


def test_owners(ec2: Client) -> None:
    def owner_ids(*owners: str) -> set[str]:
        return {image["OwnerId"] for image in images(ec2, Owners=list(owners))}

    assert owner_ids("amazon") == {AMAZON}
    assert owner_ids(CANONICAL, "amazon") == {CANONICAL, AMAZON}
    assert owner_ids("self") == owner_ids(OWNER) == owner_ids("aws-marketplace") == set()
    assert ec2.refusal(describe_images, Owners=["canonical"]) == (
        "InvalidUserID.Malformed",
        'Invalid user id: "canonical"',
    )


def test_who_may_launch_them(ec2: Client) -> None:
    assert images(ec2, ExecutableUsers=["all"]) == images(ec2)
    assert images(ec2, ExecutableUsers=["self"]) == images(ec2, ExecutableUsers=[OWNER]) == []
    assert ec2.refusal(describe_images, ExecutableUsers=["me"]) == (
        "InvalidParameterValue",
        "Value (me) for parameter executableBy is invalid.",
    )


def test_filters(ec2: Client) -> None:
    everything = list(IMAGES)
    assert found(ec2, "image-id", AL2023) == [AL2023]
    assert found(ec2, "owner-id", DEBIAN) == [one.image_id for one in IMAGES.values() if one.owner_id == DEBIAN]
    assert set(found(ec2, "owner-alias", "amazon")) < set(everything)
    assert found(ec2, "is-public", "true") == everything
    assert found(ec2, "is-public", "false") == []
    assert found(ec2, "hypervisor", "xen") == everything
    assert found(ec2, "image-type", "kernel") == []
    assert found(ec2, "platform", "windows") == []
    assert found(ec2, "block-device-mapping.volume-type", "gp2", "gp3") == []
    assert AL2023 not in found(ec2, "creation-date", "2025-*")
    assert AL2023 in found(ec2, "description", "Amazon Linux 2023*")
    assert found(ec2, "tag-key", "*") == []
    assert ec2.refusal(describe_images, Filters=[{"Name": "owner", "Values": ["x"]}])[1] == (
        "The filter 'owner' is invalid"
    )


@pytest.mark.parametrize(
    ("ids", "code", "text"),
    [
        (["ami-fake123"], "InvalidAMIID.NotFound", "The image id '[ami-fake123]' does not exist"),
        ([AL2023, "ami-1", "ami-2"], "InvalidAMIID.NotFound", "The image ids '[ami-1, ami-2]' do not exist"),
        (["fake"], "InvalidAMIID.Malformed", 'Invalid id: "fake" (expecting "ami-...")'),
        (["ami-"], "InvalidAMIID.Malformed", 'Invalid id: "ami-" (expecting "ami-...")'),
    ],
)
def test_images_that_are_not_there(ec2: Client, ids: list[str], code: str, text: str) -> None:
    assert ec2.refusal(describe_images, ImageIds=ids) == (code, text)


def test_pages(ec2: Client) -> None:
    first = ec2(describe_images, MaxResults=5)
    rest = ec2(describe_images, MaxResults=5, NextToken=first["NextToken"])
    assert [image["ImageId"] for image in (*first["Images"], *rest["Images"])] == list(IMAGES)
    assert "NextToken" not in rest
