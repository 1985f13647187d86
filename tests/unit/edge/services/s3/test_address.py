from __future__ import annotations

import pytest

from skywalk.edge.services.s3.address import parse_address
from skywalk.values.errors import AwsError

REGIONAL = "s3.us-east-1.amazonaws.com"
NAMES = (REGIONAL, "s3.amazonaws.com", "127.0.0.1", "vpce-1.s3.us-east-1.vpce.amazonaws.com")


@pytest.mark.parametrize(
    ("host", "path", "bucket", "key"),
    [
        (REGIONAL, "/", "", ""),
        (REGIONAL, "/bank", "bank", ""),
        (REGIONAL, "/bank/", "bank", ""),
        (REGIONAL, "/bank/k", "bank", "k"),
        (REGIONAL, "/my.dotted.bucket/k", "my.dotted.bucket", "k"),
        (REGIONAL + ":443", "/bank/k", "bank", "k"),
        (REGIONAL + ".", "/bank/k", "bank", "k"),
        ("127.0.0.1:4599", "/bank/k", "bank", "k"),
        ("bank." + REGIONAL, "/", "bank", ""),
        ("bank." + REGIONAL, "/other/k", "bank", "other/k"),
        ("my.dotted.bucket." + REGIONAL, "/k", "my.dotted.bucket", "k"),
        ("www.bank.s3.amazonaws.com", "/k", "www.bank", "k"),
        ("us-east-1.s3.amazonaws.com", "/k", "us-east-1", "k"),
        ("bank.vpce-1.s3.us-east-1.vpce.amazonaws.com", "/k", "bank", "k"),
        # keys are never normalised
        (REGIONAL, "/bank//k", "bank", "/k"),
        (REGIONAL, "/bank/a//b/", "bank", "a//b/"),
        (REGIONAL, "/bank/a/../b", "bank", "a/../b"),
        (REGIONAL, "/bank/a/./b", "bank", "a/./b"),
        (REGIONAL, "/bank/a%2Fb", "bank", "a/b"),
        (REGIONAL, "/bank/a/%2e%2e/b", "bank", "a/../b"),
        (REGIONAL, "/bank/%252e", "bank", "%2e"),
        (REGIONAL, "/bank/a+b%2Bc%20d", "bank", "a b+c d"),
        (REGIONAL, "/bank/%C3%BC%0A", "bank", "ü\n"),
        (REGIONAL, "/ba%6Ek/k", "bank", "k"),
        (REGIONAL, "/bank/" + "k" * 1024, "bank", "k" * 1024),
    ],
)
def test_addresses(host: str, path: str, bucket: str, key: str) -> None:
    address = parse_address(host, path, NAMES)
    assert (address.bucket, address.key) == (bucket, key)


@pytest.mark.parametrize(
    ("host", "path", "code"),
    [
        (REGIONAL, "", "InvalidURI"),
        (REGIONAL, "*", "InvalidURI"),
        (REGIONAL, "http://x/bank", "InvalidURI"),
        (REGIONAL, "//bank/k", "InvalidURI"),
        (REGIONAL, "/bank/%zz", "InvalidURI"),
        (REGIONAL, "/bank/%4", "InvalidURI"),
        (REGIONAL, "/bank/%ff", "InvalidURI"),
        (REGIONAL, "/bank/../k", "InvalidURI"),
        (REGIONAL, "/bank/a/../../k", "InvalidURI"),
        (REGIONAL, "/bank%2Fk", "InvalidBucketName"),
        (REGIONAL, "/../k", "InvalidBucketName"),
        (REGIONAL, "/ab/k", "InvalidBucketName"),
        (REGIONAL, "/ba nk/k", "InvalidBucketName"),
        (REGIONAL, "/-bank/k", "InvalidBucketName"),
        (REGIONAL, "/arn:aws:s3:::x/k", "InvalidBucketName"),
        ("." + REGIONAL, "/k", "InvalidBucketName"),
        ("bank.example.com", "/k", "InvalidURI"),
        ("xs3.amazonaws.com", "/k", "InvalidURI"),
        ("s3.eu-west-1.amazonaws.com", "/k", "InvalidURI"),
        ("", "/k", "InvalidURI"),
        (REGIONAL, "/bank/" + "k" * 1025, "KeyTooLongError"),
        (REGIONAL, "/bank/" + "%C3%BC" * 513, "KeyTooLongError"),
    ],
)
def test_refused(host: str, path: str, code: str) -> None:
    with pytest.raises(AwsError) as error:
        parse_address(host, path, NAMES)
    assert error.value.code == code
