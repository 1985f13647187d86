"""The values in a request's parameters, wherever in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


def values_at(parameters: Any, path: Sequence[str]) -> Iterator[Any]:
    """What members of these names lead to; of a list, of each of its members. None where a member is missing."""
    if isinstance(parameters, list):
        for one in parameters:
            yield from values_at(one, path)
    elif not path:
        yield parameters
    elif isinstance(parameters, dict):
        yield from values_at(parameters.get(path[0]), path[1:])
