"""The images that instances can be launched from: a small fixed catalogue, the same in every region.

All of them are this machine's own file system, seen through an overlay; the names are those that templates ask for.
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


@dataclass(frozen=True, slots=True)
class Image:
    """`owner_alias` is `amazon` for AWS's own; the architecture is this machine's, as what runs is native."""

    image_id: str
    name: str
    description: str
    owner_id: str
    owner_alias: str | None
    created: str
    root_device_name: str

    @property
    def architecture(self) -> str:
        return "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"


def _image(image_id: str, name: str, description: str, owner_id: str, root_device_name: str = "/dev/xvda") -> Image:
    alias = "amazon" if owner_id == AMAZON else None
    return Image(image_id, name, description, owner_id, alias, "2026-01-15T00:00:00.000Z", root_device_name)


IMAGES: Mapping[str, Image] = MappingProxyType(
    {
        image.image_id: image
        for image in (
            _image("ami-0abcdef1234567890", "al2023-ami-2023.0.20260115.0-kernel-6.1", "Amazon Linux 2023 AMI", AMAZON),
            _image("ami-0aaaaaaaaaaaaaaa2", "amzn2-ami-hvm-2.0.20260115.0-gp2", "Amazon Linux 2 AMI", AMAZON),
            _image("ami-0aaaaaaaaaaaaaaa3", "debian-12-20260115-1000", "Debian 12", DEBIAN),
            _image(
                "ami-0aaaaaaaaaaaaaaa4",
                "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-server-20260115",
                "Ubuntu 24.04 LTS",
                CANONICAL,
                "/dev/sda1",
            ),
        )
    }
)
"""By id, in the order of the catalogue."""


def architecture_of(image_id: str) -> str:
    """Raises KeyError for an image that the catalogue does not have."""
    return IMAGES[image_id].architecture
