"""The action tables have exactly the operations that the codec has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skywalk.api.dispatch import ACTIONS
from skywalk.api.route import OWN_SERVICES

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("service", sorted(ACTIONS))
def test_what_the_codec_reads_is_served_and_nothing_else(service: str) -> None:
    listed = json.loads((ROOT / "tools/operations.json").read_text())
    assert set(ACTIONS[service]) == set(listed[OWN_SERVICES[service]]["operations"])
