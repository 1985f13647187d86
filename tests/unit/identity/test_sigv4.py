"""Signatures made by botocore, the independent peer, and everything that can be wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from skywalk.identity.body_check import BodyKind
from skywalk.identity.caller import CallerKind, root_caller
from skywalk.identity.credentials import MemoryKeyRing
from skywalk.identity.session import SessionClaims, SessionCredentials, mint_session
from skywalk.identity.signing_key import derive_signing_key
from skywalk.identity.sigv4 import SignedRequest, Verifier
from skywalk.values.errors import AwsError

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
ACCOUNT = "123456789012"
KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
REGION_KEY = b"k" * 32
CLAIMS = SessionClaims(
    account_id=ACCOUNT,
    role_arn=f"arn:aws:iam::{ACCOUNT}:role/app",
    role_id="AROAEXAMPLE",
    role_name="app",
    session_name="i-0123456789abcdef0",
    issued_at=NOW - timedelta(hours=1),
    expires_at=NOW + timedelta(hours=1),
    serial="0001",
)


@pytest.fixture(autouse=True)
def _botocore_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: NOW.replace(tzinfo=None))


def verifier() -> Verifier:
    ring = MemoryKeyRing(REGION_KEY)
    ring.put(root_caller(ACCOUNT, KEY_ID), SECRET)
    return Verifier(ring)


def signed(
    signer: Callable[..., Any],
    url: str,
    *,
    service: str = "s3",
    method: str = "GET",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    session: SessionCredentials | None = None,
    **options: Any,
) -> SignedRequest:
    """A request as the wire would carry it, signed by botocore's `signer`."""
    keys: tuple[str, str, str | None] = (KEY_ID, SECRET, None)
    if session is not None:
        keys = (session.access_key_id, session.secret_access_key, session.session_token)
    request = AWSRequest(method=method, url=url, data=body, headers=headers or {})
    signer(Credentials(*keys), service, "us-east-1", **options).add_auth(request)
    prepared = request.prepare()
    parts = urlsplit(prepared.url)
    fields = [(str(name).lower(), _text(value)) for name, value in prepared.headers.items()]
    if not any(name == "host" for name, _ in fields):
        fields.insert(0, ("host", parts.netloc))
    return SignedRequest(method, parts.path or "/", parts.query, fields)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def refusal(request: SignedRequest, service: str = "s3", now: datetime = NOW, **options: Any) -> tuple[str, int]:
    with pytest.raises(AwsError) as caught:
        verifier().verify(request, service, now, **options)
    return caught.value.code, caught.value.status


def with_header(request: SignedRequest, name: str, value: str) -> SignedRequest:
    return replace(request, headers=[(n, value if n == name else v) for n, v in request.headers])


def without_header(request: SignedRequest, name: str) -> SignedRequest:
    return replace(request, headers=[field for field in request.headers if field[0] != name])


OBJECT_URL = "https://bucket.s3.us-east-1.amazonaws.com/folder/my_file.txt"

S3_URLS = [
    OBJECT_URL,
    "https://bucket.s3.us-east-1.amazonaws.com/",
    "https://bucket.s3.us-east-1.amazonaws.com/a//b/../c/./d",
    "https://bucket.s3.us-east-1.amazonaws.com/sp%20ace%2Bplus%26amp/%E2%82%AC~tilde-_.x",
    "https://bucket.s3.us-east-1.amazonaws.com/?list-type=2&prefix=a%2Fb%20c&delimiter=%2F&max-keys=3",
    "https://bucket.s3.us-east-1.amazonaws.com/key?uploads",
    "https://bucket.s3.us-east-1.amazonaws.com/key?partNumber=2&uploadId=abc&x-id=UploadPart&a=2&a=10&a=1",
    "http://127.0.0.1:4599/bucket/key?versionId=null",
]


