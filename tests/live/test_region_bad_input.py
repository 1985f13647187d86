"""What a client inside or outside may send: the backend's own doors stay shut, and nothing falls over."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from support.live_region import LiveRegion, Outcome
from support.waiting import wait_until

pytestmark = pytest.mark.live

EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
CONTROL_PATHS = ("/moto-api/reset", "/moto-api/data.json", "/moto-api/seed?a=1", "/moto-api/", "/moto-api", "/_moto/x")

REQUESTS = """
import http.client, json, ssl
told = []
for method, host, path, headers in REQUESTS:
    connection = http.client.HTTPSConnection(host, timeout=60)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    told.append([answer.status, answer.read().decode(), dict(answer.getheaders())])
print(json.dumps(told))
"""

RAW = """
import http.client, json, socket, ssl
told = []
for message in MESSAGES:
    plain = socket.create_connection(("s3.us-east-1.amazonaws.com", 443), 60)
    with ssl.create_default_context().wrap_socket(plain, server_hostname="s3.us-east-1.amazonaws.com") as connection:
        connection.sendall(message.encode("latin-1"))
        answer = http.client.HTTPResponse(connection)
        try:
            answer.begin()
            told.append(f"{answer.status} {answer.read().decode()}")
        except (OSError, http.client.HTTPException) as error:
            told.append(repr(error))
print(json.dumps(told))
"""


class Target:
    """A bucket that is open to everybody, and an instance with a way to it."""

    def __init__(self, region: LiveRegion) -> None:
        resources = ["arn:aws:s3:::open-house", "arn:aws:s3:::open-house/*"]
        region.bucket("open-house", {"Statement": [{**EVERYTHING, "Resource": resources}]})
        region.s3.put_object(Bucket="open-house", Key="a.txt", Body=b"still here")
        vpc = region.vpc()
        subnet = region.subnet(vpc)
        region.endpoint(vpc, region.table(vpc, subnet))
        self.instance = region.instance(subnet)


@pytest.fixture(scope="module")
def target(region: LiveRegion) -> Target:
    return Target(region)


@pytest.fixture(autouse=True)
def nothing_lost(region: LiveRegion, target: Target) -> Iterator[None]:
    workers = region.processes("skywalk.edge.worker")
    backends = region.processes("skywalk.backends.moto_server")
    yield
    assert region.s3.get_object(Bucket="open-house", Key="a.txt")["Body"].read() == b"still here"
    assert region.processes("skywalk.edge.worker") == workers
    assert region.processes("skywalk.backends.moto_server") == backends
    wait_until(lambda: region.status()["converged"])


def is_s3s_own_error(outcome: Outcome) -> bool:
    return outcome.status in {400, 403, 404, 405, 412} and "<Error><Code>" in str(outcome.answer)


def ask(region: LiveRegion, target: Target, *requests: tuple[str, str, str, dict[str, str]]) -> list[Outcome]:
    told = json.loads(region.python(target.instance, REQUESTS.replace("REQUESTS:", f"{list(requests)!r}:")))
    for _, _, headers in told:
        assert not any("moto" in name.lower() or "werkzeug" in str(value).lower() for name, value in headers.items())
    return [Outcome(status=status, answer=body) for status, body, _ in told]


def test_the_backends_control_paths_cannot_be_reached_through_the_endpoint(region: LiveRegion, target: Target) -> None:
    hosts = (
        "s3.us-east-1.amazonaws.com",
        "open-house.s3.us-east-1.amazonaws.com",
        "moto-api.s3.us-east-1.amazonaws.com",
    )
    nothing: dict[str, str] = {}
    requests = [(method, host, path, nothing) for method in ("GET", "POST") for host in hosts for path in CONTROL_PATHS]
    for request, outcome in zip(requests, ask(region, target, *requests), strict=True):
        assert is_s3s_own_error(outcome) or outcome.answer == "", (request, outcome)


def test_the_backends_control_paths_cannot_be_reached_from_outside(region: LiveRegion) -> None:
    base = region.environment()["AWS_ENDPOINT_URL"]
    for path in CONTROL_PATHS:
        assert is_s3s_own_error(region.fetch(base + path)), path


def test_headers_that_steer_the_backend_do_not_reach_it(region: LiveRegion, target: Target) -> None:
    steering = {
        "x-moto-account-id": "210987654321",
        "X-Amz-Moto": "1",
        "X-Forwarded-Host": "moto-api",
        "X-Original-URL": "/moto-api/reset",
        "X-HTTP-Method-Override": "DELETE",
    }
    host = "open-house.s3.us-east-1.amazonaws.com"
    read, wrote = ask(region, target, ("GET", host, "/a.txt", steering), ("PUT", host, "/b.txt", steering))
    assert (read.status, read.answer) == (200, "still here")
    assert wrote.status == 200
    assert [one["Key"] for one in region.s3.list_objects_v2(Bucket="open-house")["Contents"]] == ["a.txt", "b.txt"]
    region.s3.delete_object(Bucket="open-house", Key="b.txt")


def test_what_is_no_http_gets_s3s_error_and_the_connection_ends(region: LiveRegion, target: Target) -> None:
    host = "Host: open-house.s3.us-east-1.amazonaws.com\r\n"
    messages = {
        "GARBAGE\r\n\r\n": "400",
        f"GET / HTTP/1.1\r\n{host}X: {'y' * 70_000}\r\n\r\n": "431",
        f"GET / HTTP/1.1\r\n{host}Content-Length: 1\r\nContent-Length: 2\r\n\r\na": "400",
        f"PUT /x HTTP/1.1\r\n{host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": "400",
        f"GET / HTTP/1.1\r\n{host}{host}\r\n": "400",
        f"GET http://169.254.169.254/latest/ HTTP/1.1\r\n{host}Connection: close\r\n\r\n": "4",
        f"PUT /x HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\nzz\r\n": "501",
        f"GET /../../moto-api/reset HTTP/1.1\r\n{host}Connection: close\r\n\r\n": "4",
        f"GET /%2e%2e/moto-api/reset HTTP/1.1\r\n{host}Connection: close\r\n\r\n": "4",
        f"GET //moto-api/reset HTTP/1.1\r\n{host}Connection: close\r\n\r\n": "4",
    }
    answers = json.loads(region.python(target.instance, f"MESSAGES = {list(messages)!r}\n{RAW}"))
    for (message, status), answer in zip(messages.items(), answers, strict=True):
        assert answer.startswith(status), (message[:60], answer)
        assert "<Error><Code>" in answer, (message[:60], answer)
    assert [one["Key"] for one in region.s3.list_objects_v2(Bucket="open-house")["Contents"]] == ["a.txt"]


def test_a_host_of_another_service_is_not_served_through_an_endpoint_of_s3(region: LiveRegion, target: Target) -> None:
    request = ("GET", "s3.us-east-1.amazonaws.com", "/", {"Host": "ec2.us-east-1.amazonaws.com"})
    assert is_s3s_own_error(ask(region, target, request)[0])
