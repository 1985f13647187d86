"""The catalogue of images: what templates search for, native to this machine."""

from __future__ import annotations

import platform
import re
from datetime import datetime
from fnmatch import fnmatchcase

import pytest

from skywalk.resources.images import AMAZON, ARCHITECTURE, CANONICAL, DEBIAN, IMAGE_PARAMETERS, IMAGES, architecture_of


def test_ids_are_well_formed_and_their_own_keys() -> None:
    assert all(re.fullmatch("ami-[0-9a-f]{17}", image_id) for image_id in IMAGES)
    assert {image_id: image.image_id for image_id, image in IMAGES.items()} == {one: one for one in IMAGES}


def test_names_are_unique() -> None:
    names = [image.name for image in IMAGES.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("owner", "pattern", "count"),
    [
        (AMAZON, f"al2023-ami-*-kernel-6.1-{ARCHITECTURE}", 2),
        (AMAZON, f"al2023-ami-2023.*-{ARCHITECTURE}", 2),
        (AMAZON, f"amzn2-ami-kernel-5.10-hvm-*-{ARCHITECTURE}-gp2", 1),
        (AMAZON, f"amzn2-ami-hvm-*-{ARCHITECTURE}-gp2", 1),
        (CANONICAL, "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-*-server-*", 1),
        (CANONICAL, "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-*-server-*", 1),
        (CANONICAL, "ubuntu/images/hvm-ssd/ubuntu-focal-20.04-*-server-*", 1),
        (DEBIAN, "debian-12-*", 1),
        (DEBIAN, "debian-13-*", 1),
    ],
)
def test_the_usual_searches_find_something(owner: str, pattern: str, count: int) -> None:
    """Patterns of widespread templates (most_recent = true takes the youngest)."""
    found = [image for image in IMAGES.values() if image.owner_id == owner and fnmatchcase(image.name, pattern)]
    assert len(found) == count
    assert len({image.created for image in found}) == count


def test_the_newest_amazon_linux_comes_first() -> None:
    created = [datetime.fromisoformat(image.created) for image in IMAGES.values() if image.name.startswith("al2023")]
    assert created == sorted(created, reverse=True)


def test_the_architecture_is_this_machine_s() -> None:
    assert {"aarch64": "arm64", "x86_64": "x86_64"}[platform.machine()] == ARCHITECTURE
    assert {architecture_of(image_id) for image_id in IMAGES} == {ARCHITECTURE}
    with pytest.raises(KeyError, match="ami-none"):
        architecture_of("ami-none")


def test_where_an_image_lies() -> None:
    amazon = IMAGES["ami-0abcdef1234567890"]
    assert (amazon.owner_alias, amazon.location) == ("amazon", f"amazon/{amazon.name}")
    debian = IMAGES["ami-0aaaaaaaaaaaaaaa3"]
    assert (debian.owner_alias, debian.location) == (None, f"136693071363/{debian.name}")


def test_public_parameters_lead_to_the_newest_image() -> None:
    found = IMAGE_PARAMETERS[f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{ARCHITECTURE}"]
    assert found == "ami-0abcdef1234567890"
    assert len(IMAGE_PARAMETERS) == sum(len(image.parameters) for image in IMAGES.values())
