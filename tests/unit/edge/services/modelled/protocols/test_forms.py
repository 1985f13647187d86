"""One error in every protocol's words."""

from __future__ import annotations

import json

import pytest

from skywalk.edge.services.modelled.protocols.cbor import decode
from skywalk.edge.services.modelled.protocols.forms import render_error
from skywalk.edge.services.modelled.service_models import CBOR, JSON, QUERY, REST_JSON, REST_XML, service_model
from skywalk.values.errors import AwsError

DENIED = AwsError("AccessDeniedException", "User: <arn> may not", 403)
UNSIGNED = AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)


def test_json_1_1() -> None:
    status, headers, body = render_error(DENIED, JSON, service_model("kms"), "id")
    assert (status, headers) == (400, [("content-type", "application/x-amz-json-1.1")])
    assert json.loads(body) == {"__type": "AccessDeniedException", "Message": "User: <arn> may not"}


def test_json_1_0_of_a_service_that_had_forms() -> None:
    status, headers, body = render_error(DENIED, JSON, service_model("sqs"), "id")
    assert status == 403
    assert dict(headers) == {
        "content-type": "application/x-amz-json-1.0",
        "x-amzn-query-error": "AccessDenied;Sender",
    }
    assert json.loads(body)["__type"] == "com.amazon.coral.service#AccessDeniedException"
    _, _, body = render_error(AwsError("QueueDoesNotExist", "no", 400), JSON, service_model("sqs"), "id")
    assert json.loads(body)["__type"] == "com.amazonaws.sqs#QueueDoesNotExist"


def test_forms() -> None:
    status, headers, body = render_error(DENIED, QUERY, service_model("sns"), "id-1")
    assert (status, headers) == (403, [("content-type", "text/xml")])
    assert body.decode() == (
        '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>'
        "<Code>AccessDenied</Code><Message>User: &lt;arn&gt; may not</Message></Error>"
        "<RequestId>id-1</RequestId></ErrorResponse>"
    )


def test_forms_of_sqs_have_a_detail() -> None:
    _, _, body = render_error(DENIED, QUERY, service_model("sqs"), "id-1")
    assert body.decode() == (
        '<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type>'
        "<Code>AccessDenied</Code><Message>User: &lt;arn&gt; may not</Message><Detail/></Error>"
        "<RequestId>id-1</RequestId></ErrorResponse>"
    )


def test_rest_json() -> None:
    status, headers, body = render_error(DENIED, REST_JSON, service_model("lambda"), "id")
    assert status == 403
    assert ("x-amzn-errortype", "AccessDeniedException") in headers
    assert json.loads(body) == {"Message": "User: <arn> may not"}


def test_cbor() -> None:
    status, headers, body = render_error(DENIED, CBOR, service_model("cloudwatch"), "id")
    assert status == 403
    assert dict(headers)["smithy-protocol"] == "rpc-v2-cbor"
    assert dict(headers)["x-amzn-query-error"] == "AccessDenied;Sender"
    assert decode(body) == {
        "__type": "com.amazon.coral.service#AccessDeniedException",
        "message": "User: <arn> may not",
    }


@pytest.mark.parametrize(
    ("protocol", "service", "status", "code"),
    [
        (JSON, "kms", 400, b'"MissingAuthenticationTokenException"'),
        (QUERY, "sns", 403, b"<Code>MissingAuthenticationToken</Code>"),
        (REST_JSON, "lambda", 403, b""),
        (REST_XML, "cloudfront", 403, b"<Code>MissingAuthenticationToken</Code>"),
    ],
)
def test_what_is_said_of_signatures(protocol: str, service: str, status: int, code: bytes) -> None:
    told, _, body = render_error(UNSIGNED, protocol, service_model(service), "id")
    assert told == status
    assert code in body


def test_a_failure_of_ours_is_the_receiver_s() -> None:
    error = AwsError("InternalFailure", "x\x00", 500)
    _, _, body = render_error(error, QUERY, service_model("sns"), "id")
    assert b"<Type>Receiver</Type>" in body
    assert "x\ufffd".encode() in body


def test_without_a_model() -> None:
    status, headers, body = render_error(AwsError("ServiceUnavailableException", "no", 503), JSON, None, "id")
    assert (status, headers) == (503, [("content-type", "application/x-amz-json-1.1")])
    assert json.loads(body) == {"__type": "ServiceUnavailableException", "message": "no"}
