"""A policy that names tags: whom the edge asks, and what it makes of each answer."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from skywalk.backends.remote import RemoteBackend
from skywalk.edge.arrival import Arrival
from skywalk.values.clock import SystemClock
from support import edge_rows as rows
from support.edge_in_process import Answer, InProcessEdge, in_process_edge, raw_request

HOST = "sqs.us-east-1.amazonaws.com"
AT_SQS = Arrival(
    is_secure=False,
    vpc_endpoint_id=rows.SQS_ENDPOINT_ID,
    vpc_id=rows.VPC_ID,
    service="sqs",
    region=rows.REGION,
    is_interface=True,
)
QUEUE = f"https://{HOST}/{rows.ACCOUNT}/jobs"
TAGS, SEND = "AmazonSQS.ListQueueTags", "AmazonSQS.SendMessage"
Story = Callable[[InProcessEdge], Awaitable[None]]


def policy(value: str, action: str = "sqs:SendMessage") -> str:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    condition = {"StringEquals": {"aws:ResourceTag/team": value}}
    deny = {**allow, "Effect": "Deny", "Action": action, "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]})


def at_sqs(story: Story, text: str, *, remote: bool = False) -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.setblocking(False)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            backends = {"sqs": RemoteBackend("sqs", url, None, SystemClock())} if remote else {}
            async with in_process_edge(AT_SQS, backends) as edge:
                await edge.server.listen(listening, edge.backend.handle)
                edge.put(rows.SQS, rows.sqs_interface(text))
                await story(edge)

    asyncio.run(run())


async def send(edge: InProcessEdge) -> tuple[int, str]:
    """Status and text."""
    content = json.dumps({"QueueUrl": QUEUE, "MessageBody": "x"}).encode()
    told = {"X-Amz-Target": SEND, "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest("POST", f"https://{HOST}/", data=content, headers=told)
    SigV4Auth(Credentials(rows.KEY_ID, rows.SECRET), "sqs", rows.REGION).add_auth(request)
    signed = {name: str(value) for name, value in request.headers.items()}
    answer = await edge.send(raw_request("POST", "/", {"Host": HOST, **signed}, content))
    told = json.loads(answer.body or b"{}")
    return answer.status, told.get("message") or told.get("Message") or ""


def targets(edge: InProcessEdge) -> list[str]:
    return [seen.headers["x-amz-target"] for seen in edge.backend.seen]


def blue(edge: InProcessEdge, status: int = 200, body: Any = None) -> None:
    answered = {"Tags": {"team": "blue"}} if body is None else body
    edge.backend.answers["POST", TAGS] = Answer(status, json.dumps(answered).encode())
    edge.backend.answers["POST", SEND] = Answer(200, b"{}")


@pytest.mark.parametrize("remote", [False, True])
def test_a_tag_meets_a_denial(*, remote: bool) -> None:
    async def story(edge: InProcessEdge) -> None:
        blue(edge)
        status, text = await send(edge)
        assert (status, "explicit deny" in text) == (403, True)
        assert targets(edge) == [TAGS]

    at_sqs(story, policy("blue"), remote=remote)


def test_another_value_does_not() -> None:
    async def story(edge: InProcessEdge) -> None:
        blue(edge)
        assert (await send(edge))[0] == 200
        assert targets(edge) == [TAGS, SEND]
        assert [seen.headers["x-moto-account-id"] for seen in edge.backend.seen] == [rows.ACCOUNT] * 2

    at_sqs(story, policy("red"))


def test_nobody_is_asked_for_what_no_policy_names() -> None:
    async def story(edge: InProcessEdge) -> None:
        blue(edge)
        assert (await send(edge))[0] == 200
        assert targets(edge) == [SEND]

    at_sqs(story, policy("blue", "sqs:DeleteQueue"))


def test_what_is_not_there_has_no_tags() -> None:
    async def story(edge: InProcessEdge) -> None:
        blue(edge, 400, {"__type": "com.amazonaws.sqs#QueueDoesNotExist"})
        assert (await send(edge))[0] == 200

    at_sqs(story, policy("blue"))


def test_a_backend_that_stumbles_over_the_question_refuses() -> None:
    async def story(edge: InProcessEdge) -> None:
        blue(edge, 500)
        status, text = await send(edge)
        assert status == 503
        assert text == f"The backend of sqs cannot tell the tags of arn:aws:sqs:us-east-1:{rows.ACCOUNT}:jobs."
        assert targets(edge) == [TAGS]

    at_sqs(story, policy("red"))


@pytest.mark.parametrize("remote", [False, True])
def test_a_backend_that_cannot_answer_refuses(*, remote: bool) -> None:
    async def story(edge: InProcessEdge) -> None:
        blue(edge, 503)
        assert (await send(edge))[0] == 503
        assert targets(edge) == [TAGS]

    at_sqs(story, policy("red"), remote=remote)


def test_an_answer_that_cannot_be_read_refuses() -> None:
    async def story(edge: InProcessEdge) -> None:
        blue(edge)
        edge.backend.answers["POST", TAGS] = Answer(200, b"<html>")
        assert (await send(edge))[0] == 500
        assert targets(edge) == [TAGS]

    at_sqs(story, policy("red"))
