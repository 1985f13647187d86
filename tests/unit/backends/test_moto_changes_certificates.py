"""When a certificate of a private authority ends; the rest is in the stories of its services."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError

from skywalk.backends import moto_changes_certificates

LEAP_DAY = datetime(2028, 2, 29, 12)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto_changes_certificates, "utcnow", lambda: LEAP_DAY)


@pytest.mark.parametrize(
    ("validity", "end"),
    [
        ({"Type": "DAYS", "Value": 2}, datetime(2028, 3, 2, 12)),
        ({"Type": "YEARS", "Value": 1}, datetime(2029, 2, 28, 12)),
        ({"Type": "ABSOLUTE", "Value": 1_900_000_000}, datetime(2030, 3, 17, 17, 46, 40)),
    ],
)
def test_the_end(validity: dict[str, Any], end: datetime) -> None:
    assert moto_changes_certificates._end(validity) == end


@pytest.mark.parametrize("kind", ["DAYS", "YEARS", "ABSOLUTE"])
def test_an_end_that_no_calendar_has(kind: str) -> None:
    with pytest.raises(JsonRESTError) as caught:
        moto_changes_certificates._end({"Type": kind, "Value": 10**18})
    assert caught.value.error_type == "ValidationException"
