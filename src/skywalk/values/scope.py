"""Who owns a resource: an account in a region."""

from __future__ import annotations

from dataclasses import dataclass

GLOBAL_REGION = ""
"""The region of resources that have none, IAM's."""


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """Account id (twelve digits) and region name; the region is empty for global services (IAM)."""

    account_id: str
    region: str
