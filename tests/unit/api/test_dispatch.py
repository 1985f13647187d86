"""The action tables have exactly the operations that the codec has, each with its function."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from botocore import xform_name

from skywalk.api.dispatch import ACTIONS
from skywalk.api.route import OWN_SERVICES

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("service", sorted(ACTIONS))
def test_what_the_codec_reads_is_served_and_nothing_else(service: str) -> None:
    listed = json.loads((ROOT / "tools/operations.json").read_text())
    assert set(ACTIONS[service]) == set(listed[OWN_SERVICES[service]]["operations"])


@pytest.mark.parametrize("service", sorted(ACTIONS))
def test_every_name_in_the_tables_is_a_function(service: str) -> None:
    for operation, action in ACTIONS[service].items():
        assert action.function_name.rpartition(".")[2] == xform_name(operation)
        assert callable(action.function)
        assert action.answer is None or callable(action.answer)
        assert action.gather is None or callable(action.gather)


def test_no_action_is_loaded_before_it_is_called() -> None:
    """The way to the daemon's first answer is short."""
    program = "import sys, skywalk.app; print(*sorted(name for name in sys.modules if name.startswith('skywalk.act')))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "skywalk.actions.vpcs" in loaded, "the default VPC is made before the first call"
    assert len(loaded) < 30, loaded
