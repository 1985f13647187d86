"""JSON 1.1: what botocore writes is read back unchanged, what is written botocore reads; hostile requests are
refused."""

from __future__ import annotations

import json

import pytest

from skywalk.api.json_rpc import parse_json_request, write_json_answer
from skywalk.api.model import ShapeError
from skywalk.values.errors import AwsError
from support.wire_examples import example, operation_model, read_by_botocore, request_of_botocore, served_operations

RESOLVER = "route53resolver"
TARGET = "Route53Resolver.GetResolverEndpoint"


def refusal(target: str, body: bytes) -> tuple[int, str, str]:
    with pytest.raises(AwsError) as caught:
        parse_json_request(RESOLVER, target, body)
    return caught.value.status, caught.value.code, caught.value.message


@pytest.mark.parametrize(("service", "operation"), served_operations("json"))
def test_reads_what_botocore_writes(service: str, operation: str) -> None:
    request = example(operation_model(service, operation).input_shape)
    sent = request_of_botocore(service, operation, request)
    assert parse_json_request(service, sent["headers"]["X-Amz-Target"], sent["body"]) == (operation, request)


@pytest.mark.parametrize(("service", "operation"), served_operations("json"))
def test_botocore_reads_what_is_written(service: str, operation: str) -> None:
    result = example(operation_model(service, operation).output_shape)
    parsed = read_by_botocore(service, operation, write_json_answer(service, operation, result))
    del parsed["ResponseMetadata"]
    assert parsed == result


def test_nothing_is_as_if_it_were_not_there() -> None:
    asked = {"ResolverEndpointId": "rslvr-in-1"}
    with_null = json.dumps({**asked}).encode()
    assert parse_json_request(RESOLVER, TARGET, with_null) == ("GetResolverEndpoint", asked)
    listed = parse_json_request(RESOLVER, "Route53Resolver.ListResolverEndpoints", b'{"MaxResults": null}')
    assert listed == ("ListResolverEndpoints", {})
    assert parse_json_request(RESOLVER, "Route53Resolver.ListResolverEndpoints", b"")[1] == {}


@pytest.mark.parametrize(
    "target", ["", "GetResolverEndpoint", "Route53Resolver.Nothing", "DynamoDB.GetResolverEndpoint"]
)
def test_there_is_no_such_operation(target: str) -> None:
    assert refusal(target, b"{}") == (400, "UnknownOperationException", "")


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        (b"{", "SerializationException", "Expecting property name enclosed in double quotes"),
        (b"[" * 100_000, "SerializationException", "recursion"),
        # Half of a character could be stored and never be answered, escaped or raw.
        (rb'{"ResolverEndpointId": "\ud800"}', "SerializationException", "surrogates not allowed"),
        (b'{"ResolverEndpointId": "\xed\xa0\x80"}', "SerializationException", "surrogates not allowed"),
        (b"[]", "SerializationException", "the request is no object"),
        (b'{"Surprise": 1}', "ValidationException", "The parameter Surprise is not recognized"),
        (b'{"ResolverEndpointId": 1}', "SerializationException", "ResolverEndpointId is invalid. Expected a string."),
        (b"{}", "ValidationException", "Value null at 'resolverEndpointId' failed to satisfy constraint"),
    ],
)
def test_requests_that_cannot_be_read(body: bytes, code: str, text: str) -> None:
    status, told, message = refusal(TARGET, body)
    assert (status, told) == (400, code)
    assert text in message


def test_structures_and_lists_that_are_none() -> None:
    target = "Route53Resolver.CreateResolverEndpoint"
    assert "Expected a list" in refusal(target, b'{"IpAddresses": {}}')[2]
    assert "Expected an object" in refusal(target, b'{"IpAddresses": [1]}')[2]
    assert refusal(target, b'{"IpAddresses": [{"Other": 1}]}')[2] == (
        "The parameter IpAddresses.1.Other is not recognized"
    )


def test_an_answer_that_does_not_fit_is_a_mistake() -> None:
    with pytest.raises(ShapeError):
        write_json_answer(RESOLVER, "GetResolverEndpoint", {"Other": 1})
    with pytest.raises(ShapeError):
        write_json_answer(RESOLVER, "GetResolverEndpoint", {"ResolverEndpoint": {"Id": 1}})