@pytest.mark.parametrize("url", S3_URLS)
@pytest.mark.parametrize("signer", [S3SigV4Auth, S3SigV4QueryAuth])
def test_s3_signatures_of_botocore_match(signer: Callable[..., Any], url: str) -> None:
    verified = verifier().verify(signed(signer, url), "s3", NOW, region="us-east-1")
    assert verified.caller == root_caller(ACCOUNT, KEY_ID)
    assert (verified.region, verified.service) == ("us-east-1", "s3")
    assert verified.is_presigned == (signer is S3SigV4QueryAuth)


@pytest.mark.parametrize(
    "url",
    [
        "https://ec2.us-east-1.amazonaws.com/",
        "https://ec2.us-east-1.amazonaws.com",
        "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/a%3Ab%2Fc/invocations",
        "https://x.us-east-1.amazonaws.com/a/./b/../c//d/",
        "https://x.us-east-1.amazonaws.com/?Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=a%20b&A=",
    ],
)
@pytest.mark.parametrize("signer", [SigV4Auth, SigV4QueryAuth])
def test_other_services_signatures_of_botocore_match(signer: Callable[..., Any], url: str) -> None:
    body = b"" if signer is SigV4QueryAuth else b"Action=DescribeVpcs&Version=2016-11-15"
    method = "GET" if signer is SigV4QueryAuth else "POST"
    request = signed(signer, url, service="ec2", method=method, body=body)
    verified = verifier().verify(request, "ec2", NOW, payload_sha256=sha256(body).hexdigest())
    assert verified.caller.kind is CallerKind.ROOT


def test_header_values_are_trimmed_folded_and_joined() -> None:
    request = signed(S3SigV4Auth, OBJECT_URL, headers={"x-amz-meta-a": "one  two", "Content-Type": "text/plain"})
    spaced = with_header(request, "x-amz-meta-a", "  one   two ")
    assert verifier().verify(spaced, "s3", NOW).caller.account_id == ACCOUNT

    joined = signed(S3SigV4Auth, OBJECT_URL, headers={"x-amz-meta-a": "one,two"})
    fields = [field for field in joined.headers if field[0] != "x-amz-meta-a"]
    twice = replace(joined, headers=[*fields, ("x-amz-meta-a", "one"), ("x-amz-meta-a", "two")])
    assert verifier().verify(twice, "s3", NOW).caller.account_id == ACCOUNT


@pytest.mark.parametrize(
    "sent",
    [
        "/folder/my%5Ffile.txt",  # an escaped letter that needs none
        "/folder/my_file.txt",
    ],
)
def test_spellings_of_one_path_have_one_signature(sent: str) -> None:
    request = replace(signed(S3SigV4Auth, OBJECT_URL), path=sent)
    assert verifier().verify(request, "s3", NOW).caller.account_id == ACCOUNT


def test_unescaped_characters_are_signed_escaped() -> None:
    request = signed(S3SigV4Auth, "https://bucket.s3.us-east-1.amazonaws.com/a%281%29?prefix=x%20y")
    as_sent = replace(request, path="/a(1)", query="prefix=x+y")
    assert verifier().verify(as_sent, "s3", NOW).caller.account_id == ACCOUNT


def test_date_header_in_place_of_amz_date() -> None:
    request = signed(SigV4Auth, "https://iam.amazonaws.com/", service="iam", headers={"Date": "x"})
    assert not any(name == "x-amz-date" for name, _ in request.headers)
    assert verifier().verify(request, "iam", NOW).caller.account_id == ACCOUNT


