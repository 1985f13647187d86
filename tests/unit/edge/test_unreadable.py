"""What a request is refused with whose head cannot be read: in the form of the service that is served there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from skywalk.edge.arrival import Arrival
from skywalk.edge.unreadable import before_the_head
from support import edge_rows as rows
from support.edge_in_process import InProcessEdge

REASON = "Two <Host> headers."
SAID = "Two &lt;Host&gt; headers."


def refusals(tmp_path: Path, *services: str | None) -> Mapping[str | None, tuple[dict[str, str], bytes]]:
    """By service; None is in public."""

    async def story() -> dict[str | None, tuple[dict[str, str], bytes]]:
        edge = InProcessEdge(tmp_path, Arrival(True), {})
        found = {}
        for service in services:
            arrival = Arrival(True, rows.ENDPOINT_ID, rows.VPC_ID, service, rows.REGION) if service else Arrival(True)
            headers, body = edge.router.render_head_refusal(arrival, 400, REASON)
            found[service] = dict(headers), body
        await edge.stop()
        return found

    return asyncio.run(story())


def test_each_service_has_its_form(tmp_path: Path) -> None:
    found = refusals(tmp_path, "s3", "sns", "ec2", "sts", None)
    for service in ("s3", None):
        headers, body = found[service]
        assert (headers["content-type"], b"<Code>InvalidRequest</Code>" in body) == ("application/xml", True)
    for service in ("sns", "sts"):
        headers, body = found[service]
        assert headers["content-type"].startswith("text/xml")
        assert f"<Code>MalformedInput</Code><Message>{SAID}</Message>" in body.decode()
        assert b"<ErrorResponse" in body
    assert b"<Response><Errors><Error><Code>MalformedInput</Code>" in found["ec2"][1]


@pytest.mark.parametrize(
    ("service", "kind", "code"),
    [
        ("dynamodb", "application/x-amz-json-1.0", "com.amazon.coral.service#SerializationException"),
        ("sqs", "application/x-amz-json-1.0", "com.amazon.coral.service#SerializationException"),
        ("kms", "application/x-amz-json-1.1", "SerializationException"),
        ("route53resolver", "application/x-amz-json-1.1", "SerializationException"),
    ],
)
def test_services_of_json(tmp_path: Path, service: str, kind: str, code: str) -> None:
    headers, body = refusals(tmp_path, service)[service]
    assert headers["content-type"] == kind
    document = json.loads(body)
    assert (document["__type"], document.get("message") or document.get("Message")) == (code, REASON)


def test_services_of_routes_and_of_several_protocols(tmp_path: Path) -> None:
    found = refusals(tmp_path, "lambda", "monitoring")
    headers, body = found["lambda"]
    assert (headers["x-amzn-errortype"], json.loads(body)) == ("SerializationException", {"message": REASON})
    headers, body = found["monitoring"]
    assert headers["content-type"] == "application/x-amz-json-1.0"
    assert json.loads(body)["__type"] == "com.amazon.coral.service#SerializationException"


def test_codes() -> None:
    assert [before_the_head(status, "").code for status in (400, 408, 431, 503)] == [
        "SerializationException",
        "RequestTimeoutException",
        "RequestEntityTooLargeException",
        "ServiceUnavailableException",
    ]
