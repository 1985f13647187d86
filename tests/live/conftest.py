"""One running region for all stories that do not change the region itself; each makes VPCs and buckets of its own.

Where several processes share the stories (see `support.sharing`) each of them has such a region.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest

from support.live_region import LiveRegion, live_region
from support.sharing import rank, share_of

SHARE = share_of(os.environ)


@pytest.fixture(scope="session")
def region() -> Iterator[LiveRegion]:
    with live_region() as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if SHARE is not None:
        items.sort(key=lambda item: rank(item.path))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """True ends it: what another process has taken is neither run nor reported here."""
    return True if SHARE is not None and not SHARE.takes(item.path) else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the region's processes said belongs to the report of a story that failed."""
    report = yield
    region = getattr(item, "funcargs", {}).get("region")
    if report.failed and isinstance(region, LiveRegion):
        report.sections.append(("logs of the region", region.logs()))
    return report