TAMPERED: dict[str, Callable[[SignedRequest], SignedRequest]] = {
    "method": lambda request: replace(request, method="DELETE"),
    "path": lambda request: replace(request, path="/folder/other.txt"),
    "query": lambda request: replace(request, query="versionId=1"),
    "host": lambda request: with_header(request, "host", "other.s3.us-east-1.amazonaws.com"),
    "header": lambda request: with_header(request, "x-amz-meta-a", "c"),
    "second header": lambda request: replace(request, headers=[*request.headers, ("x-amz-meta-a", "c")]),
    "no header": lambda request: without_header(request, "x-amz-meta-a"),
    "body hash": lambda request: with_header(request, "x-amz-content-sha256", "0" * 64),
    "body unsigned": lambda request: with_header(request, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
    "time": lambda request: with_header(request, "x-amz-date", "20260101T120001Z"),
}


@pytest.mark.parametrize("part", sorted(TAMPERED))
def test_what_is_signed_cannot_be_changed(part: str) -> None:
    request = signed(S3SigV4Auth, OBJECT_URL, headers={"x-amz-meta-a": "b"})
    assert refusal(TAMPERED[part](request)) == ("SignatureDoesNotMatch", 403)


@pytest.mark.parametrize("field", ["Signature=", "SignedHeaders=", "Credential="])
def test_authorization_header_cannot_be_changed(field: str) -> None:
    request = signed(S3SigV4Auth, OBJECT_URL, headers={"x-meta": "b"})
    authorization = dict(request.headers)["authorization"]
    changed = {
        "Signature=": authorization[:-1] + ("0" if authorization[-1] != "0" else "1"),
        "SignedHeaders=": authorization.replace("SignedHeaders=host;", "SignedHeaders=host;range;"),
        "Credential=": authorization.replace("/us-east-1/", "/eu-west-1/"),
    }[field]
    assert refusal(with_header(request, "authorization", changed)) == ("SignatureDoesNotMatch", 403)


def test_body_of_other_services_is_part_of_the_signature() -> None:
    request = signed(SigV4Auth, "https://ec2.us-east-1.amazonaws.com/", service="ec2", method="POST", body=b"A=1")
    other = sha256(b"A=2").hexdigest()
    assert refusal(request, "ec2", payload_sha256=other) == ("SignatureDoesNotMatch", 403)


MISTAKES: dict[str, tuple[Callable[[SignedRequest], SignedRequest], dict[str, tuple[str, int]]]] = {
    "unknown key": (
        lambda r: with_header(r, "authorization", dict(r.headers)["authorization"].replace(KEY_ID, "AKIAUNKNOWN")),
        {"s3": ("InvalidAccessKeyId", 403), "ec2": ("AuthFailure", 401), "iam": ("InvalidClientTokenId", 403)},
    ),
    "temporary key without its token": (
        lambda r: with_header(r, "authorization", dict(r.headers)["authorization"].replace(KEY_ID, "ASIAUNKNOWN")),
        {"s3": ("InvalidAccessKeyId", 403), "ec2": ("AuthFailure", 401), "iam": ("InvalidClientTokenId", 403)},
    ),
    "a token with a long-term key": (
        lambda r: replace(r, headers=[*r.headers, ("x-amz-security-token", "abc")]),
        {"s3": ("InvalidToken", 400), "ec2": ("AuthFailure", 401), "iam": ("InvalidClientTokenId", 403)},
    ),
    "an x-amz header that is not signed": (
        lambda r: replace(r, headers=[*r.headers, ("x-amz-acl", "public-read")]),
        {"s3": ("AccessDenied", 403), "ec2": ("SignatureDoesNotMatch", 403), "iam": ("SignatureDoesNotMatch", 403)},
    ),
    "host not signed": (
        lambda r: with_header(
            r, "authorization", dict(r.headers)["authorization"].replace("SignedHeaders=host;", "SignedHeaders=")
        ),
        {"s3": ("AccessDenied", 403), "ec2": ("SignatureDoesNotMatch", 403), "iam": ("SignatureDoesNotMatch", 403)},
    ),
    "no signature": (
        lambda r: without_header(r, "authorization"),
        {"ec2": ("MissingAuthenticationToken", 403), "iam": ("MissingAuthenticationToken", 403)},
    ),
    "no date": (
        lambda r: without_header(r, "x-amz-date"),
        {"s3": ("AccessDenied", 403), "ec2": ("IncompleteSignature", 400), "iam": ("IncompleteSignature", 400)},
    ),
    "date of another day": (
        lambda r: with_header(r, "x-amz-date", "20260102T000000Z"),
        {
            "s3": ("AuthorizationHeaderMalformed", 400),
            "ec2": ("SignatureDoesNotMatch", 403),
            "iam": ("SignatureDoesNotMatch", 403),
        },
    ),
    "another scheme": (
        lambda r: with_header(r, "authorization", f"AWS {KEY_ID}:c2lnbmF0dXJl"),
        {"s3": ("InvalidRequest", 400), "ec2": ("IncompleteSignature", 400), "iam": ("IncompleteSignature", 400)},
    ),
    "fields missing": (
        lambda r: with_header(r, "authorization", "AWS4-HMAC-SHA256 SignedHeaders=host"),
        {
            "s3": ("AuthorizationHeaderMalformed", 400),
            "ec2": ("IncompleteSignature", 400),
            "iam": ("IncompleteSignature", 400),
        },
    ),
    "credential cut short": (
        lambda r: with_header(
            r, "authorization", f"AWS4-HMAC-SHA256 Credential={KEY_ID}, SignedHeaders=host, Signature={'0' * 64}"
        ),
        {
            "s3": ("AuthorizationHeaderMalformed", 400),
            "ec2": ("IncompleteSignature", 400),
            "iam": ("IncompleteSignature", 400),
        },
    ),
    "two mechanisms": (
        lambda r: replace(r, query=f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={'0' * 64}"),
        {"s3": ("InvalidArgument", 400), "ec2": ("IncompleteSignature", 400), "iam": ("IncompleteSignature", 400)},
    ),
}


@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_each_family_words_a_mistake_its_own_way(mistake: str) -> None:
    change, expected = MISTAKES[mistake]
    for service, answer in expected.items():
        signer = S3SigV4Auth if service == "s3" else SigV4Auth
        request = signed(signer, f"https://{service}.us-east-1.amazonaws.com/", service=service)
        assert refusal(change(request), service) == answer, service


@pytest.mark.parametrize(
    ("service", "late", "early"),
    [
        ("s3", ("RequestTimeTooSkewed", 403), ("RequestTimeTooSkewed", 403)),
        ("ec2", ("RequestExpired", 400), ("RequestExpired", 400)),
        ("sts", ("SignatureDoesNotMatch", 403), ("SignatureDoesNotMatch", 403)),
    ],
)
def test_clock_may_be_fifteen_minutes_off(service: str, late: tuple[str, int], early: tuple[str, int]) -> None:
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    request = signed(signer, f"https://{service}.us-east-1.amazonaws.com/", service=service)
    skew = timedelta(minutes=15)
    for now in (NOW - skew, NOW + skew):
        assert verifier().verify(request, service, now).caller.account_id == ACCOUNT
    assert refusal(request, service, NOW + skew + timedelta(seconds=1)) == late
    assert refusal(request, service, NOW - skew - timedelta(seconds=1)) == early


def test_expired_signature_says_by_how_much() -> None:
    request = signed(SigV4Auth, "https://sts.us-east-1.amazonaws.com/", service="sts")
    with pytest.raises(AwsError) as caught:
        verifier().verify(request, "sts", NOW + timedelta(minutes=20))
    assert caught.value.message == (
        "Signature expired: 20260101T120000Z is now earlier than 20260101T120500Z (20260101T122000Z - 15 min.)"
    )


@pytest.mark.parametrize("region", ["US-EAST-1", "us-east-1:123456789012:x", "us-east-1;", "nowhere", "aws-global"])
def test_the_scope_of_any_region_is_one_that_a_region_may_have(region: str) -> None:
    """A backend may take it for another than policies do: a host name has no case."""
    for service, code in (("sqs", "SignatureDoesNotMatch"), ("s3", "AuthorizationHeaderMalformed")):
        signer = S3SigV4Auth if service == "s3" else SigV4Auth
        request = signed(
            lambda keys, name, _: signer(keys, name, region),  # noqa: B023 (called at once)
            "https://example.com/",
            service=service,
        )
        assert refusal(request, service)[0] == code


def test_scope_must_name_the_service_and_region() -> None:
    request = signed(S3SigV4Auth, OBJECT_URL)
    assert refusal(request, "s3", region="eu-west-1") == ("AuthorizationHeaderMalformed", 400)
    assert refusal(request, "ec2", region="us-east-1") == ("AuthFailure", 401)
    assert refusal(request, "iam") == ("SignatureDoesNotMatch", 403)


def test_presigned_url_expires() -> None:
    request = signed(S3SigV4QueryAuth, OBJECT_URL, expires=60)
    assert verifier().verify(request, "s3", NOW + timedelta(seconds=60)).body_check.kind is BodyKind.UNSIGNED
    with pytest.raises(AwsError, match="AccessDenied: Request has expired"):
        verifier().verify(request, "s3", NOW + timedelta(seconds=61))
    with pytest.raises(AwsError, match="AccessDenied: Request is not yet valid"):
        verifier().verify(request, "s3", NOW - timedelta(minutes=16))


def test_presigned_url_is_good_for_a_week_at_most() -> None:
    assert verifier().verify(signed(S3SigV4QueryAuth, OBJECT_URL, expires=604800), "s3", NOW).is_presigned
    too_long = signed(S3SigV4QueryAuth, OBJECT_URL, expires=604801)
    assert refusal(too_long) == ("AuthorizationQueryParametersError", 400)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("X-Amz-Expires=60", "X-Amz-Expires=61", ("SignatureDoesNotMatch", 403)),
        ("X-Amz-Expires=60", "X-Amz-Expires=-1", ("AuthorizationQueryParametersError", 400)),
        ("&X-Amz-Expires=60", "", ("AuthorizationQueryParametersError", 400)),
        ("X-Amz-Expires=60", "X-Amz-Expires=60&X-Amz-Expires=60", ("AuthorizationQueryParametersError", 400)),
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=AWS4-X", ("AuthorizationQueryParametersError", 400)),
        ("%2Fs3%2F", "%2F", ("AuthorizationQueryParametersError", 400)),
        ("versionId=1", "versionId=2", ("SignatureDoesNotMatch", 403)),
        ("versionId=1&", "", ("SignatureDoesNotMatch", 403)),
        ("versionId=1", "versionId=1&acl=", ("SignatureDoesNotMatch", 403)),
        ("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=range", ("AccessDenied", 403)),
    ],
)
def test_presigned_query_cannot_be_changed(old: str, new: str, expected: tuple[str, int]) -> None:
    request = signed(S3SigV4QueryAuth, OBJECT_URL + "?versionId=1", expires=60)
    assert old in request.query
    assert refusal(replace(request, query=request.query.replace(old, new))) == expected


