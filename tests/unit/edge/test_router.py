"""Which service a host name means, and who may serve it where."""

from __future__ import annotations

import asyncio

import pytest

from skywalk.edge.arrival import Arrival
from skywalk.edge.state import EdgeState
from skywalk.feed.rows import RowChange
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
