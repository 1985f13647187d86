"""Every action that is served is talked to by a stock client in some test."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore import xform_name

from skywalk.api.dispatch import ACTIONS

TESTS = Path(__file__).parent
CLIENT_TESTS = ("wire", "live", "clients")


@pytest.fixture(scope="module")
def told() -> str:
    """All that tests with stock clients say."""
    files = [path for folder in CLIENT_TESTS for path in sorted((TESTS / folder).rglob("*.*")) if path.is_file()]
    return "\n".join(path.read_text() for path in files if path.suffix in (".py", ".js", ".mjs", ".yml", ".yaml"))


@pytest.mark.parametrize("service", sorted(ACTIONS))
def test_every_action_is_asked_for_by_a_stock_client(service: str, told: str) -> None:
    missing = [name for name in ACTIONS[service] if xform_name(name) not in told]
    assert missing == [], f"call these through boto3 in a test of tests/wire: {', '.join(missing)}"
