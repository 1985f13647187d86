"""Date operators: W3C's profile of ISO 8601 (`2026-11-22T10:00:00Z`, from the year alone on) or seconds since 1970.

A time needs its zone, as the profile has it. Four digits are a year. What is no date fits nothing. All of it, and that
a leap second counts as the next minute's first, is unconfirmed.
Source: IAM User Guide, "Date condition operators"; W3C, "Date and Time Formats".
"""

from __future__ import annotations

import operator
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from skywalk.policy.conditions.numeric import ordering

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.policy.conditions.numeric import Comparison

_EPOCH_SECONDS = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,9})?", re.ASCII)
_W3C = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]{1,9})?)?(Z|[+-][01][0-9]:[0-5][0-9]))?)?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_date(text: str) -> Decimal | None:
    """Seconds since 1970, None for what is no date."""
    parts = _W3C.fullmatch(text)
    if parts is None:
        return Decimal(text) if _EPOCH_SECONDS.fullmatch(text) else None
    year, month, day, hour, minute, second, fraction, zone = parts.groups()
    try:
        local = datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), tzinfo=UTC)
    except ValueError:
        return None
    # Leap seconds count as the next minute's first.
    seconds = (local - _EPOCH) // timedelta(seconds=1) + int(second or 0) - _offset(zone)
    return None if int(second or 0) > 60 else Decimal(seconds) + Decimal(f"0{fraction or ''}")


def _offset(zone: str | None) -> int:
    if zone in (None, "Z"):
        return 0
    assert zone is not None
    seconds = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
    return -seconds if zone[0] == "-" else seconds


COMPARISONS: Mapping[str, Comparison] = {
    "DateEquals": ordering(read_date, operator.eq),
    "DateLessThan": ordering(read_date, operator.lt),
    "DateLessThanEquals": ordering(read_date, operator.le),
    "DateGreaterThan": ordering(read_date, operator.gt),
    "DateGreaterThanEquals": ordering(read_date, operator.ge),
}
