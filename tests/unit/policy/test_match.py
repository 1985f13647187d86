from __future__ import annotations

import random
import time

import pytest

from skywalk.policy.match import (
    any_of_arns,
    any_of_globs,
    any_of_resources,
    complete_arn,
    crosses_fields,
    glob_matcher,
    literal_heads,
)
from support import plain_conditions


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("abc", "abc", True),
        ("abc", "abcd", False),
        ("abc", "ABC", False),
        ("abc*", "abc", True),
        ("*", "", True),
        ("**", "any\nthing", True),
        ("?", "", False),
        ("?", "\n", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("a*c", "a\n\nc", True),
        ("a*c", "acb", False),
        ("*b", "aab\n", False),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("ab*ba", "aba", False),
        ("ab*ba", "abba", True),
        ("*?", "", False),
        ("?*?", "ab", True),
        ("a.c", "abc", False),
        ("[ab](c)+$", "[ab](c)+$", True),
        ("[ab]*", "a", False),
        ("*ü?", "aüß", True),
    ],
)
def test_glob(pattern: str, text: str, expected: bool) -> None:
    assert glob_matcher(pattern)(text) is expected


def test_globs_agree_with_the_plain_matcher() -> None:
    chance = random.Random(7)
    for _ in range(5000):
        pattern = "".join(chance.choices("ab*?\n", weights=(4, 4, 3, 2, 1), k=chance.randint(0, 8)))
        text = "".join(chance.choices("ab\n", k=chance.randint(0, 10)))
        assert glob_matcher(pattern)(text) is plain_conditions.glob(pattern, text), (pattern, text)


def test_any_of_globs_tries_every_sort_of_pattern() -> None:
    matches = any_of_globs(["x", "y", "pre*", "*mid*", "q?"])
    assert [text for text in ("x", "y", "z", "prefix", "amidb", "qq", "q") if matches(text)] == [
        "x",
        "y",
        "prefix",
        "amidb",
        "qq",
    ]


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("*", "arn:aws:s3:::b", True),
        ("arn:aws:s3:::*", "arn:aws:s3:::b/k", True),
        ("arn:aws:s3:::b", "arn:aws:s3:::b/", False),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/", True),
        ("arn:aws:s3:::B", "arn:aws:s3:::b", False),
        ("arn:*:s3:::b", "arn:aws:s3:::b", True),
        # a wildcard stays within its field, but the last field may hold colons
        ("arn:*:s3:::b", "arn:aws:x:s3:::b", False),
        ("arn:aws:*:::b", "arn:aws:s3:::b", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a:b", True),
        ("arn:aws:s3:*:*:b/*", "arn:aws:s3:::b/a:b", True),
        ("arn:aws:s3:::b/*/x", "arn:aws:s3:::b/\n/x", True),
    ],
)
def test_arn(pattern: str, arn: str, expected: bool) -> None:
    assert any_of_arns([pattern])(arn) is expected


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("*", "*", True),
        ("arn:aws:sqs:*:*:*", "arn:aws:sqs:eu-west-1:123456789012:q", True),
        # a `*` at the end of a field goes on over colons
        ("arn:aws:logs:*:log-group:x:*", "arn:aws:logs:eu-west-1:123456789012:log-group:x:y", True),
        ("arn:aws:s3:*:*:b/k", "arn:aws:s3:::a/x:b/k", True),
        ("arn:aws:s3:*:*:b/k", "arn:aws:s3:::a/x:b/kk", False),
        ("arn:aws:*:::b", "arn:aws:s3:::b", True),
        # other wildcards do not
        ("arn:aws:s?:*:*:b/k", "arn:aws:s3:::b/k", True),
        ("arn:aws:s?:*:*:b/k", "arn:aws:s3:::a/x:b/k", False),
        ("arn:*:s*3:::b", "arn:aws:s3:::b", True),
    ],
)
def test_resources(pattern: str, arn: str, expected: bool) -> None:
    assert any_of_resources([pattern])(arn) is expected
    assert any_of_resources(["arn:aws:none:::x", pattern])(arn) is expected


def test_incomplete_arns_are_completed() -> None:
    assert complete_arn("arn:aws:sqs") == "arn:aws:sqs:*:*:*"
    assert complete_arn("arn:aws:s3::") == "arn:aws:s3:::*"
    assert complete_arn("arn:") == "arn::*:*:*:*"
    assert complete_arn("*") == "*"
    assert complete_arn("arn:aws:s3:::a:b:c") == "arn:aws:s3:::a:b:c"


def test_which_patterns_cross_fields() -> None:
    assert all(map(crosses_fields, ("*", "arn:aws:s3:*:*:b?*b", "arn:aws:s*:::b", "arn:aws:sq**:a")))
    assert not any(map(crosses_fields, ("arn:aws:s?:::b", "arn:aws:*3:::b", "arn:aws:s3:a*b::c")))


def test_many_patterns_are_indexed_and_mean_the_same() -> None:
    chance = random.Random(3)
    for _ in range(60):
        patterns = ["".join(chance.choices("ab-/*?", k=chance.randint(1, 8))) for _ in range(chance.randint(9, 40))]
        matches = any_of_globs(patterns)
        for _ in range(60):
            text = "".join(chance.choices("ab-/", k=chance.randint(0, 10)))
            assert matches(text) is any(plain_conditions.glob(pattern, text) for pattern in patterns), (patterns, text)


def test_literal_heads_are_the_fewest() -> None:
    assert literal_heads(["b/*", "b", "a?", "ab", "c"]) == ("a", "b", "c")
    assert literal_heads(["*", "x"]) == ("",)
    assert literal_heads([]) == ()


@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 500 + "b",
        "*a?" * 300 + "b",
        "?*" * 500 + "b",
        "*" * 20_000 + "b",
        "*" + "?" * 600 + "b*" + "?" * 300,
        "*" + "a" * 1000 + "b*",
    ],
)
def test_catastrophic_patterns_are_bounded(pattern: str) -> None:
    matches = glob_matcher(pattern)
    start = time.process_time()
    assert not matches("a" * 1200)
    # A backtracking matcher does not come back at all; this one takes milliseconds, most to compile the pattern.
    assert time.process_time() - start < 1
