"""Policies of queues whose backend is another, by its URL: it sees none of them, and they decide all the same."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
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
QUEUE = f"https://{HOST}/{rows.ACCOUNT}/jobs"
ARN = f"arn:aws:sqs:us-east-1:{rows.ACCOUNT}:jobs"
POLICY = json.dumps(
    {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": rows.OTHER_ACCOUNT},
                "Action": "sqs:SendMessage",
                "Resource": ARN,
            }
        ]
    }
)
AT_SQS = Arrival(
    is_secure=False,
    vpc_endpoint_id=rows.SQS_ENDPOINT_ID,
    vpc_id=rows.VPC_ID,
    service="sqs",
    region=rows.REGION,
    is_interface=True,
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
Story = Callable[[InProcessEdge], Awaitable[None]]


@pytest.fixture(params=["embedded", "remote"])
def told(request: pytest.FixtureRequest) -> Callable[[Story], None]:
    def tell(story: Story) -> None:
        async def run() -> None:
            with socket.create_server(("127.0.0.1", 0)) as listening:
                listening.setblocking(False)
                url = f"http://127.0.0.1:{listening.getsockname()[1]}"
                remote = {"sqs": RemoteBackend("sqs", url, None, SystemClock())}
                async with in_process_edge(AT_SQS, remote if request.param == "remote" else {}) as edge:
                    await edge.server.listen(listening, edge.backend.handle)
                    edge.put(rows.SQS, rows.sqs_interface(rows.FULL_ACCESS))
                    await story(edge)

        asyncio.run(run())

    return tell


async def ask(
    edge: InProcessEdge, operation: str, body: object, key: str = rows.KEY_ID, secret: str = rows.SECRET
) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = {"X-Amz-Target": f"AmazonSQS.{operation}", "Content-Type": "application/x-amz-json-1.0"}
    return await send(edge, content, told if operation else FORM, key, secret)


async def send(edge: InProcessEdge, content: bytes, headers: Mapping[str, str], key: str, secret: str) -> Answer:
    request = AWSRequest("POST", f"https://{HOST}/", data=content, headers=dict(headers))
    SigV4Auth(Credentials(key, secret), "sqs", rows.REGION).add_auth(request)
    signed = {name: str(value) for name, value in request.headers.items()}
    return await edge.send(raw_request("POST", "/", {"Host": HOST, **signed}, content))


def passed_on(edge: InProcessEdge) -> list[tuple[str, Any]]:
    """Operations and their parameters, as the backend saw them."""
    return [(seen.headers["x-amz-target"].rpartition(".")[2], json.loads(seen.body)) for seen in edge.backend.seen]


def test_the_backend_sees_no_policy(told: Callable[[Story], None]) -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.backend.answers["POST", "/"] = Answer(200, b"{}")
        attributes = {"Policy": POLICY, "DelaySeconds": "1"}
        done = await ask(edge, "SetQueueAttributes", {"QueueUrl": QUEUE, "Attributes": attributes})
        assert (done.status, json.loads(done.body)) == (200, {})
        assert passed_on(edge) == [
            ("SetQueueAttributes", {"QueueUrl": QUEUE, "Attributes": {"DelaySeconds": "1"}}),
        ]
        named = {"account_id": rows.ACCOUNT, "region": rows.REGION, "policy": POLICY}
        assert edge.daemon.reports == [("put_resource", {"arn": ARN, **named})]
        sent = {"QueueUrl": QUEUE, "MessageBody": "x"}
        other = (rows.OTHER_KEY_ID, rows.OTHER_SECRET)
        assert (await ask(edge, "SendMessage", sent, *other)).status == 200
        assert (await ask(edge, "PurgeQueue", {"QueueUrl": QUEUE}, *other)).status == 403

    told(story)


def test_whoever_asks_is_shown_what_decides(told: Callable[[Story], None]) -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.resource(ARN, POLICY))
        own = {"Attributes": {"Policy": "the backend's own", "DelaySeconds": "1"}}
        edge.backend.answers["POST", "/"] = Answer(200, json.dumps(own).encode())
        shown = await ask(edge, "GetQueueAttributes", {"QueueUrl": QUEUE, "AttributeNames": ["All"]})
        assert json.loads(shown.body) == {"Attributes": {"Policy": POLICY, "DelaySeconds": "1"}}

    told(story)


def test_in_the_query_protocol_of_a_remote() -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.setblocking(False)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            async with in_process_edge(AT_SQS, {"sqs": RemoteBackend("sqs", url, None, SystemClock())}) as edge:
                await edge.server.listen(listening, edge.backend.handle)
                edge.put(rows.SQS, rows.sqs_interface(rows.FULL_ACCESS), rows.resource(ARN, POLICY))
                attributes = (
                    b'<R xmlns="http://queue.amazonaws.com/"><Attribute><Name>Policy</Name><Value>own</Value></Attribute>'
                    b"<Attribute><Name>DelaySeconds</Name><Value>1</Value></Attribute></R>"
                )
                edge.backend.answers["POST", "/"] = Answer(200, attributes)
                form = b"Action=GetQueueAttributes&AttributeName.1=All&QueueUrl=" + QUEUE.encode()
                shown = await ask(edge, "", form)
                assert shown.status == 200
                assert f"<Name>Policy</Name><Value>{POLICY}</Value>".encode() in shown.body
                assert b"<Name>DelaySeconds</Name><Value>1</Value>" in shown.body
                assert b"own" not in shown.body
                edge.backend.answers["POST", "/"] = Answer(200, b"no XML")
                assert (await ask(edge, "", form)).status == 500

    asyncio.run(run())


def test_a_queue_of_a_name_that_had_a_policy(told: Callable[[Story], None]) -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.resource(ARN, POLICY.replace("Allow", "Deny")))
        edge.backend.answers["POST", "/"] = Answer(400, b'{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}')
        await ask(edge, "CreateQueue", {"QueueName": "jobs"})
        assert edge.daemon.reports == [("delete_resource", {"arn": ARN})]
        assert [name for name, _ in passed_on(edge)] == ["GetQueueUrl", "CreateQueue"]

    told(story)


def test_a_deletion_that_got_half_way(told: Callable[[Story], None]) -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.resource(ARN, POLICY))
        edge.backend.answers["POST", "/"] = Answer(200, b"{}")
        edge.daemon.refuses = True
        assert (await ask(edge, "DeleteQueue", {"QueueUrl": QUEUE})).status == 503
        edge.daemon.refuses = False
        edge.backend.answers["POST", "/"] = Answer(400, b'{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}')
        assert (await ask(edge, "DeleteQueue", {"QueueUrl": QUEUE})).status == 400
        assert edge.daemon.reports == [("delete_resource", {"arn": ARN})]

    told(story)


def test_a_policy_for_everybody_is_for_those_who_sign(told: Callable[[Story], None]) -> None:
    async def story(edge: InProcessEdge) -> None:
        everybody = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": ARN}
        edge.put(rows.resource(ARN, json.dumps({"Statement": [everybody]})))
        edge.backend.answers["POST", "/"] = Answer(200, b"{}")
        sent = {"QueueUrl": QUEUE, "MessageBody": "x"}
        assert (await ask(edge, "SendMessage", sent, rows.OTHER_KEY_ID, rows.OTHER_SECRET)).status == 200
        headers = {"Host": HOST, "X-Amz-Target": "AmazonSQS.SendMessage", "Content-Type": "application/x-amz-json-1.0"}
        refused = await edge.send(raw_request("POST", "/", headers, json.dumps(sent).encode()))
        assert json.loads(refused.body)["__type"].endswith("MissingAuthenticationTokenException"), refused.body
        assert len(edge.backend.seen) == 1

    told(story)
