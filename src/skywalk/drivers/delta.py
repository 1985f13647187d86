"""Compare two keyed maps: what to add, to update, to remove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Delta(Generic[K, V]):
    """What turns one map into another. `updated` holds the new values, `removed` the old ones."""

    added: Mapping[K, V]
    updated: Mapping[K, V]
    removed: Mapping[K, V]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.updated or self.removed)


def compare_maps(have: Mapping[K, V], want: Mapping[K, V]) -> Delta[K, V]:
    return Delta(
        added={key: value for key, value in want.items() if key not in have},
        updated={key: value for key, value in want.items() if key in have and have[key] != value},
        removed={key: value for key, value in have.items() if key not in want},
    )
