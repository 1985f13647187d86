"""Error bodies, as text and as botocore reads them."""

from __future__ import annotations

import asyncio

import pytest
from botocore.parsers import create_parser

from skywalk.api.fault import fault_body, refuse_for_want_of_descriptors
from skywalk.api.model import ShapeError
from skywalk.values.errors import AwsError, internal_error
from support.http1_world import Answer, serving
from support.wire_examples import read_by_botocore

ERROR = AwsError("InvalidVpcID.NotFound", "The vpc ID '<&\x00>' does not exist")


def test_ec2_form() -> None:
    assert fault_body("ec2", ERROR, "r-1").decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code>"
        "<Message>The vpc ID '&lt;&amp;\ufffd&gt;' does not exist</Message></Error></Errors>"
        "<RequestID>r-1</RequestID></Response>"
    )


@pytest.mark.parametrize(
    ("service", "namespace"),
    [("iam", "https://iam.amazonaws.com/doc/2010-05-08/"), ("sts", "https://sts.amazonaws.com/doc/2011-06-15/")],
)
def test_query_form(service: str, namespace: str) -> None:
    assert fault_body(service, AwsError("NoSuchEntity", "gone", 404), "r-1").decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>'
        "<Message>gone</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
    )


@pytest.mark.parametrize(
    ("service", "operation"), [("ec2", "CreateVpc"), ("iam", "GetRole"), ("sts", "GetCallerIdentity")]
)
def test_botocore_reads_it(service: str, operation: str) -> None:
    parsed = read_by_botocore(service, operation, fault_body(service, ERROR, "r-1"), ERROR.status)
    assert parsed["Error"]["Code"] == "InvalidVpcID.NotFound"
    assert parsed["Error"]["Message"] == "The vpc ID '<&\ufffd>' does not exist"
    assert parsed["ResponseMetadata"]["RequestId"] == "r-1"


def test_the_server_is_to_blame_for_its_own_errors() -> None:
    assert b"<Type>Receiver</Type><Code>InternalError</Code>" in fault_body("iam", internal_error(), "r-1")


def test_unknown_service() -> None:
    with pytest.raises(ShapeError, match="no codec table for service 's3'"):
        fault_body("s3", ERROR, "r-1")


def turned_away(*lines: str) -> Answer:
    async def story() -> Answer:
        async with serving(refuse_for_want_of_descriptors) as here, here.client() as client:
            client.send("POST / HTTP/1.1", "Host: 127.0.0.1:4599", "Content-Length: 0", *lines)
            return await client.answer()

    return asyncio.run(story())


SAID = (
    "The request has failed due to a temporary failure of the server: it has no descriptors left for another connection"
)


@pytest.mark.parametrize(
    ("service", "protocol"),
    [
        ("ec2", "ec2"),
        ("elasticloadbalancing", "query"),
        ("iam", "query"),
        ("sts", "query"),
        ("s3", "rest-xml"),
        ("route53", "rest-xml"),
        ("route53resolver", "json"),
        ("dynamodb", "json"),
    ],
)
def test_who_is_turned_away_is_told_in_the_form_of_the_service(service: str, protocol: str) -> None:
    scope = f"Authorization: AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/{service}/aws4_request, Signature=x"
    answer = turned_away(scope, *(["X-Amz-Target: DynamoDB_20120810.ListTables"] if protocol == "json" else []))
    assert answer.status == 503
    received = {"status_code": 503, "headers": answer.headers, "body": answer.body}
    error = create_parser(protocol).parse(received, None)["Error"]
    assert (error["Code"], error["Message"]) == ("ServiceUnavailable", SAID)
