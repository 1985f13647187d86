from __future__ import annotations

from datetime import UTC, datetime

import pytest

from skywalk.identity.presented import parse_timestamp, present_header, present_query
from skywalk.identity.refusals import Family
from skywalk.values.errors import AwsError

SIGNATURE = "0" * 64
CREDENTIAL = "AKIAEXAMPLE/20260101/us-east-1/s3/aws4_request"
DATE = {"x-amz-date": "20260101T120000Z"}


def test_fields_in_any_order_and_spacing() -> None:
    usual = f"AWS4-HMAC-SHA256 Credential={CREDENTIAL}, SignedHeaders=host;x-amz-date, Signature={SIGNATURE}"
    other = f"AWS4-HMAC-SHA256  Signature={SIGNATURE},SignedHeaders=host;x-amz-date,Credential={CREDENTIAL}"
    headers = {**DATE, "x-amz-security-token": "token"}
    presented = present_header(usual, headers, Family.S3)
    assert present_header(other, headers, Family.S3) == presented
    assert presented.claim.access_key_id == "AKIAEXAMPLE"
    assert presented.claim.scope == "20260101/us-east-1/s3/aws4_request"
    assert presented.session_token == "token"
    assert presented.moment == datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert not presented.is_presigned


@pytest.mark.parametrize("date", ["Thu, 01 Jan 2026 12:00:00 GMT", "20260101T120000Z"])
def test_date_header(date: str) -> None:
    authorization = f"AWS4-HMAC-SHA256 Credential={CREDENTIAL}, SignedHeaders=date;host, Signature={SIGNATURE}"
    assert present_header(authorization, {"date": date}, Family.QUERY).timestamp == "20260101T120000Z"


@pytest.mark.parametrize(
    ("authorization", "words"),
    [
        ("AWS4-HMAC-SHA256 ", "requires 'Credential' parameter. Authorization header requires 'Signature'"),
        (f"AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature={SIGNATURE}", "exactly 5 slash-delimited"),
        (f"AWS4-HMAC-SHA256 Credential={CREDENTIAL}, SignedHeaders=host, Signature=abc", "64 hexadecimal digits"),
        (
            f"AWS4-HMAC-SHA256 Credential={CREDENTIAL}, SignedHeaders=host, Signature={SIGNATURE}, Signature=1",
            "'Signature' is given more than once",
        ),
        ("Bearer abc", "Unsupported AWS 'algorithm': 'Bearer'"),
    ],
)
def test_refusals_say_what_is_wrong(authorization: str, words: str) -> None:
    with pytest.raises(AwsError, match=words):
        present_header(authorization, DATE, Family.QUERY)


@pytest.mark.parametrize(
    "text", ["20260101T120000", "20261301T120000Z", "20260101T250000Z", "", "2026-01-01T12:00:00Z"]
)
def test_timestamps_that_are_none(text: str) -> None:
    assert parse_timestamp(text) is None


def test_presigned_parameters() -> None:
    parameters = [
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", CREDENTIAL),
        ("X-Amz-Date", "20260101T120000Z"),
        ("X-Amz-SignedHeaders", "host"),
        ("X-Amz-Signature", SIGNATURE),
    ]
    assert present_query(parameters, Family.QUERY).expires_seconds == 900
    assert present_query([*parameters, ("X-Amz-Expires", "60")], Family.S3).expires_seconds == 60
    for left_out in range(len(parameters)):
        fewer = [*parameters[:left_out], *parameters[left_out + 1 :], ("X-Amz-Expires", "60")]
        with pytest.raises(AwsError, match="AuthorizationQueryParametersError"):
            present_query(fewer, Family.S3)
