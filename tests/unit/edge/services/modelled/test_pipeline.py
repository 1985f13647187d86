"""Requests to modelled services through the edge: understood, verified, decided, forwarded as they were understood."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from skywalk.backends.remote import RemoteBackend
from skywalk.edge.arrival import Arrival
from skywalk.edge.services.modelled.serving import serving
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
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OPEN, CLOSED = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
"""Indexes of Kendra, which moto does not have."""
Story = Callable[[InProcessEdge], Awaitable[None]]


def at_sqs(story: Story, policy: str = rows.FULL_ACCESS, *, remote: bool = False) -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.setblocking(False)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}/base"
            backends = {"sqs": RemoteBackend("sqs", url, None, SystemClock())} if remote else {}
            async with in_process_edge(AT_SQS, backends) as edge:
                await edge.server.listen(listening, edge.backend.handle)
                edge.put(rows.SQS, rows.sqs_interface(policy))
                await story(edge)

    asyncio.run(run())


async def ask(
    edge: InProcessEdge,
    operation: str,
    body: object,
    *,
    key: str = rows.KEY_ID,
    secret: str = rows.SECRET,
    service: str = "sqs",
    region: str = rows.REGION,
    path: str = "/",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = {"X-Amz-Target": f"AmazonSQS.{operation}", "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest(
        "POST", f"https://{HOST}{path}", data=content, headers=told if headers is None else dict(headers)
    )
    SigV4Auth(Credentials(key, secret), service, region).add_auth(request)
    signed = {name: str(value) for name, value in request.headers.items()}
    return await edge.send(raw_request("POST", path, {"Host": HOST, **signed}, content))


def code(answer: Answer) -> tuple[int, str, str]:
    told = json.loads(answer.body)
    return answer.status, told["__type"].rpartition("#")[2], told.get("message", told.get("Message", ""))


def test_forwarded_as_it_was_understood() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.backend.answers["POST", "/"] = Answer(200, b'{"MessageId":"1"}', {"Content-Type": "text", "X-Other": "x"})
        sent = {
            "QueueUrl": "http://elsewhere/123456789012/jobs",
            "MessageBody": "é",
            "Unknown": {"a": 1},
            "DelaySeconds": None,
        }
        answer = await ask(edge, "SendMessage", sent)
        assert (answer.status, answer.body) == (200, b'{"MessageId":"1"}')
        assert answer.headers["content-type"] == "application/x-amz-json-1.0"
        assert "x-other" not in answer.headers
        (seen,) = edge.backend.seen
        assert json.loads(seen.body) == {"QueueUrl": QUEUE, "MessageBody": "é"}
        assert {name: value for name, value in seen.headers.items() if name != "content-length"} == {
            "content-type": "application/x-amz-json-1.0",
            "host": HOST,
            "x-amz-target": "AmazonSQS.SendMessage",
            "x-moto-account-id": rows.ACCOUNT,
            "x-skywalk-operation": "sqs.SendMessage",
        }

    at_sqs(story)


def test_a_form_reaches_the_embedded_backend_as_json_and_a_remote_as_a_form() -> None:
    body = b"Action=ReceiveMessage&MaxNumberOfMessages=2&WaitTimeSeconds=0&Version=2012-11-05"

    async def embedded(edge: InProcessEdge) -> None:
        edge.backend.answers["POST", "/"] = Answer(200, b'{"Messages":[{"Body":"<x>"}]}')
        answer = await ask(edge, "", body, path=f"/{rows.ACCOUNT}/jobs", headers=FORM)
        assert b"<ReceiveMessageResult><Message><Body>&lt;x&gt;</Body></Message></ReceiveMessageResult>" in answer.body
        (seen,) = edge.backend.seen
        assert json.loads(seen.body) == {"QueueUrl": QUEUE, "MaxNumberOfMessages": 2, "WaitTimeSeconds": 0}

    async def remote(edge: InProcessEdge) -> None:
        edge.backend.answers["POST", "/base/"] = Answer(200, b"<as-it-came/>", {"Content-Type": "text/xml"})
        answer = await ask(edge, "", body, path=f"/{rows.ACCOUNT}/jobs", headers=FORM)
        assert answer.body == b"<as-it-came/>"
        (seen,) = edge.backend.seen
        assert seen.headers["host"].startswith("127.0.0.1:")
        assert "x-skywalk-operation" not in seen.headers
        assert seen.body.startswith(b"Action=ReceiveMessage&Version=2012-11-05&")

    at_sqs(embedded)
    at_sqs(remote, remote=True)


def test_a_remote_does_what_the_embedded_backend_does_not() -> None:
    async def story(edge: InProcessEdge) -> None:
        sent = {"SourceArn": f"arn:aws:sqs:us-east-1:{rows.ACCOUNT}:dead"}
        assert (await ask(edge, "StartMessageMoveTask", sent)).status == 200

    async def refused(edge: InProcessEdge) -> None:
        sent = {"SourceArn": f"arn:aws:sqs:us-east-1:{rows.ACCOUNT}:dead"}
        assert code(await ask(edge, "StartMessageMoveTask", sent))[:2] == (501, "NotImplemented")
        assert not edge.backend.seen

    at_sqs(story, remote=True)
    at_sqs(refused)


def test_the_endpoint_s_policy_decides() -> None:
    only_jobs = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "sqs:SendMessage",
        "Resource": f"arn:aws:sqs:us-east-1:{rows.ACCOUNT}:jobs",
    }

    async def story(edge: InProcessEdge) -> None:
        assert (await ask(edge, "SendMessage", {"QueueUrl": QUEUE, "MessageBody": "x"})).status == 200
        batch = {"QueueUrl": QUEUE, "Entries": [{"Id": "1", "MessageBody": "x"}]}
        assert (await ask(edge, "SendMessageBatch", batch)).status == 200
        refused = await ask(edge, "DeleteQueue", {"QueueUrl": QUEUE})
        assert code(refused) == (
            403,
            "AccessDeniedException",
            f"User: arn:aws:iam::{rows.ACCOUNT}:root is not authorized to perform: sqs:deletequeue on resource: "
            f"arn:aws:sqs:us-east-1:{rows.ACCOUNT}:jobs because no VPC endpoint policy allows the "
            "sqs:deletequeue action",
        )
        assert refused.headers["x-amzn-query-error"] == "AccessDenied;Sender"
        assert code(await ask(edge, "ListQueues", {}))[1] == "AccessDeniedException"
        assert len(edge.backend.seen) == 2

    at_sqs(story, json.dumps({"Statement": only_jobs}))


def test_another_account_s_queue_is_nobody_else_s() -> None:
    async def story(edge: InProcessEdge) -> None:
        sent = {"QueueUrl": QUEUE, "MessageBody": "x"}
        refused = await ask(edge, "SendMessage", sent, key=rows.OTHER_KEY_ID, secret=rows.OTHER_SECRET)
        assert "because no resource-based policy allows the sqs:sendmessage action" in code(refused)[2]
        assert not edge.backend.seen

    at_sqs(story)


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"service": "sns"}, "InvalidSignatureException"),
        ({"region": "eu-west-1"}, "InvalidSignatureException"),
        ({"secret": "another"}, "InvalidSignatureException"),
        ({"key": "AKIANOBODYNOBODYNOB0"}, "UnrecognizedClientException"),
    ],
)
def test_who_cannot_prove_who_they_are(arguments: dict[str, Any], refusal: str) -> None:
    async def story(edge: InProcessEdge) -> None:
        assert code(await ask(edge, "ListQueues", {}, **arguments))[:2] == (400, refusal)
        assert not edge.backend.seen

    at_sqs(story)


def test_the_operation_comes_before_the_signature_and_its_parameters_after() -> None:
    async def story(edge: InProcessEdge) -> None:
        assert code(await ask(edge, "Fly", {}, secret="another"))[:2] == (404, "UnknownOperationException")
        assert code(await ask(edge, "CreateQueue", b"{", secret="another"))[1] == "InvalidSignatureException"
        assert code(await ask(edge, "CreateQueue", b"{"))[1] == "SerializationException"
        assert code(await ask(edge, "CreateQueue", {})) == (
            400,
            "InvalidParameterValue",
            "1 validation error detected: Value null at 'queueName' failed to satisfy constraint: "
            "Member must not be null",
        )
        assert code(await ask(edge, "ListQueues", {}, path="/other"))[1] == "UnknownOperationException"

    at_sqs(story)


def test_a_body_that_is_too_large() -> None:
    async def story(edge: InProcessEdge) -> None:
        content = b" " * (serving("sqs").limit_bytes + 1)
        assert code(await ask(edge, "ListQueues", content))[:2] == (413, "RequestEntityTooLargeException")

    at_sqs(story)


def test_a_backend_that_fails() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.backend.answers["POST", "/"] = Answer(500, b"Traceback")
        told = "The embedded backend of sqs cannot do ListQueues with these parameters."
        assert code(await ask(edge, "ListQueues", {})) == (400, "InvalidParameterValue", told)
        edge.backend.answers["POST", "/"] = Answer(503, b'{"message":"no room"}')
        status, kind, message = code(await ask(edge, "ListQueues", {}))
        assert (status, kind) == (503, "ServiceUnavailableException")
        assert "no room" in message
        edge.backend.answers["POST", "/"] = Answer(200, b"no JSON")
        form = await ask(edge, "", b"Action=ListQueues", headers=FORM)
        assert (form.status, form.code) == (500, "InternalFailure")

    at_sqs(story)


def test_a_service_without_a_backend_says_which_setting_gives_it_one() -> None:
    async def story() -> None:
        async with in_process_edge(Arrival(False)) as edge:
            host = "kendra.us-east-1.amazonaws.com"
            name = type(rows.SQS)("kendra", rows.REGION, (), (), (host,), (443,), rows.ORIGIN)
            edge.put(name)
            request = AWSRequest(
                "POST",
                f"https://{host}/",
                data=b"{}",
                headers={
                    "X-Amz-Target": "AWSKendraFrontendService.ListIndices",
                    "Content-Type": "application/x-amz-json-1.1",
                },
            )
            SigV4Auth(Credentials(rows.KEY_ID, rows.SECRET), "kendra", rows.REGION).add_auth(request)
            signed = {one: str(value) for one, value in request.headers.items()}
            answer = await edge.send(raw_request("POST", "/", {"Host": host, **signed}, b"{}"))
            assert (answer.status, json.loads(answer.body)) == (
                503,
                {
                    "__type": "ServiceUnavailableException",
                    "message": "skywalk has no backend of kendra of its own. The setting [backends.kendra] "
                    "with a url in config.toml gives it one.",
                },
            )

    asyncio.run(story())


def test_an_endpoint_s_policy_names_resources_of_a_service_without_a_table() -> None:
    arn = f"arn:aws:kendra:{rows.REGION}:{rows.ACCOUNT}:index/{OPEN}"
    policy = {"Effect": "Allow", "Principal": "*", "Action": "kendra:DescribeIndex", "Resource": arn}

    async def story() -> None:
        async with in_process_edge(replace(AT_SQS, service="kendra")) as edge:
            host = "kendra.us-east-1.amazonaws.com"
            edge.put(type(rows.SQS)("kendra", rows.REGION, (), (), (host,), (443,), rows.ORIGIN))
            edge.put(replace(rows.sqs_interface(json.dumps({"Statement": policy})), service="kendra"))

            async def told(index: str) -> str:
                content = json.dumps({"Id": index}).encode()
                headers = {
                    "X-Amz-Target": "AWSKendraFrontendService.DescribeIndex",
                    "Content-Type": "application/x-amz-json-1.1",
                }
                request = AWSRequest("POST", f"https://{host}/", data=content, headers=headers)
                SigV4Auth(Credentials(rows.KEY_ID, rows.SECRET), "kendra", rows.REGION).add_auth(request)
                signed = {one: str(value) for one, value in request.headers.items()}
                answer = await edge.send(raw_request("POST", "/", {"Host": host, **signed}, content))
                found = json.loads(answer.body)
                return f"{found['__type']}: {found.get('message', found.get('Message'))}"

            assert (await told(OPEN)).startswith("ServiceUnavailableException: skywalk has no backend of kendra")
            refused = await told(CLOSED)
            assert refused.startswith("AccessDeniedException: ")
            assert f"{arn.removesuffix(OPEN)}{CLOSED} because no VPC endpoint policy allows" in refused

    asyncio.run(story())


def test_a_service_without_a_model_says_so() -> None:
    async def story() -> None:
        async with in_process_edge(Arrival(is_secure=False)) as edge:
            host = "dkr.ecr.us-east-1.amazonaws.com"
            edge.put(type(rows.SQS)("ecr.dkr", rows.REGION, (), (), (host,), (443,), rows.ORIGIN))
            answer = await edge.send(raw_request("GET", "/v2/", {"Host": host}))
            assert answer.status == 503
            assert json.loads(answer.body)["message"].startswith("skywalk has no backend of ecr.dkr, and no model of ")

    asyncio.run(story())