def test_presigned_put_with_unsigned_amz_header() -> None:
    request = signed(S3SigV4QueryAuth, OBJECT_URL, method="PUT")
    with_acl = replace(request, headers=[*request.headers, ("x-amz-acl", "public-read")])
    assert refusal(with_acl) == ("AccessDenied", 403)


@pytest.mark.parametrize("signer", [S3SigV4Auth, S3SigV4QueryAuth])
def test_session_signs(signer: Callable[..., Any]) -> None:
    session = mint_session(REGION_KEY, CLAIMS)
    request = signed(signer, OBJECT_URL, session=session)
    caller = verifier().verify(request, "s3", NOW).caller
    assert caller.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-0123456789abcdef0"
    assert caller.access_key_id == session.access_key_id


@pytest.mark.parametrize(
    ("service", "expected"),
    [("s3", ("ExpiredToken", 400)), ("ec2", ("RequestExpired", 400)), ("sts", ("ExpiredToken", 403))],
)
def test_expired_session(service: str, expected: tuple[str, int]) -> None:
    session = mint_session(REGION_KEY, replace(CLAIMS, expires_at=NOW))
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    request = signed(signer, f"https://{service}.us-east-1.amazonaws.com/", service=service, session=session)
    assert refusal(request, service) == expected


def test_token_of_another_region_key_or_session() -> None:
    foreign = mint_session(b"x" * 32, CLAIMS)
    assert refusal(signed(S3SigV4Auth, OBJECT_URL, session=foreign)) == ("InvalidToken", 400)
    ours, other = mint_session(REGION_KEY, CLAIMS), mint_session(REGION_KEY, replace(CLAIMS, serial="0002"))
    mixed = replace(ours, session_token=other.session_token)
    assert refusal(signed(S3SigV4Auth, OBJECT_URL, session=mixed)) == ("InvalidToken", 400)


