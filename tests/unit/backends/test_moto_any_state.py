"""Which backend's state is which."""

from __future__ import annotations

from pathlib import Path

import pytest
from moto.backends import get_backend

from skywalk.backends.moto_any_state import AnyState

ACCOUNT, REGION = "123456789012", "us-east-1"


@pytest.mark.parametrize(("service", "taken"), [("bedrock-agent", "bedrock"), ("redshift-data", "redshift")])
def test_a_state_is_loaded_where_it_was(service: str, taken: str, tmp_path: Path) -> None:
    """moto gives both one name."""
    one, other = (get_backend(name)[ACCOUNT][REGION] for name in (service, taken))  # type: ignore[call-overload]
    one.mark, other.mark = "one", "other"
    AnyState(tmp_path / "state").save(1)
    one.mark = other.mark = "later"
    assert AnyState(tmp_path / "state").load() == 1
    assert (one.mark, other.mark) == ("one", "other")
