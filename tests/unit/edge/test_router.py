"""Which service a host name means, and who may serve it where."""

from __future__ import annotations

import asyncio
import functools
import socket
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from skywalk.edge.arrival import Arrival
from skywalk.edge.router import Router
from skywalk.edge.state import EdgeState
from skywalk.feed.rows import RowChange
from skywalk.http1.request import RequestHead
from support import edge_rows as rows
from support.edge_in_process import AT_ENDPOINT, IN_PUBLIC, Answer, in_process_edge


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("s3.us-east-1.amazonaws.com", rows.S3),
        ("documents.s3.us-east-1.amazonaws.com", rows.S3),
        ("a.b.c.s3.us-east-1.amazonaws.com", rows.S3),
        ("documents.s3.amazonaws.com", rows.S3),
        ("s3.eu-west-1.amazonaws.com", rows.S3_IRELAND),
        ("s3.eu-west-1.amazonaws.com.s3.us-east-1.amazonaws.com", rows.S3),
        ("sts.amazonaws.com", rows.STS),
        ("x.sts.amazonaws.com", None),
        ("us-east-1.amazonaws.com", None),
        ("127.0.0.1", None),
        ("localhost", None),
    ],
)
def test_names(host: str, expected: object) -> None:
    state = EdgeState()
    state.apply(RowChange((rows.S3, rows.S3_IRELAND, rows.STS), (), True))
    assert state.service_of_host(host) is expected
    assert state.service_of_host(host) is expected


@pytest.mark.parametrize(
    ("arrival", "host", "s3", "api"),
    [
        (AT_ENDPOINT, "s3.us-east-1.amazonaws.com", 1, 0),
        (AT_ENDPOINT, "sts.us-east-1.amazonaws.com", 0, 0),
        (AT_ENDPOINT, "s3.eu-west-1.amazonaws.com", 0, 0),
        (AT_ENDPOINT, "bank.example", 0, 0),
        (IN_PUBLIC, "s3.us-east-1.amazonaws.com", 1, 0),
        (IN_PUBLIC, "sts.us-east-1.amazonaws.com", 0, 1),
        (IN_PUBLIC, "bank.example", 0, 0),
        (Arrival(True, service="s3", region=rows.REGION), "s3.us-east-1.amazonaws.com", 1, 0),
    ],
)
def test_an_arrival_is_served_by_the_service_it_is_for(arrival: Arrival, host: str, s3: int, api: int) -> None:
    async def story() -> Answer:
        async with in_process_edge(arrival) as edge:
            edge.put(rows.S3_IRELAND)
            answer = await edge.ask("GET", "/documents/k", host=host)
            assert (len(edge.backend.seen), len(edge.api.seen)) == (s3, api)
            return answer

    answer = asyncio.run(story())
    if not s3 and not api:
        assert (answer.status, answer.code) == (400, "InvalidURI")


