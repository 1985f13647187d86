"""Presigned URLs as an unmodified boto3 makes them in us-east-1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from skywalk.identity.body_check import BodyKind
from skywalk.identity.caller import CallerKind, root_caller
from skywalk.identity.credentials import MemoryKeyRing
from skywalk.identity.session import SessionClaims, SessionCredentials, mint_session
from skywalk.identity.sigv4 import SignedRequest, Verifier
from skywalk.values.errors import AwsError

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
REGION_KEY = b"k" * 32
CLAIMS = SessionClaims(
    account_id="123456789012",
    role_arn="arn:aws:iam::123456789012:role/app",
    role_id="AROAEXAMPLE",
    role_name="app",
    session_name="worker",
    issued_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    serial="0001",
)


@pytest.fixture(autouse=True)
def _botocore_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.auth.time.time", NOW.timestamp)


def verifier() -> Verifier:
    ring = MemoryKeyRing(REGION_KEY)
    ring.put(root_caller("123456789012", KEY_ID), SECRET)
    return Verifier(ring)


def presigned(
    operation: str = "get_object", session: SessionCredentials | None = None, url: str | None = None, **parameters: Any
) -> SignedRequest:
    keys: tuple[str, str, str | None] = (KEY_ID, SECRET, None)
    if session is not None:
        keys = (session.access_key_id, session.secret_access_key, session.session_token)
    client = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
        aws_session_token=keys[2],
    )
    parameters = {"Bucket": "bucket", "Key": "folder/k ey+é", **parameters}
    parts = urlsplit(client.generate_presigned_url(operation, Params=parameters, ExpiresIn=60))
    method = {"get_object": "GET", "put_object": "PUT", "upload_part": "PUT"}[operation]
    bucket = "bucket" if parts.netloc.startswith("bucket.") else ""
    return SignedRequest(method, parts.path, parts.query, [("host", parts.netloc)], bucket)


def refusal(request: SignedRequest, now: datetime = NOW, region: str = "us-east-1") -> tuple[str, int]:
    with pytest.raises(AwsError) as caught:
        verifier().verify(request, "s3", now, region=region)
    return caught.value.code, caught.value.status


@pytest.mark.parametrize(
    "make",
    [
        presigned,
        lambda: presigned(url="http://127.0.0.1:4599"),
        lambda: presigned(VersionId="a/b", ResponseContentType="text/plain; a=b"),
        lambda: presigned("upload_part", UploadId="x", PartNumber=3),
        lambda: presigned("put_object", Metadata={"a": "b c"}),
    ],
)
def test_urls_of_boto3_match(make: Callable[[], SignedRequest]) -> None:
    request = make()
    assert "X-Amz-" not in request.query
    verified = verifier().verify(request, "s3", NOW, region="us-east-1")
    assert verified.caller.kind is CallerKind.ROOT
    assert (verified.region, verified.is_presigned) == ("us-east-1", True)
    assert verified.body_check.kind is BodyKind.UNSIGNED


def test_sessions() -> None:
    request = presigned(session=mint_session(REGION_KEY, CLAIMS))
    assert verifier().verify(request, "s3", NOW).caller.session_name == "worker"


def test_url_expires() -> None:
    request = presigned()
    assert verifier().verify(request, "s3", NOW + timedelta(seconds=60)).is_presigned
    assert refusal(request, NOW + timedelta(seconds=61)) == ("AccessDenied", 403)


def test_young_regions_take_version_4_only() -> None:
    assert refusal(presigned(), region="eu-central-1") == ("InvalidRequest", 400)


MISMATCH = ("SignatureDoesNotMatch", 403)
TAMPERED: dict[str, tuple[Callable[[SignedRequest], SignedRequest], tuple[str, int]]] = {
    "method": (lambda r: replace(r, method="DELETE"), MISMATCH),
    "path": (lambda r: replace(r, path="/other"), MISMATCH),
    "bucket": (lambda r: replace(r, host_bucket="other"), MISMATCH),
    "version": (lambda r: replace(r, query=r.query + "&versionId=1"), MISMATCH),
    "subresource": (lambda r: replace(r, query=r.query + "&acl"), MISMATCH),
    "younger subresource": (lambda r: replace(r, query=r.query + "&legal-hold"), MISMATCH),
    "subresource, percent-encoded": (lambda r: replace(r, query=r.query + "&%61cl"), MISMATCH),
    "version, percent-encoded": (lambda r: replace(r, query=r.query + "&version%49d=1"), MISMATCH),
    "header in the query, percent-encoded": (
        lambda r: replace(r, query=r.query + "&x%2Damz-acl=public-read"),
        MISMATCH,
    ),
    "parameter twice, percent-encoded": (lambda r: replace(r, query=r.query + "&%45xpires=1"), MISMATCH),
    "header": (lambda r: replace(r, headers=[*r.headers, ("x-amz-acl", "public-read")]), MISMATCH),
    "header in the query": (lambda r: replace(r, query=r.query + "&x-amz-acl=public-read"), MISMATCH),
    "content type": (lambda r: replace(r, headers=[*r.headers, ("content-type", "a/b")]), MISMATCH),
    "expiry": (lambda r: replace(r, query=r.query.replace("Expires=17", "Expires=18")), MISMATCH),
    "signature": (lambda r: replace(r, query=r.query.replace("Signature=", "Signature=A")), MISMATCH),
    "parameter twice": (lambda r: replace(r, query=r.query + "&Expires=1"), MISMATCH),
    "no signature": (lambda r: replace(r, query=f"AWSAccessKeyId={KEY_ID}&Expires=1"), ("AccessDenied", 403)),
    "no expiry": (lambda r: replace(r, query=f"AWSAccessKeyId={KEY_ID}&Signature=a"), ("AccessDenied", 403)),
    "unknown key": (lambda r: replace(r, query=r.query.replace(KEY_ID, "AKIAX")), ("InvalidAccessKeyId", 403)),
    "two mechanisms": (lambda r: replace(r, headers=[*r.headers, ("authorization", "x")]), ("InvalidArgument", 400)),
}


@pytest.mark.parametrize("part", sorted(TAMPERED))
def test_what_is_signed_cannot_be_changed(part: str) -> None:
    change, expected = TAMPERED[part]
    assert refusal(change(presigned())) == expected


def test_header_of_version_2_is_not_taken() -> None:
    request = SignedRequest("GET", "/bucket/key", "", [("host", "a"), ("authorization", f"AWS {KEY_ID}:c2ln")])
    assert refusal(request) == ("InvalidRequest", 400)


def test_the_name_alone_makes_it_version_2() -> None:
    request = SignedRequest("GET", "/", "prefix=AWSAccessKeyId=x&Signature=a&Expires=1", [("host", "h")])
    assert verifier().verify(request, "s3", NOW).caller.kind is CallerKind.ANONYMOUS
