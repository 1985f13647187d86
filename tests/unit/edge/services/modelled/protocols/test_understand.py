"""Every operation of every service is found again in what botocore writes, with all its parameters."""

from __future__ import annotations

import pytest

from skywalk.edge.services.modelled.protocols import json_protocol
from skywalk.edge.services.modelled.protocols.understand import find_operation, protocol_of, usual_protocol, write
from skywalk.edge.services.modelled.protocols.understood import Understood, Written
from skywalk.edge.services.modelled.service_models import QUERY, service_model
from skywalk.http1.request import RequestHead
from skywalk.values.errors import AwsError
from support.modelled_requests import SERVICES, Example, examples, with_moments

SPOKEN = [(service, protocol) for service in SERVICES for protocol in service_model(service).protocols]


@pytest.mark.parametrize(("service", "protocol"), [one for one in SPOKEN if one != ("sqs", QUERY)])
def test_every_operation_is_found_with_its_parameters(service: str, protocol: str) -> None:
    found = 0
    for example in examples(service, protocol):
        understood = understand(example)
        assert understood.protocol == protocol
        assert understood.operation.name == example.operation
        assert with_moments(example.expected, without_content(example, understood)) == example.expected
        found += 1
    assert found == len(service_model(service).operation_names)


@pytest.mark.parametrize(("service", "protocol"), SPOKEN)
def test_what_is_written_anew_is_understood_as_before(service: str, protocol: str) -> None:
    for example in examples(service, "json" if service == "sqs" else protocol):
        understood = understand(example)
        again = received(understood, write(understood, protocol))
        assert again.operation is understood.operation
        assert again.parameters == understood.parameters
        assert again.content == understood.content


@pytest.mark.parametrize(
    ("service", "protocol"),
    [("kinesis", "json"), ("translate", "json"), ("s3tables", "rest-json")],
)
def test_who_says_nothing_is_answered_in_text(service: str, protocol: str) -> None:
    model = service_model(service)
    assert usual_protocol(model) == protocol
    assert protocol_of(model, RequestHead("PUT", "/x", "1.1", [("host", "h")])) == protocol


def understand(example: Example) -> Understood:
    model = service_model(example.service)
    protocol = protocol_of(model, example.head)
    return find_operation(model, protocol, example.head, example.content).parse()


def received(understood: Understood, written: Written) -> Understood:
    head = RequestHead(written.method, written.target, "1.1", written.headers)
    protocol = protocol_of(understood.model, head)
    return find_operation(understood.model, protocol, head, written.content).parse()


def without_content(example: Example, understood: Understood) -> dict[str, object]:
    """What is opaque is compared here."""
    payload = understood.operation.input.payload if understood.operation.input else None
    found = dict(understood.parameters)
    if understood.content is not None and payload:
        assert understood.content == example.parameters[payload]
        found[payload] = example.expected[payload]
    return found


@pytest.mark.parametrize(("depth", "is_taken"), [(40, True), (60, False), (450, False)])
def test_json_is_not_deeper_than_can_be_looked_through(depth: int, is_taken: bool) -> None:
    model = service_model("ssm")
    operation = model.operation("GetInventory")
    assert operation is not None
    content = b'{"Aggregators":' + b'[{"Aggregators":' * depth + b"[]" + b"}]" * depth + b"}"
    if is_taken:
        assert json_protocol.parse(model, operation, content).parameters["Aggregators"]
    else:
        with pytest.raises(AwsError, match="nested too deeply"):
            json_protocol.parse(model, operation, content)
