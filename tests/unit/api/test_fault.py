"""Error bodies, as text and as botocore reads them."""

from __future__ import annotations

import pytest

from skywalk.api.fault import fault_body
from skywalk.api.model import ShapeError
from skywalk.values.errors import AwsError, internal_error
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