def test_s3_takes_anonymous_requests() -> None:
    request = SignedRequest("GET", "/key", "", [("host", "bucket.s3.us-east-1.amazonaws.com")])
    verified = verifier().verify(request, "s3", NOW)
    assert verified.caller.kind is CallerKind.ANONYMOUS
    assert verified.region == ""


def test_s3_body_hash_says_what_the_body_must_be() -> None:
    literal = signed(S3SigV4Auth, "http://127.0.0.1/b/k", method="PUT", body=b"hello")
    check = verifier().verify(literal, "s3", NOW).body_check
    assert (check.kind, check.sha256) == (BodyKind.LITERAL, sha256(b"hello").hexdigest())
    assert refusal(without_header(literal, "x-amz-content-sha256")) == ("InvalidRequest", 400)


class SignedAsDeclared(S3SigV4Auth):  # type: ignore[misc]
    """botocore's signer with a payload word of one's own."""

    declared = ""

    def payload(self, request: Any) -> str:
        return self.declared


@pytest.mark.parametrize(
    ("declared", "headers", "expected"),
    [
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", {"x-amz-decoded-content-length": "5"}, BodyKind.SIGNED_CHUNKS),
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", {"x-amz-decoded-content-length": "5"}, BodyKind.UNSIGNED_TRAILER),
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", {}, ("MissingContentLength", 411)),
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", {"x-amz-decoded-content-length": "-5"}, ("MissingContentLength", 411)),
        ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", {}, ("InvalidArgument", 400)),
        ("nonsense", {}, ("InvalidArgument", 400)),
    ],
)
def test_streaming_bodies(
    monkeypatch: pytest.MonkeyPatch,
    declared: str,
    headers: dict[str, str],
    expected: BodyKind | tuple[str, int],
) -> None:
    monkeypatch.setattr(SignedAsDeclared, "declared", declared)
    headers = {**headers, "x-amz-trailer": "x-amz-checksum-crc32"}
    request = signed(SignedAsDeclared, OBJECT_URL, method="PUT", headers=headers)
    if isinstance(expected, tuple):
        assert refusal(request) == expected
        return
    check = verifier().verify(request, "s3", NOW).body_check
    assert (check.kind, check.decoded_length) == (expected, 5)
    assert check.trailer_names == (("x-amz-checksum-crc32",) if check.kind.has_trailer else ())
    assert (check.chunk_signing is not None) == check.kind.is_signed


def test_signing_key_of_aws_documentation() -> None:
    # IAM User Guide, "Examples of how to derive a signing key"
    key = derive_signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20120215", "us-east-1", "iam")
    assert key.hex() == "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"


def test_replaced_key_takes_effect_at_once() -> None:
    ring = MemoryKeyRing(REGION_KEY)
    ring.put(root_caller(ACCOUNT, KEY_ID), SECRET)
    verify = Verifier(ring).verify
    request = signed(S3SigV4Auth, OBJECT_URL)
    assert verify(request, "s3", NOW).caller.account_id == ACCOUNT
    ring.put(root_caller(ACCOUNT, KEY_ID), "another secret")
    with pytest.raises(AwsError, match="SignatureDoesNotMatch"):
        verify(request, "s3", NOW)
    ring.remove(KEY_ID)
    with pytest.raises(AwsError, match="InvalidAccessKeyId"):
        verify(request, "s3", NOW)
