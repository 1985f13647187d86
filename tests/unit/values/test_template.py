from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from skywalk.values import template as module
from skywalk.values.template import Blank, Filled, template

calls: list[tuple[Any, ...]] = []


@template
def tag(alike: tuple[str, bool], key: str, value: Any) -> Mapping[str, Any]:
    kind, has_value = alike
    calls.append((kind, key, value))
    shown: dict[str, Any] = {"Kind": kind, "Tag": {"Key": key}}
    if has_value:
        shown["Value"] = value
    return shown


@pytest.fixture(autouse=True)
def no_calls() -> None:
    calls.clear()


def test_a_filled_template_reads_as_its_dict() -> None:
    filled = tag(("vpc", True), "a", 1)
    assert filled == {"Kind": "vpc", "Tag": {"Key": "a"}, "Value": 1}
    assert {**filled} == {"Kind": "vpc", "Tag": {"Key": "a"}, "Value": 1}
    assert (list(filled), len(filled), filled["Value"], "Colour" in filled) == (["Kind", "Tag", "Value"], 3, 1, False)
    assert repr(filled) == "{'Kind': 'vpc', 'Tag': {'Key': 'a'}, 'Value': 1}"
    assert tag(("vpc", False), "a", 1) == {"Kind": "vpc", "Tag": {"Key": "a"}}


def test_what_is_alike_has_one_pattern() -> None:
    one, two, other = tag(("subnet", True), "a", 1), tag(("subnet", True), "b", 2), tag(("subnet", False), "a", 1)
    assert isinstance(one, Filled)
    assert isinstance(two, Filled)
    assert isinstance(other, Filled)
    assert one.pattern is two.pattern
    assert one.pattern is not other.pattern
    assert (one.pattern.count, one.values_given, two.values_given) == (2, ("a", 1), ("b", 2))
    shown = one.pattern.members
    assert (shown["Kind"], shown["Tag"]["Key"].place, shown["Value"].place) == ("subnet", 0, 1)


def test_the_dict_is_made_when_it_is_asked_for_and_once() -> None:
    tag(("table", True), "a", 1)
    filled = tag(("table", True), "b", 2)
    assert [kind for kind, key, _ in calls if not isinstance(key, Blank)] == []
    assert (filled["Value"], filled["Kind"]) == (2, "table")
    assert calls[1:] == [("table", "b", 2)]


@pytest.mark.parametrize(
    "decide",
    [
        lambda value: value == 1,
        lambda value: value != 1,
        lambda value: value < 1,
        bool,
        str,
        int,
        len,
        list,
        hash,
        lambda value: f"{value}-1",
        lambda value: value + "x",
        lambda value: "x" + value,
        lambda value: value[0],
        lambda value: 1 in value,
        lambda value: value(),
    ],
)
def test_nothing_can_be_decided_upon_a_value(decide: Callable[[Any], Any]) -> None:
    @template
    def shown(alike: tuple[()], value: int) -> Mapping[str, Any]:
        return {"Value": value, "Decided": decide(value), "Alike": alike}

    with pytest.raises(TypeError):
        shown((), 1)


def test_no_more_than_so_many_patterns_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PATTERNS", 2)

    @template
    def shown(alike: int, value: str) -> Mapping[str, Any]:
        calls.append((alike,))
        return {"Number": alike, "Value": value}

    for number in (1, 2, 1, 2, 3, 3, 1):
        shown(number, "a")
    assert calls == [(1,), (2,), (3,), (1,)]
