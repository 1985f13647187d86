"""REST-XML: what botocore writes is read back unchanged, what is written botocore reads; what is hostile is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from skywalk.api.model import ShapeError
from skywalk.api.rest_xml import parse_rest_request, write_rest_answer
from skywalk.values.errors import AwsError
from support.wire_examples import example, operation_model, read_by_botocore, request_of_botocore, served_operations

ZONE = "/2013-04-01/hostedzone"
NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"


def read(sent: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    query = urlencode(sent["query_string"])
    body = sent["body"] or b""
    return parse_rest_request("route53", sent["method"], sent["url_path"].partition("?")[0], query, body)


def refusal(method: str, path: str, query: str = "", body: bytes = b"") -> tuple[int, str, str]:
    with pytest.raises(AwsError) as caught:
        parse_rest_request("route53", method, path, query, body)
    return caught.value.status, caught.value.code, caught.value.message


def one_line_end(value: Any) -> Any:
    """Without carriage returns: botocore does not escape them, so that XML loses those in front of line feeds."""
    if isinstance(value, dict):
        return {name: one_line_end(one) for name, one in value.items()}
    if isinstance(value, list):
        return [one_line_end(one) for one in value]
    return value.replace("\r", "") if isinstance(value, str) else value


@pytest.mark.parametrize(("service", "operation"), served_operations("rest-xml"))
def test_reads_what_botocore_writes(service: str, operation: str) -> None:
    request = one_line_end(example(operation_model(service, operation).input_shape))
    assert read(request_of_botocore(service, operation, request)) == (operation, request)


@pytest.mark.parametrize(("service", "operation"), served_operations("rest-xml"))
def test_reads_the_smallest_request(service: str, operation: str) -> None:
    shape = operation_model(service, operation).input_shape
    assert shape is not None
    request = {name: value for name, value in one_line_end(example(shape)).items() if name in shape.required_members}
    assert read(request_of_botocore(service, operation, request)) == (operation, request)


@pytest.mark.parametrize(("service", "operation"), served_operations("rest-xml"))
def test_botocore_reads_what_is_written(service: str, operation: str) -> None:
    result = example(operation_model(service, operation).output_shape)
    if "Location" in result:
        result["Location"] = "https://route53.amazonaws.com/2013-04-01/hostedzone/Z1"
    status, headers, body = write_rest_answer(service, operation, result)
    parsed = read_by_botocore(service, operation, body, status, dict(headers))
    del parsed["ResponseMetadata"]
    assert parsed == result


def test_an_answer_as_bytes() -> None:
    result = {"HostedZone": {"Id": "/hostedzone/Z1", "Name": "a&b."}, "Location": "https://x/Z1"}
    assert write_rest_answer("route53", "CreateHostedZone", result) == (
        201,
        [("Location", "https://x/Z1")],
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<CreateHostedZoneResponse xmlns="{NAMESPACE}"><HostedZone><Id>/hostedzone/Z1</Id><Name>a&amp;b.</Name>'
            "</HostedZone></CreateHostedZoneResponse>"
        ).encode(),
    )


def test_an_answer_that_does_not_fit_is_a_mistake() -> None:
    with pytest.raises(ShapeError):
        write_rest_answer("route53", "GetHostedZone", {"Zone": {}})


def test_labels_are_decoded_and_a_last_slash_says_nothing() -> None:
    assert parse_rest_request("route53", "GET", f"{ZONE}/Z%2F1/", "", b"") == ("GetHostedZone", {"Id": "Z/1"})
    assert parse_rest_request("route53", "GET", ZONE, "maxitems=2&X-Amz-Date=1", b"") == (
        "ListHostedZones",
        {"MaxItems": "2"},
    )


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("PUT", ZONE), ("GET", f"{ZONE}//rrset"), ("GET", "/2012-02-29/hostedzone")]
)
def test_there_is_no_such_operation(method: str, path: str) -> None:
    assert refusal(method, path) == (
        404,
        "UnknownOperationException",
        f"There is no operation {method} {path}.",
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"<a", "Invalid XML ; unclosed token: line 1, column 0"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "Invalid XML ; a document type declaration is not allowed"),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"),
            "Invalid XML ; a document type declaration is not allowed",
            id="utf-16",
        ),
        (b'<?xml version="1.0" encoding="none-such"?><a/>', "Invalid XML ; unknown encoding: none-such"),
        (b"<a><Surprise/></a>", "Unexpected element or parameter Surprise"),
        (b"<a><Name>x</Name><Name>y</Name></a>", "Unexpected element or parameter Name"),
        (b"<a><Name><b/></Name></a>", "Unexpected element or parameter Name"),
        (b"<a><VPC><Other/></VPC></a>", "Unexpected element or parameter VPC.Other"),
        (
            b"<a><HostedZoneConfig><PrivateZone>perhaps</PrivateZone></HostedZoneConfig></a>",
            "Value (perhaps) for parameter HostedZoneConfig.PrivateZone is invalid. Expected true or false.",
        ),
        (
            b"<a><Name>x</Name></a>",
            "1 validation error detected: Value null at 'callerReference' failed to satisfy constraint: "
            "Member must not be null",
        ),
    ],
)
def test_bodies_that_cannot_be_read(body: bytes, text: str) -> None:
    assert refusal("POST", ZONE, body=body) == (400, "InvalidInput", text)


def test_parameters_and_items_that_nobody_knows() -> None:
    assert refusal("GET", ZONE, "max=1")[2] == "Unexpected element or parameter max"
    assert refusal("GET", ZONE, "maxitems=1&maxitems=2")[2] == "Unexpected element or parameter maxitems"
    changes = b"<a><ChangeBatch><Changes><Other/></Changes></ChangeBatch></a>"
    assert refusal("POST", f"{ZONE}/Z1/rrset/", body=changes)[2] == (
        "Unexpected element or parameter ChangeBatch.Changes.1.Other"
    )
