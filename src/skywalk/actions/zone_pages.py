"""Pages of Route 53's lists: MaxItems is a text, and at most 100 or, for record sets, 300."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from skywalk.values.errors import AwsError

T = TypeVar("T")

MOST_ZONES, MOST_RECORD_SETS = 100, 300
"""Source: Route 53 API Reference, MaxItems of the List actions."""


def page_size(asked: str | None, most: int = MOST_ZONES) -> int:
    """Raises InvalidInput for what is no number above zero; more than there can be is as many as there can be."""
    if asked is None:
        return most
    if not (asked.isascii() and asked.isdigit()) or not 0 < len(asked) < 10 or int(asked) == 0:
        raise AwsError("InvalidInput", f"The value of maxitems is not valid: {asked[:32]}")
    return min(int(asked), most)


def paged(found: Sequence[T], start: int, size: int) -> tuple[Sequence[T], T | None]:
    """A page, and what the next one begins with."""
    following = found[start + size] if start + size < len(found) else None
    return found[start : start + size], following