def test_the_api_gets_requests_as_they_were_signed() -> None:
    async def story() -> None:
        async with in_process_edge(IN_PUBLIC) as edge:
            edge.api.answers["POST", "/"] = Answer(200, b"<GetCallerIdentityResponse/>", {"x-amzn-requestid": "1"})
            form = b"Action=GetCallerIdentity&Version=2011-06-15"
            answer = await edge.ask("POST", "/", form, {"x-moto-a": "1"}, host="sts.amazonaws.com")
            assert (answer.status, answer.body) == (200, b"<GetCallerIdentityResponse/>")
            assert answer.headers["x-amzn-requestid"] == "1"
            (seen,) = edge.api.seen
            assert seen.body == form
            assert seen.headers["host"] == "sts.amazonaws.com"
            assert seen.headers["authorization"].startswith("AWS4-HMAC-SHA256 ")
            assert "x-moto-a" not in seen.headers
            (edge.folder / "api").unlink()
            edge.passage.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("host", "content_type", "said"),
    [
        ("s3.us-east-1.amazonaws.com", "application/xml", "<Code>ServiceUnavailable</Code>"),
        ("bank.example", "application/xml", "<Code>ServiceUnavailable</Code>"),
        ("dynamodb.us-east-1.amazonaws.com", "application/x-amz-json-1.0", "#ServiceUnavailable"),
        ("sts.amazonaws.com", "text/xml;charset=UTF-8", "<Type>Receiver</Type><Code>ServiceUnavailable</Code>"),
    ],
)
def test_who_is_turned_away_is_told_in_the_service_s_form(host: str, content_type: str, said: str) -> None:
    async def story() -> None:
        async with in_process_edge(IN_PUBLIC) as edge:
            full = socket.create_server(("127.0.0.1", 0))
            edge.port = full.getsockname()[1]
            await edge.server.listen(full, functools.partial(edge.router.refuse, IN_PUBLIC))
            answer = await edge.ask("POST", "/", host=host)
            assert answer.status == 503
            assert answer.headers["content-type"] == content_type
            assert said in answer.body.decode()
            assert "no descriptors are left for another connection" in answer.body.decode()
            assert (edge.backend.seen, edge.api.seen) == ([], [])

    asyncio.run(story())


S3_OWN = f"{rows.S3_INTERFACE_ID}-abcdefgh.s3.us-east-1.vpce.amazonaws.com"
STS_OWN = f"{rows.STS_ENDPOINT_ID}-abcdefgh.sts.us-east-1.vpce.amazonaws.com"
AT_S3_INTERFACE = Arrival(False, rows.S3_INTERFACE_ID, rows.VPC_ID, "s3", rows.REGION, is_interface=True)
RDS_ENDPOINT = replace(rows.sts_interface(), service="rds")
AT_RDS = Arrival(False, rows.STS_ENDPOINT_ID, rows.VPC_ID, "rds", rows.REGION, is_interface=True)
AT_STS = Arrival(True, rows.STS_ENDPOINT_ID, rows.VPC_ID, "sts", rows.REGION, is_interface=True)


@pytest.mark.parametrize(
    ("arrival", "host", "s3", "api"),
    [
        (AT_S3_INTERFACE, "s3.us-east-1.amazonaws.com", 1, 0),
        (AT_S3_INTERFACE, f"bucket.{S3_OWN}", 1, 0),
        (AT_S3_INTERFACE, S3_OWN, 0, 0),
        (AT_S3_INTERFACE, f"bucket.{S3_OWN}".replace(rows.S3_INTERFACE_ID, rows.SQS_ENDPOINT_ID), 0, 0),
        (AT_S3_INTERFACE, STS_OWN, 0, 0),
        (AT_S3_INTERFACE, "s3.eu-west-1.amazonaws.com", 0, 0),
        (AT_S3_INTERFACE, "sts.us-east-1.amazonaws.com", 0, 0),
        (AT_S3_INTERFACE, "10.0.1.5", 0, 0),
        (AT_STS, "sts.us-east-1.amazonaws.com", 0, 1),
        (AT_STS, STS_OWN, 0, 1),
        (AT_STS, STS_OWN.replace("us-east-1.", "us-east-1a.", 1).replace("h.sts", "h-us-east-1a.sts"), 0, 0),
        (AT_STS, STS_OWN.replace("abcdefgh", "abcdefgh-us-east-1a"), 0, 1),
        (AT_STS, STS_OWN.replace(rows.STS_ENDPOINT_ID, rows.SQS_ENDPOINT_ID), 0, 0),
        (AT_STS, "s3.us-east-1.amazonaws.com", 0, 0),
        (AT_STS, "bank.example", 0, 0),
    ],
)
def test_an_interface_endpoint_serves_its_service_by_public_and_by_its_own_names(
    arrival: Arrival, host: str, s3: int, api: int
) -> None:
    async def story() -> Answer:
        async with in_process_edge(arrival) as edge:
            edge.put(rows.S3_IRELAND, rows.s3_interface(), rows.sts_interface(), rows.sqs_interface())
            answer = await edge.ask("GET", "/documents/k", host=host)
            assert (len(edge.backend.seen), len(edge.api.seen)) == (s3, api)
            return answer

    answer = asyncio.run(story())
    if not s3 and not api:
        assert (answer.status, answer.code) == (400, "InvalidURI" if arrival is AT_S3_INTERFACE else "InvalidRequest")


