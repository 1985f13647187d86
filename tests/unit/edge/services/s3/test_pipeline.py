"""The pipeline's steps: what is understood, who is believed, what is decided, in which order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.auth import HmacV1QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from skywalk.edge.arrival import Arrival
from skywalk.identity.session import SessionClaims, mint_session
from skywalk.plan.services import PublicService
from skywalk.values.clock import SystemClock
from support import edge_rows as rows
from support.edge_in_process import (
    AT_ENDPOINT,
    HOST,
    IN_PUBLIC,
    REGION_KEY,
    Answer,
    InProcessEdge,
    in_process_edge,
    raw_request,
    sign,
)

Story = Callable[[InProcessEdge], Awaitable[None]]


def tell(story: Story, arrival: Arrival = AT_ENDPOINT) -> None:
    async def told() -> None:
        async with in_process_edge(arrival) as edge:
            await story(edge)

    asyncio.run(told())


def policy(effect: str, action: str, resource: str = "*", **condition: Any) -> str:
    statement = {"Effect": effect, "Principal": "*", "Action": action, "Resource": resource, "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def test_a_request_is_forwarded_as_it_was_understood() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.backend.answers["GET", "/documents/a%20b/c%3Fd?response-content-type=x%2Fy"] = Answer(
            200, b"hello", {"etag": '"e"'}
        )
        sent = {"Range": "bytes=0-", "X-Moto-Account-Id": "9", "Cookie": "a=b"}
        answer = await edge.ask(
            "GET", "/a%20b/c%3Fd?response-content-type=x%2Fy&unknown=1", headers=sent, host=f"documents.{HOST}"
        )
        assert [seen.target for seen in edge.backend.seen] == ["/documents/a%20b/c%3Fd?response-content-type=x%2Fy"]
        assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"hello", '"e"')
        assert answer.headers["server"] == "AmazonS3"
        assert answer.headers["x-amz-request-id"]
        (seen,) = edge.backend.seen
        assert seen.headers == {
            "host": HOST,
            "x-moto-account-id": rows.ACCOUNT,
            "range": "bytes=0-",
            "cookie": "a=b",
        }

    tell(story)


def test_the_owner_is_the_buckets_not_the_callers() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.bucket("shared", policy("Allow", "s3:GetObject", "arn:aws:s3:::shared/*"), rows.OTHER_ACCOUNT))
        assert (await edge.ask("GET", "/shared/k")).status == 200
        assert edge.backend.seen[0].headers["x-moto-account-id"] == rows.OTHER_ACCOUNT
        refused = await edge.ask("PUT", "/shared/k", b"1")
        assert (refused.status, refused.code) == (403, "AccessDenied")
        assert b"<Message>Access Denied</Message>" in refused.body

    tell(story)


@pytest.mark.parametrize(
    ("target", "headers", "code"),
    [
        ("/documents/k?acl&tagging", {}, "InvalidArgument"),
        ("/documents/%zz", {}, "InvalidURI"),
        ("/a/k", {}, "InvalidBucketName"),
        ("/documents/../../other/k", {}, "InvalidURI"),
        ("/documents/k?renameObject", {}, "MethodNotAllowed"),
    ],
)
def test_what_cannot_be_understood_is_refused_before_anybody_is_asked(
    target: str, headers: dict[str, str], code: str
) -> None:
    async def story(edge: InProcessEdge) -> None:
        answer = await edge.ask("GET", target, headers=headers, key=None)
        assert answer.status in (400, 405, 501)
        assert answer.code in (code, "NotImplemented")
        assert not edge.backend.seen

    tell(story)


def test_the_signature_comes_before_everything_that_is_known_of_buckets() -> None:
    async def story(edge: InProcessEdge) -> None:
        wrong = await edge.ask("GET", "/absent-bucket/k", secret="wrong")
        assert (wrong.status, wrong.code) == (403, "SignatureDoesNotMatch")
        unknown = await edge.ask("GET", "/absent-bucket/k", key="AKIAIOSFODNN7NOTHERE")
        assert (unknown.status, unknown.code) == (403, "InvalidAccessKeyId")
        assert (await edge.ask("GET", "/absent-bucket/k")).code == "NoSuchBucket"
        assert (await edge.ask("GET", "/absent-bucket/k", key=None)).code == "AccessDenied"
        assert not edge.backend.seen

    tell(story)


def test_anonymous_callers_have_the_bucket_policy_alone() -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.ask("GET", "/documents/k", key=None)).status == 403
        edge.put(rows.bucket("documents", policy("Allow", "s3:GetObject", "arn:aws:s3:::documents/*")))
        assert (await edge.ask("GET", "/documents/k", key=None)).status == 200
        assert (await edge.ask("DELETE", "/documents/k", key=None)).status == 403

    tell(story)


def test_an_endpoint_policy_caps_and_public_arrivals_have_none() -> None:
    deny = policy("Deny", "s3:*")

    async def capped(edge: InProcessEdge) -> None:
        edge.put(rows.endpoint(deny))
        assert b"explicit deny in a VPC endpoint policy" in (await edge.ask("GET", "/documents/k")).body

    async def public(edge: InProcessEdge) -> None:
        edge.put(rows.endpoint(deny))
        assert (await edge.ask("GET", "/documents/k")).status == 200

    tell(capped)
    tell(public, IN_PUBLIC)


def test_without_its_endpoint_row_a_door_refuses() -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.ask("GET", "/documents/k")).code == "AccessDenied"

    tell(story, Arrival(False, "vpce-0eeeeeeeeeeeeeeee", rows.VPC_ID, "s3", rows.REGION))


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("aws:SourceVpce", rows.ENDPOINT_ID, 200),
        ("aws:SourceVpc", rows.VPC_ID, 200),
        ("aws:VpcSourceIp", "127.0.0.1", 200),
        ("aws:SecureTransport", "false", 200),
        ("aws:PrincipalArn", f"arn:aws:iam::{rows.ACCOUNT}:root", 200),
        ("aws:PrincipalAccount", rows.ACCOUNT, 200),
        ("aws:SourceVpce", "vpce-0eeeeeeeeeeeeeeee", 403),
        ("aws:SecureTransport", "true", 403),
    ],
)
def test_context_keys(key: str, value: str, status: int) -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.endpoint(policy("Allow", "*", StringEquals={key: value})))
        assert (await edge.ask("GET", "/documents/k")).status == status

    tell(story)


def test_network_keys_are_absent_in_public_whatever_a_client_says() -> None:
    async def story(edge: InProcessEdge) -> None:
        only = policy("Deny", "s3:*", "arn:aws:s3:::documents/*", StringNotEquals={"aws:SourceVpce": rows.ENDPOINT_ID})
        edge.put(rows.bucket("documents", only))
        spoofed = {"x-amz-source-vpce": rows.ENDPOINT_ID, "x-skywalk-vpce": rows.ENDPOINT_ID}
        assert (await edge.ask("GET", "/documents/k", headers=spoofed)).status == 403

    tell(story, IN_PUBLIC)


def session(role_id: str = "AROAEXAMPLE", *policies: str) -> dict[str, str]:
    now = SystemClock().now()
    claims = SessionClaims(
        rows.ACCOUNT, f"arn:aws:iam::{rows.ACCOUNT}:role/app", role_id, "app", "me", now, now + timedelta(hours=1),
        "1", policies,
    )  # fmt: skip
    keys = mint_session(REGION_KEY, claims)
    return {"key": keys.access_key_id, "secret": keys.secret_access_key, "token": keys.session_token}


def test_sessions_have_their_roles_policies_and_their_own() -> None:
    may = json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}})
    none = json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}})

    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.role("app", may))

        async def get(of: dict[str, str]) -> Answer:
            headers = {"x-amz-security-token": of["token"]}
            return await edge.ask("GET", "/documents/k", headers=headers, key=of["key"], secret=of["secret"])

        known = session()
        assert (await get(known)).status == 200
        assert "x-amz-security-token" not in edge.backend.seen[0].headers
        assert b"no session policy allows" in (await get(session("AROAEXAMPLE", none))).body
        assert (await get(session("AROAFORMER"))).code == "InvalidAccessKeyId"
        edge.put(rows.role("app", none))
        assert (await get(known)).code == "AccessDenied"
        edge.put(rows.role("app", may, role_id="AROALATER"))
        assert (await get(known)).code == "InvalidAccessKeyId"

    tell(story)


def test_another_region_is_told() -> None:
    async def story(edge: InProcessEdge) -> None:
        wrong = await edge.ask("GET", "/documents/k", region="eu-west-1")
        assert (wrong.status, wrong.code) == (400, "AuthorizationHeaderMalformed")
        assert b"<Region>us-east-1</Region>" in wrong.body
        edge.put(rows.bucket("documents", region="eu-west-1"))
        moved = await edge.ask("GET", "/documents/k")
        assert (moved.status, moved.code) == (301, "PermanentRedirect")
        assert moved.headers["x-amz-bucket-region"] == "eu-west-1"
        assert b"<Endpoint>documents.s3.eu-west-1.amazonaws.com</Endpoint>" in moved.body

    tell(story)


def test_an_expected_owner_is_checked() -> None:
    async def story(edge: InProcessEdge) -> None:
        right = {"x-amz-expected-bucket-owner": rows.ACCOUNT}
        wrong = {"x-amz-expected-bucket-owner": rows.OTHER_ACCOUNT}
        assert (await edge.ask("GET", "/documents/k", headers=right)).status == 200
        assert (await edge.ask("GET", "/documents/k", headers=wrong)).code == "AccessDenied"
        assert "x-amz-expected-bucket-owner" not in edge.backend.seen[0].headers

    tell(story)


def test_an_expected_owner_of_a_source_is_checked() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.bucket("sources"))
        copy = {"x-amz-copy-source": "/sources/k"}
        wrong = {**copy, "x-amz-source-expected-bucket-owner": rows.OTHER_ACCOUNT}
        assert (await edge.ask("PUT", "/documents/k", headers=wrong)).code == "AccessDenied"
        right = {**copy, "x-amz-source-expected-bucket-owner": rows.ACCOUNT}
        assert (await edge.ask("PUT", "/documents/k", headers=right)).status == 200
        assert (await edge.ask("PUT", "/documents/k", headers=copy)).status == 200

    tell(story)


def test_an_expected_owner_may_be_in_the_query() -> None:
    async def story(edge: InProcessEdge) -> None:
        target = "/documents/k?x-amz-expected-bucket-owner="
        assert (await edge.ask("GET", target + rows.OTHER_ACCOUNT)).code == "AccessDenied"
        assert (await edge.ask("GET", target + rows.ACCOUNT)).status == 200
        assert "x-amz-expected-bucket-owner" not in edge.backend.seen[0].headers

    tell(story)


@pytest.mark.parametrize(
    ("headers", "code", "status"),
    [
        ({"Transfer-Encoding": "chunked"}, "NotImplemented", 501),
        ({"Content-Length": str(6 << 30)}, "EntityTooLarge", 400),
    ],
)
def test_bodies_of_unknown_or_excessive_length_are_refused(headers: dict[str, str], code: str, status: int) -> None:
    async def story(edge: InProcessEdge) -> None:
        signed = sign("PUT", "/documents/k", b"", {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
        raw = raw_request("PUT", "/documents/k", {"Host": HOST, **signed, **headers})
        if "Transfer-Encoding" in headers:
            raw = raw.replace(b"Content-Length: 0\r\n", b"")
        answer = await edge.send(raw)
        assert (answer.status, answer.code) == (status, code)
        assert not edge.backend.seen

    tell(story)


def test_an_upload_without_length_is_refused() -> None:
    async def story(edge: InProcessEdge) -> None:
        signed = sign("PUT", "/documents/k", b"", {})
        raw = raw_request("PUT", "/documents/k", {"Host": HOST, **signed}).replace(b"Content-Length: 0\r\n", b"")
        answer = await edge.send(raw)
        assert (answer.status, answer.code) == (411, "MissingContentLength")

    tell(story)


def presign_v2(method: str, target: str, host: str, headers: dict[str, str] | None = None) -> str:
    """The target as boto3 presigns it by default in us-east-1."""
    request = AWSRequest(method, f"https://{host}{target}", headers=headers or {})
    bucket = host.removesuffix(HOST).rstrip(".")
    request.auth_path = f"/{bucket}{target}" if bucket else target  # as botocore.handlers tells its signers
    HmacV1QueryAuth(Credentials(rows.KEY_ID, rows.SECRET), expires=60).add_auth(request)
    return str(request.url).removeprefix(f"https://{host}")


@pytest.mark.parametrize(("host", "path"), [(HOST, "/documents/k"), (f"documents.{HOST}", "/k")])
@pytest.mark.parametrize("arrival", [AT_ENDPOINT, IN_PUBLIC])
def test_urls_presigned_by_version_2_read_and_write(host: str, path: str, arrival: Arrival) -> None:
    async def story(edge: InProcessEdge) -> None:
        read = presign_v2("GET", path, host)
        assert (await edge.ask("GET", read, host=host, key=None)).status == 200
        assert [seen.target for seen in edge.backend.seen] == ["/documents/k"]
        other = await edge.ask("GET", read.replace(path, f"{path}2"), host=host, key=None)
        assert (other.status, other.code) == (403, "SignatureDoesNotMatch")
        write = presign_v2("PUT", path, host, {"Content-Type": "text/plain"})
        assert "content-type=text%2Fplain" in write
        written = await edge.ask("PUT", write, b"1", {"Content-Type": "text/plain"}, host=host, key=None)
        assert written.status == 200
        assert (edge.backend.seen[-1].target, edge.backend.seen[-1].headers["content-type"]) == (
            "/documents/k",
            "text/plain",
        )
        changed = await edge.ask("PUT", write, b"1", {"Content-Type": "text/html"}, host=host, key=None)
        assert (changed.status, changed.code) == (403, "SignatureDoesNotMatch")

    tell(story, arrival)


def test_a_region_opened_after_2014_takes_no_version_2() -> None:
    async def story(edge: InProcessEdge) -> None:
        late = PublicService("s3", "eu-central-1", (), (), ("s3.eu-central-1.amazonaws.com",), (443,), rows.ORIGIN)
        edge.put(late, rows.bucket("spaet", region="eu-central-1"))
        host = "s3.eu-central-1.amazonaws.com"
        refused = await edge.ask("GET", presign_v2("GET", "/spaet/k", host), host=host, key=None)
        assert (refused.status, refused.code) == (400, "InvalidRequest")

    tell(story, IN_PUBLIC)


def test_a_stranger_from_outside_learns_that_there_is_no_such_bucket() -> None:
    async def story(edge: InProcessEdge) -> None:
        absent = await edge.ask("GET", "/absent-bucket/k", key=None)
        assert (absent.status, absent.code) == (404, "NoSuchBucket")
        assert (await edge.ask("GET", "/documents/k", key=None)).code == "AccessDenied"
        assert (await edge.ask("PUT", "/absent-bucket", key=None)).code == "AccessDenied"

    tell(story, IN_PUBLIC)
