from __future__ import annotations

import random

from skywalk.policy.match import any_of_globs
from skywalk.policy.text_index import MAXIMUM_LENGTHS, Feature, Sort, TextIndex, literal_features, pattern_features

MANY = range(200)


def sorts(*patterns: str) -> set[Sort | None]:
    return {None if choice is None else choice.feature.sort for choice in pattern_features(patterns)}


def index_of(*patterns: str) -> TextIndex:
    return TextIndex((choice.feature, at) for at, choice in enumerate(pattern_features(patterns)) if choice is not None)


def found(index: TextIndex, text: str) -> set[int]:
    return {number for hit in index.find(text) for number in hit}


def test_each_pattern_is_filed_under_what_tells_it_from_the_others() -> None:
    assert sorts(*(f"arn:aws:s3:::b{number}" for number in MANY)) == {Sort.WHOLE}
    assert sorts(*(f"arn:aws:s3:::b{number}/*" for number in MANY)) == {Sort.BEFORE_SLASH}
    assert sorts(*(f"arn:aws:s3:::b{number}-*/*" for number in MANY)) == {Sort.HEAD}
    assert sorts(*(f"arn:aws:s3:::bank/u{number}/*" for number in MANY)) == {Sort.HEAD}
    assert sorts(*(f"arn:aws:s3:::*-{number}" for number in MANY)) == {Sort.TAIL}
    assert sorts(*(f"arn:aws:s3:::*-logs-{number}/*" for number in MANY)) == {Sort.WORD}
    assert sorts(*(f"arn:aws:sqs:*:*:team{number}-*" for number in MANY)) == {Sort.WORD}
    assert sorts(*(f"arn:aws:s3:::*xx{number:04}xx*" for number in MANY)) == {Sort.WINDOW}
    assert sorts("*", "?*", "**?") == {None}


def test_a_text_finds_few_of_many() -> None:
    shapes = (
        ("arn:aws:s3:::b{}-*/*", "arn:aws:s3:::b{}-x/k"),
        ("arn:aws:s3:::*-logs-{}/*", "arn:aws:s3:::old-logs-{}/k"),
        ("arn:aws:s3:::*-logs-{}", "arn:aws:s3:::old-logs-{}"),
        ("arn:aws:sqs:*:*:team{}-*", "arn:aws:sqs:eu-west-1:123456789012:team{}-in"),
        ("arn:aws:s3:::*xx{}xx*", "arn:aws:s3:::axx{}xxb/k"),
        ("arn:aws:s3:::bank/u{}/*", "arn:aws:s3:::bank/u{}/k"),
    )
    for pattern, text in shapes:
        index = index_of(*(pattern.format(1000 + number) for number in range(2000)))
        for number in (0, 999, 1999):
            hits = found(index, text.format(1000 + number))
            assert number in hits
            assert len(hits) < 6, (pattern, hits)
        assert not found(index, "arn:aws:sns:eu-west-1:123456789012:other")


def test_lengths_that_are_looked_up_are_few() -> None:
    patterns = [f"{'a' * length}{length}*" for length in range(1, 100)]
    index = index_of(*patterns)
    assert len(index._heads) <= MAXIMUM_LENGTHS
    for at, pattern in enumerate(patterns):
        assert at in found(index, pattern.replace("*", "-and-more"))


def test_texts_that_match_themselves_alone() -> None:
    choices = literal_features(["a*", "b", "b"])
    assert [choice.shared_by for choice in choices if choice] == [1, 2, 2]
    index = TextIndex((Feature(Sort.WHOLE, text), at) for at, text in enumerate(["a*", "b", "b"]))
    assert found(index, "b") == {1, 2}
    assert found(index, "ab") == set()


def test_nothing_that_matches_is_missed() -> None:
    chance = random.Random(5)
    parts = ["a", "b", "-", "/", ":", "ab", "logs", "*", "?", "*", "9"]
    for _ in range(150):
        patterns = ["".join(chance.choices(parts, k=chance.randint(1, 7))) for _ in range(chance.randint(1, 60))]
        choices = pattern_features(patterns)
        index = index_of(*patterns)
        for _ in range(30):
            text = "".join(chance.choices(parts, k=chance.randint(0, 9)))
            text = text if chance.random() < 0.5 else chance.choice(patterns).replace("*", text).replace("?", "x")
            hits = found(index, text)
            for at, pattern in enumerate(patterns):
                if any_of_globs((pattern,))(text):
                    assert choices[at] is None or at in hits, (pattern, text)
