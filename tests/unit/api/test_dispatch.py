"""The action tables have exactly the operations that the codec has, and the reference page shows them."""

from __future__ import annotations

import importlib.util
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


def test_the_reference_page_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("generate_reference", ROOT / "tools/generate_reference.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    page = (ROOT / "docs/reference/actions.md").read_text()
    assert page == tool.render_page(ACTIONS), "run: .venv/bin/python tools/generate_reference.py"
