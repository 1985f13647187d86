from __future__ import annotations

import pytest

from skywalk.edge.services.s3.query import parse_query
from skywalk.values.errors import AwsError


def test_parameters_are_decoded_and_keep_their_order() -> None:
    query = parse_query("prefix=a+b%2F&&acl&empty=&list-type=2;x=1")
    assert list(query.parameters.items()) == [
        ("prefix", "a b/"),
        ("acl", ""),
        ("empty", ""),
        ("list-type", "2;x=1"),
    ]
    assert query.headers == {}


def test_the_signature_is_left_out() -> None:
    query = parse_query("X-Amz-Signature=s&X-AMZ-Credential=c&AWSAccessKeyId=a&Signature=b&Expires=1&versionId=v")
    assert (query.parameters, query.headers) == ({"versionId": "v"}, {})


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("a=1&a=1", "InvalidArgument"),
        ("a&%61=1", "InvalidArgument"),
        ("x-amz-acl=1&X-Amz-ACL=1", "InvalidArgument"),
        ("X-Amz-Signature=a&x-amz-signature=b", "InvalidArgument"),
        ("x-amz-meta-%0a=1", "InvalidArgument"),
        ("x-amz-meta-a=%C3%BC", "InvalidArgument"),
        ("a=%", "InvalidURI"),
        ("%ff", "InvalidURI"),
    ],
)
def test_refused(raw: str, code: str) -> None:
    with pytest.raises(AwsError) as error:
        parse_query(raw)
    assert error.value.code == code
