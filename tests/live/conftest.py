"""One running region for all stories that do not change the region itself; each makes VPCs and buckets of its own."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from support.live_region import LiveRegion, live_region


@pytest.fixture(scope="session")
def region() -> Iterator[LiveRegion]:
    with live_region() as running:
        yield running


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
