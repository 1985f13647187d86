"""What is passed on to the API server: the request as it was signed, and the way that it came."""

from __future__ import annotations

import asyncio
import json

import pytest

from skywalk.edge.api_passage import ApiPassage
from skywalk.edge.arrival import Arrival
from skywalk.policy.told_arrival import ARRIVAL_HEADER, read_arrival, write_arrival
from support import edge_rows as rows
from support.edge_in_process import IN_PUBLIC, Answer, in_process_edge

AT_STS = Arrival(True, rows.STS_ENDPOINT_ID, rows.VPC_ID, "sts", rows.REGION, is_interface=True)
FORM = b"Action=GetCallerIdentity&Version=2011-06-15"


@pytest.mark.parametrize(
    ("arrival", "keys"),
    [
        (
            AT_STS,
            {
                "aws:securetransport": "true",
                "aws:sourcevpce": rows.STS_ENDPOINT_ID,
                "aws:sourcevpc": rows.VPC_ID,
                "aws:vpcsourceip": "127.0.0.1",
            },
        ),
        (IN_PUBLIC, {"aws:securetransport": "false", "aws:sourceip": "127.0.0.1"}),
    ],
)
def test_the_way_is_told_and_what_a_client_says_of_it_is_not(arrival: Arrival, keys: dict[str, str]) -> None:
    forged = write_arrival("sts", {"aws:sourcevpce": "vpce-forged"})

    async def story() -> None:
        async with in_process_edge(arrival) as edge:
            edge.put(rows.sts_interface())
            headers = {ARRIVAL_HEADER: forged, "X-Skywalk-Arrival": forged}
            assert (await edge.ask("POST", "/", FORM, headers, host="sts.us-east-1.amazonaws.com")).status == 200
            (seen,) = edge.api.seen
            assert read_arrival(seen.headers[ARRIVAL_HEADER]) == ("sts", keys)
            assert seen.body == FORM

    asyncio.run(story())


@pytest.mark.parametrize(
    ("service", "content_type", "told"),
    [
        ("ec2", "text/xml;charset=UTF-8", "<Response><Errors><Error><Code>InvalidRequest</Code>"),
        ("sts", "text/xml;charset=UTF-8", "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidRequest</Code>"),
        ("route53resolver", "application/x-amz-json-1.1", '{"__type": "InvalidRequest"'),
    ],
)
def test_a_refusal_has_the_form_of_its_service(service: str, content_type: str, told: str) -> None:
    async def story() -> Answer:
        arrival = Arrival(True, rows.STS_ENDPOINT_ID, rows.VPC_ID, service, rows.REGION, is_interface=True)
        async with in_process_edge(arrival) as edge:
            return await edge.ask("POST", "/", FORM, host="bank.example")

    answer = asyncio.run(story())
    assert (answer.status, answer.headers["content-type"]) == (400, content_type)
    assert told in answer.body.decode()
    if content_type.endswith("json-1.1"):
        assert json.loads(answer.body)["message"] == "This is not route53resolver's host name."


def test_without_an_api_server_it_says_so() -> None:
    async def story() -> Answer:
        async with in_process_edge(AT_STS) as edge:
            edge.put(rows.sts_interface())
            edge.services["sts"] = ApiPassage(edge.folder / "nothing").service("sts")
            return await edge.ask("POST", "/", FORM, host="sts.us-east-1.amazonaws.com")

    answer = asyncio.run(story())
    assert (answer.status, answer.code) == (503, "ServiceUnavailable")
