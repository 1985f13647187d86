"""Templates: functions that make dicts of which thousands are alike but for some values.

    @template
    def show_tag(alike: tuple[str], key: str, value: str) -> Shown:
        [kind] = alike
        return {"Key": key, "Value": value, "Kind": kind}

What comes first is what the function looks at, and what seldom differs; all else it only puts somewhere. So one call
with blanks in place of the values, for each `alike`, tells what all such dicts look like: their pattern. A filled
template knows its pattern and its values. Who reads it meets the dict, made when it is asked for; who writes it down
writes the values between what was made of the pattern once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar, cast

P = ParamSpec("P")
V = TypeVar("V")

MAX_PATTERNS = 1024
"""Of one template. When there are as many, all are forgotten."""


class Blank:
    """Where a value goes, by its place among those given. Nothing can be done with it but putting it there."""

    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        self.place = place

    def _refuse(self, *_: Any) -> NoReturn:
        raise TypeError("a template decides only upon what comes first")

    __bool__ = __len__ = __iter__ = __getitem__ = __str__ = __format__ = __add__ = __radd__ = __lt__ = _refuse
    __eq__ = __contains__ = __call__ = __int__ = __index__ = _refuse
    __hash__ = None  # type: ignore[assignment]


class Pattern:
    """What filled templates that are alike look like: `members` with blanks. `writers` and `uses` are the writer's
    own."""

    __slots__ = ("_alike", "_make", "count", "members", "uses", "writers")

    def __init__(self, make: Callable[..., Any], alike: Hashable, count: int) -> None:
        self._make = make
        self._alike = alike
        self.count = count
        """How many values there are."""
        self.members: Mapping[str, Any] = make(alike, *map(Blank, range(count)))
        self.writers: dict[Any, Any] = {}
        self.uses = 0

    def with_values(self, values: tuple[Any, ...]) -> dict[str, Any]:
        return cast("dict[str, Any]", self._make(self._alike, *values))


class Filled(Mapping[str, Any]):
    """A pattern with its values. `written` is the writer's own; None where it shall not keep anything."""

    __slots__ = ("_members", "pattern", "values_given", "written")

    def __init__(self, pattern: Pattern, values: tuple[Any, ...]) -> None:
        self.pattern = pattern
        self.values_given = values
        self.written: dict[Any, str] | None = None
        self._members: dict[str, Any] | None = None

    @property
    def members(self) -> dict[str, Any]:
        """The dict, which nobody may change."""
        if self._members is None:
            self._members = self.pattern.with_values(self.values_given)
        return self._members

    def __getitem__(self, name: str) -> Any:
        return self.members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __repr__(self) -> str:
        return repr(self.members)


def template(make: Callable[P, V]) -> Callable[P, V]:
    """`make` gives a dict of what all alike have in common, and of values, as many for all."""
    patterns: dict[Hashable, Pattern] = {}

    @wraps(make)
    def fill(alike: Hashable, *values: Any) -> Any:
        pattern = patterns.get(alike)
        if pattern is None:
            if len(patterns) >= MAX_PATTERNS:
                patterns.clear()
            pattern = patterns[alike] = Pattern(make, alike, len(values))
        return Filled(pattern, values)

    return cast("Callable[P, V]", fill)
