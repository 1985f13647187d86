"""What must not be in a log is taken out by its name, whoever said it."""

from __future__ import annotations

import logging

import pytest

from skywalk.logs.lines import JsonLines, TextLines
from skywalk.logs.secrets import HIDDEN, hide_secrets

SECRET = "c2VjcmV0+of/nobody=="


@pytest.mark.parametrize(
    "text",
    [
        f"GET /b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={SECRET}&X-Amz-Date=1 failed in moto",
        f"GET /b/k?X-Amz-Security-Token={SECRET}",
        f"GET /b/k?x-amz-security-token={SECRET}",
        f"GET /b/k?AWSAccessKeyId=AKIA&Signature={SECRET}&Expires=1",
        f"Authorization: AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, Signature={SECRET}",
        f"{{'authorization': 'AWS4-HMAC-SHA256 Credential=A, SignedHeaders=host, Signature={SECRET}'}}",
        f"{{'SecretAccessKey': '{SECRET}'}}",
        f'{{"SecretAccessKey": "{SECRET}", "SessionToken": "{SECRET}"}}',
        f"BackendSetting(url='http://x', access_key_id='a', secret_access_key='{SECRET}')",
        f"aws_secret_access_key={SECRET}",
        f"AWS_SESSION_TOKEN={SECRET}",
        f"Action=RunInstances&UserData={SECRET}&X=1",
    ],
)
def test_hidden(text: str) -> None:
    hidden = hide_secrets(text)
    assert SECRET not in hidden
    assert "c2VjcmV0" not in hidden
    assert HIDDEN in hidden
    for form in (TextLines("daemon"), JsonLines("daemon")):
        record = logging.LogRecord("skywalk", logging.INFO, "f.py", 1, "%s", (text,), None)
        assert "c2VjcmV0" not in form.format(record)


def test_what_stands_around_it_stays() -> None:
    text = "GET /b/k?X-Amz-Date=1&X-Amz-Signature=abc&X-Amz-Expires=60 failed"
    assert hide_secrets(text) == f"GET /b/k?X-Amz-Date=1&X-Amz-Signature={HIDDEN}&X-Amz-Expires=60 failed"


@pytest.mark.parametrize(
    "text",
    [
        "vpc-1 is not as it should be: eni-1: step 3: File exists",
        "ec2 GetPasswordData: InvalidParameter",
        "the token is too old",
        "sts GetSessionToken: OK",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert hide_secrets(text) == text
