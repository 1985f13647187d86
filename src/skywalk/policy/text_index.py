"""Which of many patterns a text may match, without asking each of them.

A *feature* of a pattern is something that every text it matches has: the text itself, what stands before its first
slash, its first characters, its last ones, a word in it, or a few characters in a row. Each pattern is filed under one
feature that it shares with few others, or else with the fewest; a text's own features are looked up in a few dicts.
What is found may match, what is not found cannot.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Filed = Mapping[str, tuple[int, ...]]
    ByLength = tuple[tuple[int, Filed], ...]

MAXIMUM_LENGTHS = 12
"""Lengths of first (and of last) characters that are looked up. Where there are more, some are cut to a shorter one."""
WINDOWS = (8, 4)
"""How many characters in a row are looked up: this costs most, and is done where nothing else tells patterns apart."""

_FEW = 4
"""A pattern that shares a feature with no more others does not need one that costs more to look up."""
_WILDCARDS = re.compile(r"[*?]+")
_WORD = re.compile(r"[A-Za-z0-9]+")
_WORD_BETWEEN = re.compile(r"(?<=[^A-Za-z0-9])[A-Za-z0-9]+(?=[^A-Za-z0-9])")
# What is looked at of a pattern's inner parts; long ones differ early or have other features.
_PARTS, _CHARACTERS = 4, 40


class Sort(IntEnum):
    """Sorts of features, those that cost least to look up first."""

    WHOLE = 0
    BEFORE_SLASH = 1
    HEAD = 2
    TAIL = 3
    WORD = 4
    WINDOW = 5


class Feature(NamedTuple):
    sort: Sort
    text: str


class Choice(NamedTuple):
    """A pattern's feature and how many patterns have it."""

    feature: Feature
    shared_by: int


def literal_features(texts: Sequence[str]) -> list[Choice | None]:
    """Of texts that match themselves alone."""
    counts = Counter(texts)
    return [Choice(Feature(Sort.WHOLE, text), counts[text]) for text in texts]


def pattern_features(patterns: Sequence[str]) -> list[Choice | None]:
    """Of patterns with wildcards; None for those that have no feature, such as `*`."""
    choices: list[Choice | None] = [None] * len(patterns)
    poor = list(range(len(patterns)))
    for features_of in (_outer_features, _words, _windows):
        listed = {at: tuple(features_of(patterns[at])) for at in poor}
        counts = Counter(feature for features in listed.values() for feature in features)
        for at, features in listed.items():
            choices[at] = _rarer(choices[at], features, counts)
        poor = [at for at in poor if (choice := choices[at]) is None or choice.shared_by > _FEW]
        if len(poor) <= _FEW:
            break
    return choices


class TextIndex:
    """Numbers filed under features."""

    __slots__ = ("_before_slash", "_heads", "_tails", "_whole", "_windows", "_words")

    def __init__(self, filed: Iterable[tuple[Feature, int]]) -> None:
        by_sort: dict[Sort, dict[str, list[int]]] = {sort: {} for sort in Sort}
        for feature, number in filed:
            by_sort[feature.sort].setdefault(feature.text, []).append(number)
        self._whole = _settled(by_sort[Sort.WHOLE])
        self._before_slash = _settled(by_sort[Sort.BEFORE_SLASH])
        self._heads = _by_length(by_sort[Sort.HEAD], from_start=True)
        self._tails = _by_length(by_sort[Sort.TAIL], from_start=False)
        self._words = _settled(by_sort[Sort.WORD])
        self._windows = _by_length(by_sort[Sort.WINDOW], from_start=True)

    def find(self, text: str) -> list[tuple[int, ...]]:
        """The numbers, each tuple sorted, of all that `text` may match."""
        found: list[tuple[int, ...]] = []
        if self._whole and (hit := self._whole.get(text)):
            found.append(hit)
        if self._before_slash and (hit := self._before_slash.get(text.partition("/")[0])):
            found.append(hit)
        for length, filed in self._heads:
            if hit := filed.get(text[:length]):
                found.append(hit)
        for length, filed in self._tails:
            if hit := filed.get(text[-length:]):
                found.append(hit)
        if self._words:
            found.extend(filter(None, map(self._words.get, _WORD.findall(text))))
        for length, filed in self._windows:
            windows = [text[at : at + length] for at in range(len(text) - length + 1)]
            found.extend(filter(None, map(filed.get, windows)))
        return found


def _outer_features(pattern: str) -> Iterator[Feature]:
    parts = _WILDCARDS.split(pattern)
    if len(parts) == 1:
        yield Feature(Sort.WHOLE, pattern)
        return
    before, slash, _ = parts[0].partition("/")
    if slash:
        yield Feature(Sort.BEFORE_SLASH, before)
    if parts[0]:
        yield Feature(Sort.HEAD, parts[0])
    if parts[-1]:
        yield Feature(Sort.TAIL, parts[-1])


def _words(pattern: str) -> Iterator[Feature]:
    for part in _inner_parts(pattern):
        yield from (Feature(Sort.WORD, word) for word in _WORD_BETWEEN.findall(part))


def _windows(pattern: str) -> Iterator[Feature]:
    for length in WINDOWS:
        for part in _inner_parts(pattern):
            for at in range(len(part) - length + 1):
                yield Feature(Sort.WINDOW, part[at : at + length])


def _inner_parts(pattern: str) -> Iterator[str]:
    """What stands between wildcards, and after the last."""
    return (part[:_CHARACTERS] for part in _WILDCARDS.split(pattern)[1 : 1 + _PARTS])


def _rarer(found: Choice | None, features: Iterable[Feature], counts: Mapping[Feature, int]) -> Choice | None:
    for feature in features:
        if found is None or (counts[feature], feature.sort) < (found.shared_by, found.feature.sort):
            found = Choice(feature, counts[feature])
    return found


def _settled(filed: Mapping[str, list[int]]) -> Filed:
    return {text: tuple(sorted(set(numbers))) for text, numbers in filed.items()}


def _by_length(filed: Mapping[str, list[int]], *, from_start: bool) -> ByLength:
    lengths = sorted({len(text) for text in filed})
    if len(lengths) > MAXIMUM_LENGTHS:
        step = len(lengths) / MAXIMUM_LENGTHS
        lengths = [lengths[int(place * step)] for place in range(MAXIMUM_LENGTHS)]
    cut: dict[int, dict[str, list[int]]] = {length: {} for length in lengths}
    for text, numbers in filed.items():
        length = max(one for one in lengths if one <= len(text))
        key = text[:length] if from_start else text[-length:]
        cut[length].setdefault(key, []).extend(numbers)
    return tuple((length, _settled(texts)) for length, texts in cut.items())