@pytest.mark.parametrize(
    ("arrival", "host", "is_served"),
    [
        (IN_PUBLIC, "rds.amazonaws.com", True),
        (IN_PUBLIC, "rds.us-east-1.amazonaws.com", True),
        (AT_RDS, "rds.us-east-1.amazonaws.com", True),
        (AT_RDS, "rds.amazonaws.com", False),
    ],
)
def test_legacy_names_are_known_in_public_alone(arrival: Arrival, host: str, is_served: bool) -> None:
    state, called = EdgeState(), Recorder([])
    state.apply(RowChange((rows.S3, rows.CATALOGUE, RDS_ENDPOINT), (), True))
    head = RequestHead("POST", "/", "1.1", [])
    head.host = host
    Router(state, {"rds": called}).serve(arrival, head, None, OverTls(host))  # type: ignore[arg-type]
    assert called.seen == (["handled"] if is_served else ["misdirected"])


@pytest.mark.parametrize(
    ("server_name", "is_served"),
    [
        (None, True),
        ("sts.us-east-1.amazonaws.com", True),
        (STS_OWN, True),
        (STS_OWN.replace(rows.STS_ENDPOINT_ID, rows.SQS_ENDPOINT_ID), False),
        ("s3.us-east-1.amazonaws.com", False),
        ("bank.example", False),
    ],
)
def test_at_an_interface_endpoint_the_tls_name_must_be_its_own_too(server_name: str | None, is_served: bool) -> None:
    state, called = EdgeState(), Recorder([])
    state.apply(RowChange((rows.S3, rows.STS, rows.sts_interface(), rows.sqs_interface()), (), True))
    head = RequestHead("POST", "/", "1.1", [])
    head.host = "sts.us-east-1.amazonaws.com"
    router = Router(state, {"sts": called})
    router.serve(AT_STS, head, None, OverTls(server_name))  # type: ignore[arg-type]
    assert called.seen == (["handled"] if is_served else ["misdirected"])


@dataclass
class OverTls:
    """As much of an exchange as routing looks at."""

    asked_for: str | None
    counts: object = None
    counted_as: str = ""

    @property
    def ssl_object(self) -> object:
        return SimpleNamespace(skywalk_server_name=self.asked_for)


@dataclass
class Recorder:
    """A service that only remembers."""

    seen: list[str]

    def handle(self, *_: object) -> None:
        self.seen.append("handled")

    def refuse_misdirected(self, _: object) -> None:
        self.seen.append("misdirected")

    def refuse_unavailable(self, _: object, reason: str) -> None:
        self.seen.append(reason)

    def render_head_refusal(self, status: int, reason: str) -> tuple[list[tuple[str, str]], bytes]:
        self.seen.append(f"{status} {reason}")
        return [], b""


def test_after_its_end_an_interface_endpoint_serves_nothing() -> None:
    async def story() -> Answer:
        async with in_process_edge(AT_STS) as edge:
            return await edge.ask("POST", "/", host=STS_OWN)

    assert asyncio.run(story()).code == "InvalidRequest"


@pytest.mark.parametrize("arrival", [AT_ENDPOINT, AT_S3_INTERFACE])
def test_the_access_log_has_the_type_of_the_endpoint(arrival: Arrival) -> None:
    async def story() -> list[bool]:
        async with in_process_edge(arrival) as edge:
            edge.put(rows.s3_interface())
            await edge.ask("GET", "/documents/k")
            return [record.is_interface for record in edge.records()]

    assert asyncio.run(story()) == [arrival.is_interface]
