"""Subject: one statement under review, with the places of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from skywalk.policy.review.kind import ReviewedKind


class Text(NamedTuple):
    """A string of the document and where it stands."""

    text: str
    place: str


class ConditionTest(NamedTuple):
    """One condition key under one operator; `key` as it is written."""

    operator: str
    key: str
    values: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A statement of a document that parses; `version` is the document's."""

    place: str
    statement: dict[str, Any]
    kind: ReviewedKind
    version: str

    @property
    def allows(self) -> bool:
        return bool(self.statement["Effect"] == "Allow")

    @property
    def actions(self) -> tuple[Text, ...]:
        """`*` however it is written."""
        listed = self._texts("Action") or self._texts("NotAction")
        return tuple(Text("*", place) if text == "*:*" else Text(text, place) for text, place in listed)

    @property
    def resources(self) -> tuple[Text, ...]:
        return self._texts("Resource") or self._texts("NotResource")

    @property
    def action_element(self) -> str:
        return "NotAction" if "NotAction" in self.statement else "Action"

    @property
    def resource_element(self) -> str:
        return "NotResource" if "NotResource" in self.statement else "Resource"

    @property
    def principals(self) -> tuple[Text, ...]:
        """AWS principals; `*` however it is written."""
        return tuple(self._principals("Principal"))

    @property
    def conditions(self) -> tuple[ConditionTest, ...]:
        block: dict[str, dict[str, Any]] = self.statement.get("Condition", {})
        return tuple(
            ConditionTest(operator, key, _values(values), f"{self.place}.Condition.{operator}.{key}")
            for operator, keys in block.items()
            for key, values in keys.items()
        )

    def _texts(self, element: str) -> tuple[Text, ...]:
        return tuple(each_text(self.statement.get(element, []), f"{self.place}.{element}"))

    def _principals(self, element: str) -> Iterator[Text]:
        named = self.statement.get(element, {})
        if isinstance(named, str):
            yield Text(named, f"{self.place}.{element}")
        else:
            yield from each_text(named.get("AWS", []), f"{self.place}.{element}.AWS")


def each_text(value: Any, place: str) -> Iterator[Text]:
    """A string, or each of a list."""
    if isinstance(value, str):
        yield Text(value, place)
    else:
        for index, one in enumerate(value):
            yield Text(one, f"{place}[{index}]")


def _values(value: Any) -> tuple[str, ...]:
    return tuple(_plain(one) for one in (value if isinstance(value, list) else [value]))


def _plain(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
