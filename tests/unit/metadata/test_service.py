from __future__ import annotations

from datetime import timedelta

import pytest

from skywalk.http1.request import RequestHead
from skywalk.metadata.role_credentials import RoleCredentials, ShownCredentials
from skywalk.metadata.service import MetadataAnswer, MetadataService, render_refusal
from skywalk.metadata.tokens import TokenMint
from skywalk.plan.guests import Guest
from skywalk.values.clock import FixedClock
from support.guests import guest

OPTIONAL = guest()
REQUIRED = guest(metadata_tokens_required=True, metadata_hop_limit=2)
ID_PATH = "/latest/meta-data/instance-id"


class Imds:
    """A service and its clock."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        shown = ShownCredentials(lambda _, __, start, end: RoleCredentials("A", "S", "T", start, end), self.clock)
        self.service = MetadataService(TokenMint(b"key"), shown, self.clock)

    def ask(self, method: str, path: str, of: Guest | None = OPTIONAL, **headers: str) -> MetadataAnswer:
        head = RequestHead(method, path, "1.1", [(name.replace("_", "-"), value) for name, value in headers.items()])
        head.path = path
        return self.service.answer(head, of)

    def token(self, ttl: str = "60", of: Guest = OPTIONAL) -> str:
        answer = self.ask("PUT", "/latest/api/token", of, x_aws_ec2_metadata_token_ttl_seconds=ttl)
        assert answer.status == 200
        return answer.content.decode()


def test_a_token_is_given_with_its_ttl_and_hop_limit() -> None:
    answer = Imds().ask("PUT", "/latest/api/token", REQUIRED, x_aws_ec2_metadata_token_ttl_seconds="21600")
    assert answer.status == 200
    assert answer.headers == [
        ("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "21600"),
        ("Content-Type", "text/plain"),
        ("Accept-Ranges", "none"),
        ("Date", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("Server", "EC2ws"),
    ]
    assert len(answer.content) == 56
    assert answer.hop_limit == 2


@pytest.mark.parametrize("ttl", ["0", "21601", "-1", "+5", "1.5", "", " 60", "sixty", "９", "0000060", "1" * 5000])
def test_a_bad_ttl_is_a_bad_request(ttl: str) -> None:
    answer = Imds().ask("PUT", "/latest/api/token", x_aws_ec2_metadata_token_ttl_seconds=ttl)
    assert answer.status == 400
    assert answer.hop_limit is None


def test_a_missing_ttl_is_a_bad_request() -> None:
    assert Imds().ask("PUT", "/latest/api/token").status == 400


def test_with_a_token_metadata_is_read_and_the_ttl_runs_down() -> None:
    imds = Imds()
    token = imds.token("60", REQUIRED)
    imds.clock.advance(20)
    answer = imds.ask("GET", ID_PATH, REQUIRED, x_aws_ec2_metadata_token=token)
    assert (answer.status, answer.content) == (200, b"i-0123456789abcdef0")
    assert ("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "40") in answer.headers
    assert answer.hop_limit is None
    imds.clock.advance(40)
    assert imds.ask("GET", ID_PATH, REQUIRED, x_aws_ec2_metadata_token=token).status == 401


def test_a_token_of_another_instance_is_refused_even_where_none_is_needed() -> None:
    imds = Imds()
    token = imds.token()
    other = guest(instance_id="i-0b")
    assert imds.ask("GET", ID_PATH, other, x_aws_ec2_metadata_token=token).status == 401
    assert imds.ask("GET", ID_PATH, other).status == 200


def test_without_a_token_the_instances_option_decides() -> None:
    imds = Imds()
    assert imds.ask("GET", ID_PATH, OPTIONAL).status == 200
    assert imds.ask("GET", ID_PATH, REQUIRED).status == 401
    assert imds.ask("HEAD", ID_PATH, REQUIRED).status == 401
    assert imds.ask("GET", "/", REQUIRED).status == 401
    assert imds.ask("GET", ID_PATH, REQUIRED, x_aws_ec2_metadata_token="").status == 401


def test_a_disabled_service_refuses_everything() -> None:
    imds = Imds()
    disabled = guest(metadata_enabled=False)
    token = imds.token(of=guest())
    assert imds.ask("GET", ID_PATH, disabled, x_aws_ec2_metadata_token=token).status == 403
    assert imds.ask("PUT", "/latest/api/token", disabled, x_aws_ec2_metadata_token_ttl_seconds="60").status == 403


def test_a_forwarded_request_gets_no_token() -> None:
    imds = Imds()
    refused = imds.ask(
        "PUT", "/latest/api/token", x_aws_ec2_metadata_token_ttl_seconds="60", x_forwarded_for="10.0.1.9"
    )
    assert refused.status == 403
    assert imds.ask("GET", ID_PATH, x_forwarded_for="10.0.1.9").status == 200


def test_tokens_are_made_under_latest_only() -> None:
    imds = Imds()
    assert imds.ask("PUT", "/2021-03-23/api/token", x_aws_ec2_metadata_token_ttl_seconds="60").status == 403


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/latest/api/token", "PUT"),
        ("POST", "/latest/api/token", "PUT"),
        ("PUT", ID_PATH, "GET, HEAD"),
        ("POST", ID_PATH, "GET, HEAD"),
        ("DELETE", "/", "GET, HEAD"),
    ],
)
def test_other_methods_are_not_allowed(method: str, path: str, allow: str) -> None:
    answer = Imds().ask(method, path)
    assert answer.status == 405
    assert ("Allow", allow) in answer.headers


def test_an_unknown_path_is_awss_page() -> None:
    answer = Imds().ask("GET", "/latest/meta-data/nothing")
    assert answer.status == 404
    assert ("Content-Type", "text/html") in answer.headers
    assert "<title>404 - Not Found</title>" in answer.content.decode()
    assert answer.content.decode().startswith('<?xml version="1.0" encoding="iso-8859-1"?>\n<!DOCTYPE html PUBLIC')


def test_percent_encoding_is_read() -> None:
    path = "/latest/meta-data/network/interfaces/macs/02%3A00%3a0a:00:01:05/device-number"
    assert Imds().ask("GET", path).content == b"0"


def test_who_is_no_guest_finds_nothing() -> None:
    assert Imds().ask("GET", ID_PATH, None).status == 404


def test_credentials_are_those_of_now() -> None:
    imds = Imds()
    imds.clock.advance(timedelta(days=1).total_seconds())
    answer = imds.ask("GET", "/latest/meta-data/iam/security-credentials/app")
    assert b'"Expiration" : "2026-01-02T06:00:00Z"' in answer.content


def test_a_malformed_request_gets_the_same_kind_of_page() -> None:
    headers, content = render_refusal(400, "whatever")
    assert ("Content-Type", "text/html") in headers
    assert b"<title>400 - Bad Request</title>" in content
