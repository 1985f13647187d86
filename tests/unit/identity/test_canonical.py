from __future__ import annotations

import pytest

from skywalk.identity.canonical import (
    canonical_query,
    canonical_request,
    canonical_s3_path,
    canonical_service_path,
    fold_spaces,
    split_query,
)


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("/", "/"),
        ("/a//b/../c", "/a//b/../c"),
        ("/%7Euser/%41", "/~user/A"),
        ("/a%2fb", "/a%2Fb"),
        ("/a%2Fb", "/a%2Fb"),
        ("/a b(1)", "/a%20b%281%29"),
        ("/a+b", "/a%2Bb"),
        ("/100%", "/100%25"),
        ("/%E2%82%AC", "/%E2%82%AC"),
    ],
)
def test_s3_paths_are_encoded_once(sent: str, canonical: str) -> None:
    assert canonical_s3_path(sent) == canonical


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [("/", "/"), ("/a/./b/../c//d/", "/a/c/d/"), ("/..", "/"), ("/a%20b", "/a%2520b"), ("/a:b", "/a%3Ab")],
)
def test_other_paths_are_normalised_and_encoded_twice(sent: str, canonical: str) -> None:
    assert canonical_service_path(sent) == canonical


def test_query_is_sorted_by_encoded_name_then_value() -> None:
    sent = "b=2&a=%62&B=&a=a&c&d=a+b&d=%7e&&e=a/b"
    assert canonical_query(split_query(sent)) == "B=&a=a&a=b&b=2&c=&d=a%20b&d=~&e=a%2Fb"


@pytest.mark.parametrize(("sent", "folded"), [(" a  b\t c ", "a b c"), ("a b", "a b"), ("", ""), ("\t", "")])
def test_spaces_of_header_values(sent: str, folded: str) -> None:
    assert fold_spaces(sent) == folded


def test_request_of_the_documentation() -> None:
    # S3 API Reference, "Authenticating Requests: Using the Authorization Header", GET Bucket Lifecycle
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    values = {
        "host": "examplebucket.s3.amazonaws.com",
        "x-amz-content-sha256": empty,
        "x-amz-date": "20130524T000000Z",
    }
    names = "host;x-amz-content-sha256;x-amz-date"
    query = canonical_query(split_query("lifecycle"))
    assert canonical_request("GET", "/", query, names.split(";"), values, names, empty).decode() == (
        "GET\n/\nlifecycle=\n"
        "host:examplebucket.s3.amazonaws.com\n"
        f"x-amz-content-sha256:{empty}\n"
        "x-amz-date:20130524T000000Z\n"
        "\n"
        "host;x-amz-content-sha256;x-amz-date\n"
        f"{empty}"
    )
