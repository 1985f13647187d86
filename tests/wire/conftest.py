"""One pipeline for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.wire_region import WireRegion, wire_region


@pytest.fixture(scope="module")
def wire() -> Iterator[WireRegion]:
    with wire_region() as running:
        yield running


@pytest.fixture(scope="module")
def ec2(wire: WireRegion) -> Any:
    return wire.client("ec2")
