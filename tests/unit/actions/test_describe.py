from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase

import pytest

from skywalk.actions.describe import MAX_FILTER_VALUES, FilterValues, matching, page, shown_at
from skywalk.values.errors import AwsError
from skywalk.values.tags import Tag


@dataclass(frozen=True)
class Thing:
    name: str
    colours: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()


NAMES: Mapping[str, FilterValues[Thing]] = {"name": lambda one: [one.name], "colour": lambda one: one.colours}


def tags_of(thing: Thing) -> Iterable[Tag]:
    return thing.tags


def found(things: list[Thing], *filters: tuple[str, list[str]]) -> list[str]:
    given = [{"Name": name, "Values": values} for name, values in filters]
    return [one.name for one in matching(things, given, NAMES, tags_of)]  # type: ignore[arg-type]


THINGS = [
    Thing("first", ("red", "green"), (Tag("Env", "prod"), Tag("Team", ""))),
    Thing("second", ("blue",), (Tag("env", "prod"),)),
    Thing("third"),
]


def test_no_filters_keep_everything() -> None:
    assert found(THINGS) == ["first", "second", "third"]
    assert matching(THINGS, None, NAMES) == THINGS


def test_values_of_one_filter_are_alternatives_and_filters_add_up() -> None:
    assert found(THINGS, ("name", ["first", "third"])) == ["first", "third"]
    assert found(THINGS, ("name", ["first", "third"]), ("colour", ["green", "blue"])) == ["first"]
    assert found(THINGS, ("name", ["first"]), ("name", ["third"])) == []


def test_a_filter_without_values_matches_nothing() -> None:
    assert found(THINGS, ("name", [])) == []
    assert matching(THINGS, [{"Name": "name"}], NAMES) == []


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("a*c", ["abc", "ac", "a*c", "a\nc"]),
        ("a?c", ["abc", "a*c", "a\nc"]),
        ("*", ["abc", "ac", "a*c", "a\nc", "a.c+", "", "ABC"]),
        ("**b**", ["abc"]),
        ("a\\*c", ["a*c"]),
        ("a\\?c", []),
        ("a.c+", ["a.c+"]),
        ("a.c", []),
        ("", [""]),
        ("abc", ["abc"]),
        ("ab", []),
        ("*C", ["ABC"]),
    ],
)
def test_wildcards(pattern: str, matched: list[str]) -> None:
    """`*` any run, `?` one character, a backslash takes their meaning away; case counts, all else is literal."""
    things = [Thing(name) for name in ("abc", "ac", "a*c", "a\nc", "a.c+", "", "ABC")]
    assert found(things, ("name", [pattern])) == matched


def test_a_backslash_at_the_end_is_literal() -> None:
    assert found([Thing("a\\"), Thing("a")], ("name", ["a\\"])) == ["a\\"]
    assert found([Thing("a\\"), Thing("a\\\\")], ("name", ["a\\\\"])) == ["a\\"]


def test_many_stars_are_matched_quickly() -> None:
    things = [Thing("a" * 2000 + "b")]
    assert found(things, ("name", ["*" * 2000 + "c"])) == []
    assert found(things, ("name", ["*" * 2000 + "b"])) == ["a" * 2000 + "b"]


def test_no_pattern_takes_long() -> None:
    """Tried in all combinations, these would take longer than anybody waits."""
    things = [Thing("a" * 255)]
    assert found(things, ("name", ["*a" * 100 + "b"])) == []
    assert found(things, ("name", ["*?a" * 60 + "*b*"])) == []
    assert found(things, ("name", ["*a" * 255])) == ["a" * 255]
    assert found(things, ("name", ["*a" * 256])) == []


@pytest.mark.parametrize("pattern", ["a*b*c", "*ab", "ab*", "*b*b*", "a*b?c", "*ab*c", "a?*c", "**"])
def test_several_wildcards(pattern: str) -> None:
    names = ("abc", "aXbXc", "abcbc", "ab", "aab", "abab", "abcbXc", "")
    expected = [name for name in names if fnmatchcase(name, pattern)]
    assert expected
    assert found([Thing(name) for name in names], ("name", [pattern])) == expected


def test_tags() -> None:
    assert found(THINGS, ("tag:Env", ["prod"])) == ["first"]
    assert found(THINGS, ("tag:Env", ["p*"]), ("tag:Team", [""])) == ["first"]
    assert found(THINGS, ("tag-key", ["env"])) == ["second"]
    assert found(THINGS, ("tag-key", ["?nv"])) == ["first", "second"]
    assert found(THINGS, ("tag-value", ["prod"])) == ["first", "second"]
    assert found(THINGS, ("tag:env:x", ["prod"])) == []


