from __future__ import annotations

import pytest

from skywalk.policy.review.arn_formats import may_meet

_BUCKET = "arn:${Partition}:s3:::${BucketName}"
_OBJECT = "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
_QUEUE = "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"
_INDEX = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/index/${IndexName}"


@pytest.mark.parametrize(
    ("pattern", "arn_format"),
    [
        ("*", _QUEUE),
        ("arn:*", _BUCKET),
        ("arn:aws:s3:::b", _BUCKET),
        ("arn:aws:s3:::b*", _BUCKET),
        ("arn:aws:s3:::b*", _OBJECT),
        ("arn:aws:s3:::b/*", _OBJECT),
        ("arn:aws:s3:::b/a/b/c", _OBJECT),
        ("arn:aws:s3:::*/?", _OBJECT),
        ("arn:aws:s3:::b?k", _OBJECT),
        ("arn:aws:s3:::${aws:username}", _BUCKET),
        ("arn:aws:s3:::b/${aws:username, 'x'}/*", _OBJECT),
        ("arn:aws:sqs:*:*:jobs-*", _QUEUE),
        ("arn:aws:sqs:us-east-1:123456789012:jobs", _QUEUE),
        ("arn:aws:dynamodb:*:*:table/*", _INDEX),
        ("arn:aws:dynamodb:*:*:table/t/index/*", _INDEX),
        ("arn:aws:dynamodb:*:*:*/i", _INDEX),
    ],
)
def test_patterns_that_meet(pattern: str, arn_format: str) -> None:
    assert may_meet(pattern, arn_format)


@pytest.mark.parametrize(
    ("pattern", "arn_format"),
    [
        ("arn:aws:s3:::b/*", _BUCKET),
        ("arn:aws:s3:::*/", _BUCKET),
        ("arn:aws:s3:::b", _OBJECT),
        ("arn:aws:s3:::b/", _OBJECT),
        ("arn:aws:s3:us-east-1::b", _BUCKET),
        ("arn:aws:s3::123456789012:b", _BUCKET),
        ("arn:aws:sqs:us-east-1:123456789012:", _QUEUE),
        ("arn:aws:sqs:us-east-1:123456789012:jobs/a", _QUEUE),
        ("arn:aws:sqs:::jobs", _QUEUE),
        ("arn:aws:sns:*:*:jobs", _QUEUE),
        ("arn:aws:dynamodb:*:*:table/t", _INDEX),
        ("arn:aws:dynamodb:*:*:table/t/stream/*", _INDEX),
    ],
)
def test_patterns_that_never_meet(pattern: str, arn_format: str) -> None:
    assert not may_meet(pattern, arn_format)


def test_texts_of_the_format_are_met_by_patterns_made_of_them() -> None:
    """Whatever a `*` or `?` is put in the place of, the pattern still meets."""
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders/index/by-day"
    head, body = arn[: arn.index("table")], arn[arn.index("table") :]
    for start in range(len(body)):
        for end in range(start + 1, len(body) + 1):
            assert may_meet(f"{head}{body[:start]}*{body[end:]}", _INDEX)
        assert may_meet(f"{head}{body[:start]}?{body[start + 1 :]}", _INDEX)


def test_a_long_pattern_costs_no_more_than_its_length_times_the_format_s() -> None:
    assert not may_meet(f"arn:aws:sqs:*:*:{'*a?' * 6000}/", _QUEUE)
