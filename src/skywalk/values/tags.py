"""Tags: an ordered set of key and value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, order=True)
class Tag:
    key: str
    value: str


def merge_tags(present: tuple[Tag, ...], added: Iterable[Tag]) -> tuple[Tag, ...]:
    """`present` with `added` on top, sorted by key; a key occurs once."""
    merged = {tag.key: tag for tag in present} | {tag.key: tag for tag in added}
    return tuple(sorted(merged.values()))


def remove_tags(present: tuple[Tag, ...], removed: Mapping[str, str | None]) -> tuple[Tag, ...]:
    """`present` without the keys of `removed`; where that gives a value, only if the value is equal."""

    def stays(tag: Tag) -> bool:
        return tag.key not in removed or removed[tag.key] not in (None, tag.value)

    return tuple(tag for tag in present if stays(tag))
