"""Requests to a configured URL, signed as botocore signs them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from skywalk.backends.backend import BackendRequest
from skywalk.backends.remote import RemoteBackend, RemoteKeys, RemoteNotUsable
from skywalk.backends.settings import read_remotes
from skywalk.values.clock import FixedClock

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEYS = RemoteKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


def head_of(backend: RemoteBackend, request: BackendRequest) -> tuple[str, dict[str, str]]:
    first, *lines = backend.serialize(request).decode("latin-1").split("\r\n")
    return first, {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if line)}


@pytest.mark.parametrize(
    "target", ["/b/k", "/", "/b/a%20b/%C3%A9~?versionId=a%2Fb&acl=", "/b?list-type=2&prefix=x%3Dy&delimiter=%2F"]
)
def test_signature_is_botocores(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = RemoteBackend("s3", "http://minio:9000", KEYS, FixedClock(MOMENT))
    extra = [("x-amz-meta-a", "  two   spaces "), ("content-type", "text/plain")]
    _, headers = head_of(backend, BackendRequest("PUT", target, extra, "1", "eu-west-1", 3))
    request = AWSRequest("PUT", f"http://minio:9000{target}", headers={"x-amz-meta-a": "two spaces"})
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_: MOMENT.replace(tzinfo=None))
    signer: Any = S3SigV4Auth(Credentials(KEYS.access_key_id, KEYS.secret_access_key), "s3", "eu-west-1")
    request.context["payload_signing_enabled"] = False
    request.context["client_config"] = None
    monkeypatch.setattr(signer, "payload", lambda _: "UNSIGNED-PAYLOAD")
    signer.add_auth(request)
    assert headers["authorization"] == request.headers["Authorization"]
    assert headers["content-length"] == "3"


def test_the_hash_of_a_body_that_is_at_hand_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = RemoteBackend("dynamodb", "http://tables:8000", KEYS, FixedClock(MOMENT))
    given = [("x-amz-target", "DynamoDB_20120810.ListTables"), ("content-type", "application/x-amz-json-1.0")]
    _, headers = head_of(backend, BackendRequest("POST", "/", given, "1", "eu-west-1", 2, b"{}"))
    request = AWSRequest("POST", "http://tables:8000/", data=b"{}", headers={"x-amz-target": given[0][1]})
    digest = hashlib.sha256(b"{}").hexdigest()
    request.headers["x-amz-content-sha256"] = digest
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_: MOMENT.replace(tzinfo=None))
    SigV4Auth(Credentials(KEYS.access_key_id, KEYS.secret_access_key), "dynamodb", "eu-west-1").add_auth(request)
    assert headers["x-amz-content-sha256"] == digest
    assert headers["authorization"] == request.headers["Authorization"]


def test_without_keys_nothing_is_signed_and_the_path_goes_in_front() -> None:
    backend = RemoteBackend("s3", "https://files.example/store/", None, FixedClock(MOMENT))
    first, headers = head_of(backend, BackendRequest("GET", "/b/k?x=1", [("range", "bytes=0-1")], "1", "us-east-1"))
    assert first == "GET /store/b/k?x=1 HTTP/1.1"
    assert headers == {"range": "bytes=0-1", "host": "files.example"}
    assert (backend.origin.host, backend.origin.port) == ("files.example", 443)
    assert backend.origin.tls is not None


@pytest.mark.parametrize("url", ["ftp://x", "http://", "http://h/?q", "http://u:p@h", "no url", "http://h:99999"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(RemoteNotUsable, match=r"URL of http|must have a host"):
        RemoteBackend("s3", url, None, FixedClock(MOMENT))


def test_settings_are_read_by_service() -> None:
    remotes = read_remotes('{"s3": {"url": "http://127.0.0.1:9000", "access_key_id": null}}', FixedClock(MOMENT))
    assert list(remotes) == ["s3"]


def test_a_relay_is_gone_through_with_the_hosts_name_in_the_certificate() -> None:
    text = '{"s3": {"url": "https://files.example:9000", "door": "/run/relay-s3.sock"}}'
    origin = read_remotes(text, FixedClock(MOMENT))["s3"].origin
    assert (origin.unix_path, origin.host, origin.port) == ("/run/relay-s3.sock", "files.example", 9000)
    assert origin.tls is not None


@pytest.mark.parametrize("text", ["[]", "{", '{"s3": {}}', '{"s3": {"url": "http://h", "access_key_id": "k"}}'])
def test_broken_settings_are_refused(text: str) -> None:
    with pytest.raises(RemoteNotUsable):
        read_remotes(text, FixedClock(MOMENT))


def test_other_services_are_signed_by_their_own_rules() -> None:
    text = '{"ecr.api": {"url": "http://127.0.0.1:9", "access_key_id": "A", "secret_access_key": "s"}}'
    backend = read_remotes(text, FixedClock(MOMENT))["ecr.api"]
    target, body = "/2015-03-31/functions/a%2Fb?x=1", b"{}"
    request = BackendRequest("POST", target, [("content-type", "application/json")], "1", "us-east-1", 2, body)
    _, headers = head_of(backend, request)
    assert "/us-east-1/ecr/aws4_request" in headers["authorization"]
    expected = AWSRequest("POST", f"http://127.0.0.1:9{target}", data=body)
    expected.headers["X-Amz-Content-SHA256"] = hashlib.sha256(body).hexdigest()
    expected.context["timestamp"] = headers["x-amz-date"]
    signer = SigV4Auth(Credentials("A", "s"), "ecr", "us-east-1")
    expected.headers["X-Amz-Date"] = headers["x-amz-date"]
    canonical = signer.canonical_request(expected)
    signature = signer.signature(signer.string_to_sign(expected, canonical), expected)
    assert headers["authorization"].endswith(f"Signature={signature}")
