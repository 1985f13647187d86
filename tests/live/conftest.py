"""One running region for all stories that do not change the region itself; each makes VPCs and buckets of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.live_region import LiveRegion, live_region


@pytest.fixture(scope="session")
def region() -> Iterator[LiveRegion]:
    with live_region() as running:
        yield running
