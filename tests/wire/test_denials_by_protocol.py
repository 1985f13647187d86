"""A denied request in every protocol: status, headers and bytes, and what a stock client makes of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from skywalk.edge.services.modelled.protocols.cbor import decode, encode
from skywalk.feed.rows import RowChange
from skywalk.plan.control_policies import ControlPolicies
from support import edge_rows as rows
from support.modelled_region import ModelledRegion, modelled_region

HERE = f"us-east-1:{rows.ACCOUNT}"
ROOT = f"arn:aws:iam::{rows.ACCOUNT}:root"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
DENIES = "with an explicit deny in a service control policy"
DENY_ALL = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
REQUEST_ID = re.compile(rb"<RequestId>[0-9a-f-]{36}</RequestId>")


@pytest.fixture(scope="module")
def region() -> Iterator[ModelledRegion]:
    """Its one account is in an organization that forbids everything."""
    forbidden = ControlPolicies(rows.ACCOUNT, "o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12/", ((DENY_ALL,),), (), rows.ORIGIN)
    with modelled_region() as running:
        running.change(RowChange((forbidden,), (), False))
        yield running


def sentence(action: str, resource: str | None) -> str:
    on = "" if resource is None else f" on resource: {resource}"
    return f"User: {ROOT} is not authorized to perform: {action}{on} {DENIES}"


SEND = sentence("sqs:sendmessage", f"arn:aws:sqs:{HERE}:q")
PUBLISH = sentence("SNS:Publish", f"arn:aws:sns:{HERE}:t")
METRICS = sentence("cloudwatch:ListMetrics", None)
KEY = sentence("kms:Decrypt", f"arn:aws:kms:{HERE}:key/k")
FUNCTION = sentence("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:f")


@pytest.mark.parametrize(
    ("service", "target", "version", "asked", "status", "told"),
    [
        (
            "sqs",
            "AmazonSQS.SendMessage",
            "1.0",
            {"QueueUrl": f"https://sqs.us-east-1.amazonaws.com/{rows.ACCOUNT}/q", "MessageBody": "x"},
            403,
            {"__type": "com.amazon.coral.service#AccessDeniedException", "Message": SEND},
        ),
        (
            "monitoring",
            "GraniteServiceVersion20100801.ListMetrics",
            "1.0",
            {},
            403,
            {"__type": "com.amazon.coral.service#AccessDeniedException", "Message": METRICS},
        ),
        (
            "kms",
            "TrentService.Decrypt",
            "1.1",
            {"KeyId": f"arn:aws:kms:{HERE}:key/k", "CiphertextBlob": "AAAA"},
            400,
            {"__type": "AccessDeniedException", "Message": KEY},
        ),
    ],
)
def test_json(
    region: ModelledRegion, service: str, target: str, version: str, asked: Any, status: int, told: Any
) -> None:
    kind = f"application/x-amz-json-{version}"
    answer = region.send(service, json.dumps(asked).encode(), X_Amz_Target=target, Content_Type=kind)
    assert (answer.status, answer.headers["content-type"], json.loads(answer.body)) == (status, kind, told)
    query_error = "AccessDenied;Sender" if status == 403 else None
    assert answer.headers.get("x-amzn-query-error") == query_error
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-amzn-requestid"])


def test_forms_of_sqs(region: ModelledRegion) -> None:
    url = f"https%3A%2F%2Fsqs.us-east-1.amazonaws.com%2F{rows.ACCOUNT}%2Fq"
    asked = f"Action=SendMessage&Version=2012-11-05&MessageBody=x&QueueUrl={url}".encode()
    answer = region.send("sqs", asked, Content_Type=FORM)
    assert (answer.status, answer.headers["content-type"]) == (403, "text/xml")
    assert REQUEST_ID.sub(b"", answer.body).decode() == (
        '<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type>'
        f"<Code>AccessDenied</Code><Message>{SEND}</Message><Detail/></Error></ErrorResponse>"
    )


def test_forms_of_sns(region: ModelledRegion) -> None:
    asked = f"Action=Publish&Version=2010-03-31&Message=x&TopicArn=arn:aws:sns:{HERE}:t".encode()
    answer = region.send("sns", asked, Content_Type=FORM)
    assert (answer.status, answer.headers["content-type"]) == (403, "text/xml")
    assert REQUEST_ID.sub(b"", answer.body).decode() == (
        '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>'
        f"<Code>AuthorizationError</Code><Message>{PUBLISH}</Message></Error></ErrorResponse>"
    )


def test_cbor(region: ModelledRegion) -> None:
    answer = region.send(
        "monitoring",
        encode({}),
        "/service/GraniteServiceVersion20100801/operation/ListMetrics",
        smithy_protocol="rpc-v2-cbor",
        Content_Type="application/cbor",
    )
    assert (answer.status, answer.headers["content-type"]) == (403, "application/cbor")
    assert answer.headers["smithy-protocol"] == "rpc-v2-cbor"
    assert answer.headers["x-amzn-query-error"] == "AccessDenied;Sender"
    assert decode(answer.body) == {
        "__type": "com.amazon.coral.service#AccessDeniedException",
        "message": METRICS,
    }


def test_rest_json(region: ModelledRegion) -> None:
    answer = region.send("lambda", b"{}", "/2015-03-31/functions/f/invocations")
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (403, "AccessDeniedException")
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.body) == {"Message": FUNCTION}


def test_s3(region: ModelledRegion) -> None:
    answer = region.send("s3", b"", "/bank/k", "GET", X_Amz_Content_Sha256="UNSIGNED-PAYLOAD")
    assert (answer.status, answer.headers["content-type"]) == (403, "application/xml")
    said = sentence("s3:GetObject", '"arn:aws:s3:::bank/k"').replace('"', "&quot;")
    ids = answer.headers["x-amz-request-id"], answer.headers["x-amz-id-2"]
    assert answer.body.decode().replace("&quot;", '"') == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>'
        + said.replace("&quot;", '"')
        + f"</Message><RequestId>{ids[0]}</RequestId><HostId>{ids[1]}</HostId></Error>"
    )
    head = region.send("s3", b"", "/bank/k", "HEAD", X_Amz_Content_Sha256="UNSIGNED-PAYLOAD")
    assert (head.status, head.body) == (403, b"")


def test_dynamodb(region: ModelledRegion) -> None:
    kind = "application/x-amz-json-1.0"
    answer = region.send("dynamodb", b"{}", "/", X_Amz_Target="DynamoDB_20120810.ListTables", Content_Type=kind)
    assert (answer.status, answer.headers["content-type"]) == (400, kind)
    assert json.loads(answer.body) == {
        "__type": "com.amazon.coral.service#AccessDeniedException",
        "Message": sentence("dynamodb:ListTables", f"arn:aws:dynamodb:{HERE}:table/*"),
    }


@pytest.mark.parametrize(
    ("service", "protocol", "call", "asked", "expected"),
    [
        (
            "sqs",
            "json",
            "send_message",
            {"QueueUrl": f"https://x/{rows.ACCOUNT}/q", "MessageBody": "x"},
            (403, "AccessDenied", SEND),
        ),
        (
            "sqs",
            "query",
            "send_message",
            {"QueueUrl": f"https://x/{rows.ACCOUNT}/q", "MessageBody": "x"},
            (403, "AccessDenied", SEND),
        ),
        (
            "sns",
            "query",
            "publish",
            {"TopicArn": f"arn:aws:sns:{HERE}:t", "Message": "x"},
            (403, "AuthorizationError", PUBLISH),
        ),
        ("cloudwatch", "json", "list_metrics", {}, (403, "AccessDenied", METRICS)),
        ("cloudwatch", "query", "list_metrics", {}, (403, "AccessDenied", METRICS)),
        ("cloudwatch", "smithy-rpc-v2-cbor", "list_metrics", {}, (403, "AccessDenied", METRICS)),
        (
            "kms",
            "json",
            "decrypt",
            {"KeyId": f"arn:aws:kms:{HERE}:key/k", "CiphertextBlob": b"x"},
            (400, "AccessDeniedException", KEY),
        ),
        ("lambda", "rest-json", "invoke", {"FunctionName": "f"}, (403, "AccessDeniedException", FUNCTION)),
    ],
)
def test_stock_clients(
    region: ModelledRegion, service: str, protocol: str, call: str, asked: Any, expected: tuple[int, str, str]
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(region.speaking(service, protocol), call)(**asked)
    told = refused.value.response
    assert (told["ResponseMetadata"]["HTTPStatusCode"], told["Error"]["Code"], told["Error"]["Message"]) == expected