@pytest.mark.parametrize("name", ["size", "", "Name", "tag", "tags:Env"])
def test_an_unknown_filter(name: str) -> None:
    with pytest.raises(AwsError) as caught:
        found(THINGS, (name, ["x"]))
    assert (caught.value.code, caught.value.message) == ("InvalidParameterValue", f"The filter '{name}' is invalid")


def test_tag_filters_are_unknown_where_there_are_no_tags() -> None:
    with pytest.raises(AwsError, match="The filter 'tag:Env' is invalid"):
        matching(THINGS, [{"Name": "tag:Env", "Values": ["prod"]}], NAMES)


def test_an_unknown_filter_is_refused_without_resources_too() -> None:
    with pytest.raises(AwsError, match="The filter 'size' is invalid"):
        found([], ("size", ["1"]))


def test_too_many_values() -> None:
    assert found(THINGS, ("name", ["x"] * (MAX_FILTER_VALUES - 1) + ["third"])) == ["third"]
    with pytest.raises(AwsError) as caught:
        found(THINGS, ("name", ["x"] * (MAX_FILTER_VALUES + 1)))
    assert caught.value.code == "FilterLimitExceeded"


def test_texts_at_a_place_of_an_answer() -> None:
    shown = {
        "State": {"Code": 16, "Name": "running"},
        "Groups": [{"Id": "sg-1", "Names": ["a", "b"]}, {"Id": "sg-2"}],
        "Enabled": False,
        "LaunchTime": datetime(2026, 1, 1, 12, tzinfo=UTC),
    }
    assert list(shown_at("State", "Code")(shown)) == ["16"]
    assert list(shown_at("Groups", "Id")(shown)) == ["sg-1", "sg-2"]
    assert list(shown_at("Groups", "Names")(shown)) == ["a", "b"]
    assert list(shown_at("Enabled")(shown)) == ["false"]
    assert list(shown_at("LaunchTime")(shown)) == ["2026-01-01T12:00:00.000Z"]
    assert list(shown_at("Missing", "Id")(shown)) == []
    assert list(shown_at("Enabled", "Id")(shown)) == []


def test_pages_join_to_the_whole() -> None:
    everything, token, pages = list(range(23)), None, []
    while True:
        shown, token = page(everything, 5, token)
        pages.append(list(shown))
        if token is None:
            break
    assert pages == [everything[start : start + 5] for start in (0, 5, 10, 15, 20)]


def test_the_last_full_page_has_no_token() -> None:
    assert page(list(range(10)), 10, None) == (list(range(10)), None)
    shown, token = page(list(range(10)), 5, None)
    assert (list(shown), page(list(range(10)), 5, token)) == ([0, 1, 2, 3, 4], ([5, 6, 7, 8, 9], None))


def test_without_a_page_size_all_is_shown_from_the_token_on() -> None:
    _, token = page(list(range(2000)), 5, None)
    assert page(list(range(2000)), None, None) == (list(range(2000)), None)
    assert page(list(range(2000)), None, token) == (list(range(5, 2000)), None)


def test_a_token_beyond_what_is_left() -> None:
    _, token = page(list(range(10)), 8, None)
    assert page([1, 2, 3], 8, token) == ([], None)


@pytest.mark.parametrize(("size", "limits"), [(4, (5, 1000)), (1001, (5, 1000)), (0, (1, 1000)), (-1, (1, 1000))])
def test_page_sizes(size: int, limits: tuple[int, int]) -> None:
    with pytest.raises(AwsError) as caught:
        page([1], size, None, limits=limits)
    assert (caught.value.code, caught.value.message) == (
        "InvalidParameterValue",
        f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value between {limits[0]} and {limits[1]}.",
    )
    assert page([1], limits[0], None, limits=limits) == ([1], None)


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        "é",
        base64.urlsafe_b64encode(b"page:-5").decode(),
        base64.urlsafe_b64encode(b"page:1e3").decode(),
        base64.urlsafe_b64encode("page:²".encode()).decode(),
        base64.urlsafe_b64encode(b"marker:5").decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_tokens_of_others_are_refused(token: str) -> None:
    with pytest.raises(AwsError) as caught:
        page(list(range(10)), 5, token)
    assert (caught.value.code, caught.value.message) == (
        "InvalidNextToken",
        "The specified next token is invalid.",
    )
