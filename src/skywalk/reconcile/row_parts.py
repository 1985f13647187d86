"""An owner's rows in parts, and what has changed of them."""

from __future__ import annotations

from collections.abc import Mapping

from skywalk.feed.rows import Row
from skywalk.values.changed_part import exchanged

Parts = Mapping[str, tuple[Row, ...]]
"""Rows by what they are about: a part that has not changed is the very same tuple."""


def changed_rows(former: Parts, now: Parts) -> tuple[list[Row], list[Row]]:
    """Rows that are new, and those that are gone or have given way to a new one."""
    new: list[Row] = []
    gone: list[Row] = []
    for part in former.keys() - now.keys():
        gone += former[part]
    for part, rows in now.items():
        before = former.get(part, ())
        if before is not rows:
            leaving, entering = exchanged(before, rows)
            gone += leaving
            new += entering
    return new, gone
