"""The images that instances can be launched from: a small fixed catalogue, the same in every region.

All of them are this machine's own file system, seen through an overlay; the names are those that templates search
for, with this machine's architecture in them, since what runs is native.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

AMAZON = "137112412989"
CANONICAL = "099720109477"
DEBIAN = "136693071363"
"""Account ids of the publishers on AWS. Source: each publisher's own documentation."""

ARCHITECTURE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
"""This machine's, in EC2's words."""

_DEBIAN_ARCHITECTURE = "arm64" if ARCHITECTURE == "arm64" else "amd64"


@dataclass(frozen=True, slots=True)
class Image:
    """`owner_alias` is `amazon` for AWS's own; `created` is ISO 8601, as DescribeImages shows it. `parameters` are the
    names of the public parameters of Systems Manager that lead to it."""

    image_id: str
    name: str
    description: str
    owner_id: str
    created: str
    root_device_name: str = "/dev/xvda"
    parameters: tuple[str, ...] = ()

    @property
    def architecture(self) -> str:
        return ARCHITECTURE

    @property
    def owner_alias(self) -> str | None:
        return "amazon" if self.owner_id == AMAZON else None

    @property
    def location(self) -> str:
        return f"{self.owner_alias or self.owner_id}/{self.name}"


_JANUARY = "2026-01-15T00:00:00.000Z"
_LAST_OCTOBER = "2025-10-14T00:00:00.000Z"


def _all_images() -> tuple[Image, ...]:
    arch, debian_arch = ARCHITECTURE, _DEBIAN_ARCHITECTURE
    return (
        Image(
            "ami-0abcdef1234567890",
            f"al2023-ami-2023.10.20260115.0-kernel-6.1-{arch}",
            f"Amazon Linux 2023 AMI 2023.10.20260115.0 {arch} HVM kernel-6.1",
            AMAZON,
            _JANUARY,
            parameters=(
                f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{arch}",
                f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-{arch}",
            ),
        ),
        Image(
            "ami-0aaaaaaaaaaaaaaa1",
            f"al2023-ami-2023.9.20251014.0-kernel-6.1-{arch}",
            f"Amazon Linux 2023 AMI 2023.9.20251014.0 {arch} HVM kernel-6.1",
            AMAZON,
            _LAST_OCTOBER,
        ),
        Image(
            "ami-0aaaaaaaaaaaaaaa2",
            f"amzn2-ami-hvm-2.0.20260115.0-{arch}-gp2",
            f"Amazon Linux 2 AMI 2.0.20260115.0 {arch} HVM gp2",
            AMAZON,
            _JANUARY,
            parameters=(f"/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-{arch}-gp2",),
        ),
        Image(
            "ami-0aaaaaaaaaaaaaaa7",
            f"amzn2-ami-kernel-5.10-hvm-2.0.20260115.0-{arch}-gp2",
            f"Amazon Linux 2 Kernel 5.10 AMI 2.0.20260115.0 {arch} HVM gp2",
            AMAZON,
            _JANUARY,
            parameters=(f"/aws/service/ami-amazon-linux-latest/amzn2-ami-kernel-5.10-hvm-{arch}-gp2",),
        ),
        Image(
            "ami-0aaaaaaaaaaaaaaa3",
            f"debian-12-{debian_arch}-20260115-1993",
            "Debian 12 (20260115-1993)",
            DEBIAN,
            _JANUARY,
            parameters=(f"/aws/service/debian/release/12/latest/{debian_arch}",),
        ),
        Image(
            "ami-0aaaaaaaaaaaaaaa8",
            f"debian-13-{debian_arch}-20260115-1993",
            "Debian 13 (20260115-1993)",
            DEBIAN,
            _JANUARY,
            parameters=(f"/aws/service/debian/release/13/latest/{debian_arch}",),
        ),
        Image(
            "ami-0aaaaaaaaaaaaaaa4",
            f"ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-{debian_arch}-server-20260115",
            f"Canonical, Ubuntu, 24.04, {debian_arch} noble image",
            CANONICAL,
            _JANUARY,
            "/dev/sda1",
            (f"/aws/service/canonical/ubuntu/server/24.04/stable/current/{debian_arch}/hvm/ebs-gp3/ami-id",),
        ),
        Image(
            "ami-0aaaaaaaaaaaaaaa5",
            f"ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-{debian_arch}-server-20260115",
            f"Canonical, Ubuntu, 22.04 LTS, {debian_arch} jammy image",
            CANONICAL,
            _JANUARY,
            "/dev/sda1",
            (f"/aws/service/canonical/ubuntu/server/22.04/stable/current/{debian_arch}/hvm/ebs-gp2/ami-id",),
        ),
        Image(
            "ami-0aaaaaaaaaaaaaaa9",
            f"ubuntu/images/hvm-ssd/ubuntu-focal-20.04-{debian_arch}-server-20260115",
            f"Canonical, Ubuntu, 20.04 LTS, {debian_arch} focal image",
            CANONICAL,
            _JANUARY,
            "/dev/sda1",
            (f"/aws/service/canonical/ubuntu/server/20.04/stable/current/{debian_arch}/hvm/ebs-gp2/ami-id",),
        ),
    )


IMAGES: Mapping[str, Image] = MappingProxyType({image.image_id: image for image in _all_images()})
"""By id, in the order of the catalogue."""

IMAGE_PARAMETERS: Mapping[str, str] = MappingProxyType(
    {name: image.image_id for image in IMAGES.values() for name in image.parameters}
)
"""Public parameter → id of the image that it names."""

_RESOLVE = "resolve:ssm:"


def parameter_of(reference: str) -> str | None:
    """The parameter that stands in an id's place: `resolve:ssm:/aws/service/…`, with a version or without."""
    if not reference.startswith(_RESOLVE):
        return None
    return reference.removeprefix(_RESOLVE).split(":")[0]


def architecture_of(image_id: str) -> str:
    """Raises KeyError for an image that the catalogue does not have."""
    return IMAGES[image_id].architecture
