"""Decisions are noted for the endpoint's access log, with all that another decision would need."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from hashlib import md5

from skywalk.access_log.record import Record
from skywalk.edge.arrival import Arrival
from support import edge_rows as rows
from support.edge_in_process import AT_DYNAMODB, AT_ENDPOINT, IN_PUBLIC, Answer, InProcessEdge, in_process_edge

ANYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
ROOT = f"arn:aws:iam::{rows.ACCOUNT}:root"


def policy(*statements: object) -> str:
    return json.dumps({"Statement": statements})


def recorded(tell: Callable[[InProcessEdge], Awaitable[object]], arrival: Arrival = AT_ENDPOINT) -> list[Record]:
    async def story() -> list[Record]:
        async with in_process_edge(arrival) as edge:
            await tell(edge)
            return edge.records()

    return asyncio.run(story())


def test_an_allowed_request() -> None:
    (record,) = recorded(lambda edge: edge.ask("HEAD", "/documents/k", headers={"User-Agent": "here/1"}))
    assert (record.vpc_endpoint_id, record.owner_account_id) == (rows.ENDPOINT_ID, rows.ACCOUNT)
    assert (record.operation, record.user_agent, record.source) == ("HeadObject", "here/1", "127.0.0.1")
    assert record.principal is not None
    assert record.principal.arn == ROOT
    ((check,),) = record.questions
    assert (check.request.action, check.request.resource) == ("s3:GetObject", "arn:aws:s3:::documents/k")
    assert check.request.resource_account == rows.ACCOUNT
    assert check.request.context["aws:sourcevpc"] == rows.VPC_ID
    assert (check.decided.allowed, check.by_endpoint, check.otherwise) == (True, True, None)


def test_what_the_endpoint_policy_refuses_is_asked_of_the_others_to_the_last_check() -> None:
    async def tell(edge: InProcessEdge) -> None:
        denies = {"Sid": "NoReads", **ANYTHING, "Effect": "Deny", "Action": "s3:GetObject"}
        edge.put(rows.endpoint(policy(ANYTHING, denies)))
        await edge.ask("PUT", "/documents/copy", headers={"x-amz-copy-source": "/documents/k"})

    (record,) = recorded(tell)
    (question,) = record.questions
    asked = {check.request.action: check for check in question}
    assert asked.keys() >= {"s3:GetObject", "s3:PutObject"}
    read = asked["s3:GetObject"]
    assert (read.decided.by, read.decided.explicit, read.decided.statement) == ("endpoint_policy", True, "NoReads")
    assert read.others_allow
    assert asked["s3:PutObject"].decided.allowed
    assert record.error is not None
    assert record.error[0] == "AccessDenied"
    assert record.deciding == read


def test_what_others_refuse_too() -> None:
    async def tell(edge: InProcessEdge) -> None:
        edge.put(rows.endpoint(policy({**ANYTHING, "Effect": "Deny"})))
        await edge.ask("GET", "/documents/k", key=rows.OTHER_KEY_ID, secret=rows.OTHER_SECRET)

    (record,) = recorded(tell)
    ((check,),) = record.questions
    assert not check.others_allow
    assert check.otherwise is not None
    assert check.otherwise.by == "resource_policy"


def test_each_object_of_delete_objects_is_a_question() -> None:
    async def tell(edge: InProcessEdge) -> None:
        body = b"<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>"
        only_a = {**ANYTHING, "Resource": ["arn:aws:s3:::documents", "arn:aws:s3:::documents/a"]}
        edge.put(rows.endpoint(policy(only_a)))
        edge.backend.answers = {}
        await edge.ask("POST", "/documents?delete=", body, {"Content-MD5": _md5(body)})

    (record,) = recorded(tell)
    found = [[(check.request.resource[-1], check.decided.allowed) for check in one] for one in record.questions if one]
    assert found == [[("a", True)], [("b", False)]]
    assert record.verdict == "denied"


def test_what_a_request_does_not_hang_on_is_not_noted() -> None:
    """A copy needs the right to its source's tags only if there are any."""

    async def tell(edge: InProcessEdge) -> None:
        denies = {**ANYTHING, "Effect": "Deny", "Action": "s3:GetObjectTagging"}
        edge.put(rows.endpoint(policy(ANYTHING, denies)))
        none = b"<Tagging><TagSet/></Tagging>"
        edge.backend.answers["GET", "/documents/k?tagging="] = Answer(200, none)
        answer = await edge.ask("PUT", "/documents/copy", headers={"x-amz-copy-source": "/documents/k"})
        assert answer.status == 200

    (record,) = recorded(tell)
    asked = [check.request.action for question in record.questions for check in question]
    assert sorted(asked) == ["s3:GetObject", "s3:PutObject"]
    assert record.verdict == "allowed"


def _md5(body: bytes) -> str:
    return b64encode(md5(body, usedforsecurity=False).digest()).decode()


def test_what_is_refused_before_a_decision() -> None:
    async def tell(edge: InProcessEdge) -> None:
        await edge.ask("GET", "/documents/k", secret="wrong")
        await edge.ask("GET", "/documents/k", host="bank.example")

    unproven, misdirected = recorded(tell)
    assert (unproven.operation, unproven.verdict, unproven.principal) == ("GetObject", "undecided", None)
    assert (unproven.error or ("",))[0] == "SignatureDoesNotMatch"
    assert unproven.source == "127.0.0.1"
    assert (misdirected.error or ("",))[0] == "InvalidURI"


def test_dynamodb() -> None:
    async def tell(edge: InProcessEdge) -> None:
        await edge.call("GetItem", {"TableName": "music", "Key": {"k": {"S": "a"}}})

    (record,) = recorded(tell, AT_DYNAMODB)
    assert (record.service, record.operation) == ("dynamodb", "GetItem")
    ((check,),) = record.questions
    assert check.request.resource.endswith(":table/music")


def test_what_comes_through_no_endpoint_is_not_recorded() -> None:
    assert recorded(lambda edge: edge.ask("GET", "/documents/k"), IN_PUBLIC) == []


def test_no_secret_is_written() -> None:
    async def story() -> str:
        async with in_process_edge(AT_ENDPOINT) as edge:
            await edge.ask(
                "GET", "/documents/k", headers={"x-amz-security-token": "TOKENTOKEN", "Referer": "a?b=SECRET"}
            )
            await edge.ask("GET", "/documents/k?X-Amz-Signature=SIGNATURE", key=None)
            await edge.ask("PUT", "/documents/k", b"BODYBODY")
            edge.access_log.close()
            return "".join(path.read_text() for path in (edge.folder / "access-log").rglob("*.jsonl"))

    text = asyncio.run(story())
    assert text.count('"as":') == 3
    for secret in ("TOKENTOKEN", "SECRET", "SIGNATURE", "BODYBODY", rows.SECRET):
        assert secret not in text
