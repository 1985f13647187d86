"""The order of Route 53's lists of names. Source: Route 53 API Reference, ListResourceRecordSets, "Sort order"."""

from __future__ import annotations

from skywalk.resources.hosted_zone import RecordSet
from skywalk.values.dns_names import show_name


def sort_key(name: str) -> str:
    """A kept name with its labels reversed, as shown: `www.example.com` → `com.example.www.`"""
    return ".".join(reversed(show_name(name).removesuffix(".").split("."))) + "."


def place_of(record: RecordSet) -> tuple[str, str]:
    """By name, then by type."""
    return sort_key(record.name), record.type
