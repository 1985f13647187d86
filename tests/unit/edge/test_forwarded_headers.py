"""What of a client's headers gets to a backend."""

from __future__ import annotations

import pytest

from skywalk.edge.forwarded_headers import forwarded_headers, passed_headers


def test_metadata_and_conditions_pass() -> None:
    sent = {"content-type": "text/plain", "x-amz-meta-a_b": "c", "if-match": '"e"', "range": "bytes=0-1"}
    assert forwarded_headers(sent, ()) == list(sent.items())


@pytest.mark.parametrize(
    "name",
    [
        "x-moto-account-id",
        "x_moto_account_id",
        "x-moto_account-id",
        "x_amz_acl",
        "x-skywalk-endpoint",
        "x-forwarded-for",
        "forwarded",
        "authorization",
        "x-amz-security-token",
        "x-amz-content-sha256",
        "x-amz-decoded-content-length",
        "x-amz-trailer",
        "host",
        "connection",
        "transfer-encoding",
        "content-length",
        "expect",
    ],
)
def test_others_do_not(name: str) -> None:
    assert forwarded_headers({name: "1", "range": "bytes=0-1"}, ()) == [("range", "bytes=0-1")]


def test_changes_are_made() -> None:
    changes = (("x-amz-copy-source", "/b/k"), ("x-amz-bypass-governance-retention", None))
    sent = {"x-amz-copy-source": "b//k", "x-amz-bypass-governance-retention": "maybe"}
    assert forwarded_headers(sent, changes) == [("x-amz-copy-source", "/b/k")]


@pytest.mark.parametrize(
    "name", ["x-amz-bypass-governance_retention", "x-amz-copy_source", "x-amz-decoded-content-length", "x-moto-a"]
)
def test_what_may_not_pass_as_a_header_may_not_come_from_a_query(name: str) -> None:
    changes = (("x-amz-meta-a_b", "c"), (name, "1"))
    assert forwarded_headers({}, changes) == [("x-amz-meta-a_b", "c")]


@pytest.mark.parametrize(("sent", "expected"), [("aws-chunked", None), ("gzip,aws-chunked", "gzip"), ("gzip", "gzip")])
def test_aws_chunked_ends_at_the_edge(sent: str, expected: str | None) -> None:
    found = dict(forwarded_headers({"content-encoding": sent}, ()))
    assert found.get("content-encoding") == expected


def test_the_api_gets_what_was_signed_and_the_host() -> None:
    sent = [("host", "sts.amazonaws.com"), ("authorization", "AWS4"), ("x-moto-a", "1"), ("connection", "close")]
    assert passed_headers(sent) == [("host", "sts.amazonaws.com"), ("authorization", "AWS4")]
