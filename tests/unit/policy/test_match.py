from __future__ import annotations

import random
import time

import pytest

from skywalk.policy.match import any_of_arns, any_of_globs, glob_matcher, literal_heads
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
