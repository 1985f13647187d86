"""Where a row of the plan comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """The resource that caused a row, and a short reason in words."""

    resource_id: str
    reason: str
