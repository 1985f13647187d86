"""What monitoring asks at the API's port, and that nobody else's requests end there."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from skywalk.control.operator_paths import OperatorPaths
from skywalk.http1.body import Body
from skywalk.http1.exchange import Exchange
from skywalk.http1.request import RequestHead
from skywalk.http1.server import Server

Answered = tuple[int, dict[str, str], bytes]


def following(head: RequestHead, _body: Body, exchange: Exchange) -> None:
    exchange.respond(299, [], f"{head.method} {head.path} of {head.host}".encode())


async def exposed() -> bytes:
    return b"up 1\n"


async def broken() -> bytes:
    raise RuntimeError("no numbers")


def ask(
    method: str,
    path: str,
    *,
    host: str = "127.0.0.1:4599",
    reasons: list[str] | None = None,
    expose: Callable[[], Awaitable[bytes]] = exposed,
) -> Answered:
    async def story() -> Answered:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = Server()
        await server.listen(listening, OperatorPaths(following, expose, lambda: reasons or []).handle)
        try:
            return await asyncio.to_thread(request, port)
        finally:
            await server.stop(1)

    def request(port: int) -> Answered:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request(method, path, headers={"Host": host})
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        content = response.read()
        connection.close()
        return response.status, headers, content

    return asyncio.run(story())


def json_of(answer: Answered) -> Any:
    assert answer[1]["content-type"] == "application/json"
    return json.loads(answer[2])


def test_health() -> None:
    answer = ask("GET", "/_skywalk/health", reasons=["edge 0 is not connected"])
    assert (answer[0], json_of(answer)) == (200, {"status": "ok"})


def test_ready() -> None:
    answer = ask("GET", "/_skywalk/ready")
    assert (answer[0], json_of(answer)) == (200, {"ready": True, "reasons": []})


def test_not_ready() -> None:
    answer = ask("GET", "/_skywalk/ready", reasons=["vpc-1 is behind its newest change"])
    assert (answer[0], json_of(answer)) == (
        503,
        {"ready": False, "reasons": ["vpc-1 is behind its newest change"]},
    )


def test_metrics() -> None:
    status, headers, text = ask("GET", "/_skywalk/metrics")
    assert (status, headers["content-type"], text) == (200, "text/plain; version=0.0.4; charset=utf-8", b"up 1\n")


def test_metrics_that_cannot_be_gathered(caplog: pytest.LogCaptureFixture) -> None:
    answer = ask("GET", "/_skywalk/metrics", expose=broken)
    assert (answer[0], json_of(answer)) == (500, {"error": "the metrics could not be gathered; the log says why"})
    assert "no numbers" in caplog.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_they_are_there_to_be_read(method: str) -> None:
    answer = ask(method, "/_skywalk/metrics")
    assert (answer[0], answer[1]["allow"]) == (405, "GET, HEAD")


def test_a_head_has_no_body() -> None:
    status, headers, _ = ask("HEAD", "/_skywalk/ready")
    assert (status, headers["content-length"]) == (200, "31")


def test_others_of_the_prefix_are_not_there() -> None:
    assert ask("GET", "/_skywalk/secrets")[0] == 404


@pytest.mark.parametrize(
    "path", ["/", "/bucket/_skywalk/metrics", "/_skywalk", "/_skywalker/metrics", "//_skywalk/ready"]
)
def test_all_else_goes_on(path: str) -> None:
    assert ask("GET", path)[::2] == (299, f"GET {path} of 127.0.0.1".encode())


def test_a_bucket_in_the_host_name_may_have_such_keys() -> None:
    host = "documents.s3.us-east-1.amazonaws.com"
    assert ask("PUT", "/_skywalk/metrics", host=host)[::2] == (299, f"PUT /_skywalk/metrics of {host}".encode())
