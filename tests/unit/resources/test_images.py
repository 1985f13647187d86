from __future__ import annotations

import pytest

from skywalk.resources.images import ARCHITECTURE, IMAGES, architecture_of
from skywalk.values.ids import is_well_formed


def test_the_catalogue() -> None:
    assert list(IMAGES) == [image.image_id for image in IMAGES.values()]
    assert all(is_well_formed("ami", image_id) for image_id in IMAGES)
    assert len({image.name for image in IMAGES.values()}) == len(IMAGES)


def test_all_images_run_on_this_machine() -> None:
    assert {architecture_of(image_id) for image_id in IMAGES} == {ARCHITECTURE}
    with pytest.raises(KeyError):
        architecture_of("ami-00000000000000000")


def test_only_amazon_has_an_alias() -> None:
    aliases = {image.location.split("/")[0]: image.owner_alias for image in IMAGES.values()}
    assert aliases == {"amazon": "amazon", "136693071363": None, "099720109477": None}
