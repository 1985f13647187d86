"""Filters and paging, as every Describe call has them.

Source: EC2 API Reference, "Filter" (values are OR, filters AND, `*` and `?` are wildcards, a backslash makes them
literal) and "Query for pagination".
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from skywalk.values.clock import format_timestamp
from skywalk.values.errors import AwsError, invalid_parameter_value

if TYPE_CHECKING:
    from skywalk.actions.shapes.ec2 import Filter
    from skywalk.values.tags import Tag

R = TypeVar("R")

FilterValues = Callable[[R], Iterable[str]]
"""What a resource has under a filter's name: none, one or several texts."""

MAX_FILTER_VALUES = 200
"""Source: EC2 API Reference, "Filter": up to 200 values per request."""


def matching(
    resources: Iterable[R],
    filters: Sequence[Filter] | None,
    names: Mapping[str, FilterValues[R]],
    tags: Callable[[R], Iterable[Tag]] | None = None,
    *,
    invalid_code: str = "InvalidParameterValue",
) -> list[R]:
    """Those of `resources` that pass all `filters`. With `tags`, `tag:<key>`, `tag-key` and `tag-value` are known.

    Raises `invalid_code` for a name that is not in `names`.
    """
    tests = [_filter_test(one, names, tags, invalid_code) for one in filters or ()]
    return [resource for resource in resources if all(test(resource) for test in tests)]


def _filter_test(
    one: Filter, names: Mapping[str, FilterValues[R]], tags: Callable[[R], Iterable[Tag]] | None, invalid_code: str
) -> Callable[[R], bool]:
    name = one.get("Name", "")
    wanted = one.get("Values") or []
    if len(wanted) > MAX_FILTER_VALUES:
        raise AwsError("FilterLimitExceeded", f"The maximum number of filter values is {MAX_FILTER_VALUES}")
    values_of = _values_by_name(name, names, tags, invalid_code)
    patterns = [_pattern(value) for value in wanted]
    return lambda resource: any(pattern(value) for value in values_of(resource) for pattern in patterns)


def _values_by_name(
    name: str, names: Mapping[str, FilterValues[R]], tags: Callable[[R], Iterable[Tag]] | None, invalid_code: str
) -> FilterValues[R]:
    if name in names:
        return names[name]
    if tags is not None:
        if name.startswith("tag:"):
            key = name[4:]
            return lambda resource: [tag.value for tag in tags(resource) if tag.key == key]
        if name == "tag-key":
            return lambda resource: [tag.key for tag in tags(resource)]
        if name == "tag-value":
            return lambda resource: [tag.value for tag in tags(resource)]
    raise AwsError(invalid_code, f"The filter '{name}' is invalid")


@lru_cache(maxsize=4096)
def _pattern(value: str) -> Callable[[str], bool]:
    if not any(mark in value for mark in "*?\\"):
        return value.__eq__
    pieces = [""]
    for part in re.findall(r"\\.|\*+|.", value, re.DOTALL):
        if part.startswith("*"):
            pieces.append("")
        else:
            pieces[-1] += _as_regex(part)
    return re.compile(_joined(pieces), re.DOTALL).fullmatch  # type: ignore[return-value]


def _joined(pieces: list[str]) -> str:
    """The regex of what stands between stars. The groups are atomic: what is found first is as good as any later
    find, so that no pattern makes the search go back over all combinations."""
    first, *others = pieces
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>.*?{piece})" for piece in middle) + ".*" + last


def _as_regex(part: str) -> str:
    if part == "?":
        return "."
    return re.escape(part[1] if part.startswith("\\") and len(part) == 2 else part)


def shown_at(*path: str) -> FilterValues[Any]:
    """The texts at a place of an answer: `shown_at("NetworkInterfaces", "Attachment", "Status")`. Lists on the way
    are entered; nothing is there where a member is left out. For resources whose filters speak of what answers show.
    """
    return lambda shown: _texts(shown, path)


def _texts(value: object, path: Sequence[str]) -> Iterator[str]:
    if isinstance(value, list):
        for member in value:
            yield from _texts(member, path)
    elif path:
        if isinstance(value, Mapping) and path[0] in value:
            yield from _texts(value[path[0]], path[1:])
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, datetime):
        yield format_timestamp(value)
    else:
        yield str(value)


def page(
    found: Sequence[R], max_results: int | None, next_token: str | None, *, limits: tuple[int, int] = (5, 1000)
) -> tuple[Sequence[R], str | None]:
    """One page of `found` and the token of the next, None at the end. `found` keeps its order between calls.

    Raises InvalidParameterValue for a page size outside `limits`, InvalidNextToken for a token we did not make.
    """
    if max_results is not None and not limits[0] <= max_results <= limits[1]:
        raise invalid_parameter_value(
            f"Value ( {max_results} ) for parameter maxResults is invalid. "
            f"Expecting a value between {limits[0]} and {limits[1]}."
        )
    start = _parse_token(next_token) if next_token else 0
    end = len(found) if max_results is None else start + max_results
    return found[start:end], _token(end) if end < len(found) else None


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"page:{offset}".encode()).decode()


def _parse_token(token: str) -> int:
    try:
        word, _, offset = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if word == "page" and offset.isdecimal():
            return int(offset)
    except (ValueError, binascii.Error):
        pass
    raise AwsError("InvalidNextToken", "The specified next token is invalid.")
