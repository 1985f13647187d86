"""Names within URLs, ARNs and ciphertexts."""

from __future__ import annotations

import pytest

from skywalk.edge.services.modelled.access import Asker
from skywalk.edge.services.modelled.readings import READINGS

ASKER = Asker("123456789012", "us-east-1")


@pytest.mark.parametrize(
    ("reading", "value", "found"),
    [
        ("queue url", "https://sqs.us-east-1.amazonaws.com/123456789012/q", ("q", "123456789012")),
        ("queue url", "http://127.0.0.1:4599/123456789012/q/", ("q", "123456789012")),
        ("queue url", "/123456789012/q%2Ea", ("q.a", "123456789012")),
        ("queue url", "q", ("q", None)),
        ("queue url", "https://x/y/123456789012/q", None),
        ("queue url", "https://x/123456789012/q/more", None),
        ("queue url", "https://x/", None),
        ("queue url", "http://[/123456789012/q", None),
        ("parameter", "/a/b", ("a/b", None)),
        ("parameter", "a:label", ("a", None)),
        ("parameter", "arn:aws:ssm:us-east-1:123456789012:document/a", None),
        ("layer", "arn:aws:lambda:us-east-1:210987654321:layer:l", ("l", "210987654321")),
        ("layer", "arn:aws:lambda:us-east-1:210987654321:function:l", None),
        ("log group", "arn:aws:logs:us-east-1:210987654321:log-group:/g", ("/g", "210987654321")),
        ("log group", "arn:aws:logs:us-east-1:210987654321:destination:/g", None),
        ("ciphertext", "?", None),
        ("file system", "fs-0123", ("file-system/fs-0123", None)),
        ("file system", "fsap-0123", ("access-point/fsap-0123", None)),
        ("shard iterator", "b3JkZXJzOnNoYXJkSWQtMDAwMDAwMDAwMDAwOjU=\n", ("orders", None)),
        ("shard iterator", "AAAAAAAAAAEuncw", None),
        (
            "stream iterator",
            "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/2026-01-01T00:00:00.000|1|MTE=",
            ("table/t/stream/2026-01-01T00:00:00.000", "123456789012"),
        ),
        ("stream iterator", "arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/1|1|MTE=", None),
        (
            "ciphertext",
            "bXJrLTAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmLi4u",
            ("mrk-0123456789abcdef0123456789abcdef", None),
        ),
    ],
)
def test_reading(reading: str, value: str, found: object) -> None:
    assert READINGS[reading](value, ASKER) == found
