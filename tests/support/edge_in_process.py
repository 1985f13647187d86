"""The edge's pipeline in this process, between a raw client and a backend that only remembers."""

from __future__ import annotations

import asyncio
import functools
import http.client
import io
import json
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from skywalk.access_log.reader import Reader
from skywalk.access_log.record import Record
from skywalk.access_log.settings import Place
from skywalk.access_log.writer import AccessLog
from skywalk.backends.backend import Backend
from skywalk.backends.embedded import EmbeddedBackend
from skywalk.edge.api_passage import ApiPassage
from skywalk.edge.arrival import Arrival
from skywalk.edge.backend_directory import BackendDirectory
from skywalk.edge.router import Router
from skywalk.edge.service import Surroundings
from skywalk.edge.services.catalogue import make_services
from skywalk.edge.state import EdgeState
from skywalk.edge.verification import CallerVerifier
from skywalk.feed.rows import Row, RowChange
from skywalk.http1.body import Body, BodyAborted
from skywalk.http1.exchange import Exchange
from skywalk.http1.request import RequestHead
from skywalk.http1.server import Server
from skywalk.values.chance import SeededChance
from skywalk.values.clock import SystemClock
from skywalk.values.errors import SkywalkError
from support import edge_rows as rows

HOST = f"s3.{rows.REGION}.amazonaws.com"
DYNAMODB_HOST = f"dynamodb.{rows.REGION}.amazonaws.com"
AT_DYNAMODB = Arrival(False, rows.DYNAMODB_ENDPOINT_ID, rows.VPC_ID, "dynamodb", rows.REGION)
AT_ENDPOINT = Arrival(False, rows.ENDPOINT_ID, rows.VPC_ID, "s3", rows.REGION)
IN_PUBLIC = Arrival(False)
REGION_KEY = bytes(range(32))


@dataclass
class Seen:
    """A request as the backend got it; `whole` is False where it broke off."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    whole: bool


@dataclass
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code of an error document, XML's or JSON's."""
        if self.body.startswith(b"{"):
            return str(json.loads(self.body)["__type"]).partition("#")[2]
        return self.body.partition(b"<Code>")[2].partition(b"</Code>")[0].decode()


class FakeBackend:
    """Answers 200 and `answers[(method, target)]`, if any; the target is an X-Amz-Target where there is one."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answers: dict[tuple[str, str], Answer] = {}

    async def handle(self, head: RequestHead, body: Body, exchange: Exchange) -> None:
        seen = Seen(head.method, head.target, dict(head.headers), b"", False)
        self.seen.append(seen)
        try:
            async for piece in body:
                seen.body += piece
        except BodyAborted:
            return
        seen.whole = True
        answer = self.answers.get((head.method, seen.headers.get("x-amz-target", head.target)))
        answer = answer or self.answers.get((head.method, head.target), Answer(200))
        exchange.respond(answer.status, list(answer.headers.items()), answer.body)

    @property
    def whole(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.whole]


class FakeDaemon:
    """Takes reports into the edge's rows; `refuses` makes it fail, `is_full` at what is to be kept."""

    def __init__(self, edge: InProcessEdge) -> None:
        self._edge = edge
        self.connected = True
        self.refuses = self.is_full = False
        self.reports: list[tuple[str, dict[str, Any]]] = []

    async def report(self, subject: str, data: Mapping[str, Any]) -> dict[str, Any]:
        if self.refuses:
            raise SkywalkError("refused in this test")
        if self.is_full and subject == "put_resource":
            raise SkywalkError("the disk is full in this test")
        self.reports.append((subject, dict(data)))
        if subject == "delete_resource":
            self._edge.state.apply(RowChange((), (("ServiceResource", data["arn"]),), False))
        else:
            self._edge.put(rows.resource(data["arn"], data["policy"], data["account_id"], data["region"]))
        return {}


class InProcessEdge:
    """Rows, pipeline, backend and daemon; listens on a loopback port."""

    def __init__(self, folder: Path, arrival: Arrival, backends: Mapping[str, Backend]) -> None:
        self.folder = folder
        self.state = EdgeState()
        self.backend = FakeBackend()
        self.daemon = FakeDaemon(self)
        self.api = FakeBackend()
        self._arrival = arrival
        self.server = Server()
        clock = SystemClock()
        fakes = {service: EmbeddedBackend(service, folder / "backend") for service in ("s3", "dynamodb", "sqs")}
        self.directory = BackendDirectory({**fakes, **backends}, self._no_start)
        verifier = CallerVerifier(self.state, REGION_KEY, clock)
        self.around = Surroundings(
            self.state, verifier, self.directory, self.daemon, clock, SeededChance(), rows.REGION
        )
        self.passage = ApiPassage(folder / "api")
        self.services = make_services(self.around, self.passage)
        self.access_log = AccessLog(Place(folder / "access-log", "edge-0"), clock, SeededChance())
        self.router = Router(self.state, self.services, self.access_log)
        self.port = 0

    def put(self, *put: Row) -> None:
        self.state.apply(RowChange(put, (), False))

    async def start(self) -> None:
        self.put(rows.ACCESS_KEY, rows.OTHER_ACCESS_KEY, rows.S3, rows.STS, rows.endpoint(), rows.bucket("documents"))
        self.put(rows.DYNAMODB, rows.dynamodb_endpoint())
        for name, backend in (("backend", self.backend), ("api", self.api)):
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(str(self.folder / name))
            listening.listen()
            listening.setblocking(False)
            await self.server.listen(listening, backend.handle)
        entrance = socket.create_server(("127.0.0.1", 0))
        entrance.setblocking(False)
        self.port = entrance.getsockname()[1]
        await self.server.listen(entrance, functools.partial(self.router.serve, self._arrival))

    async def stop(self) -> None:
        self.directory.close()
        self.passage.close()
        await self.server.stop(1)
        self.access_log.close()

    def records(self) -> list[Record]:
        """Of all requests that came through the endpoint so far."""
        self.access_log.close()
        return list(Reader(self.folder / "access-log").records())

    async def send(self, raw: bytes) -> Answer:
        """One answer to bytes on a connection of their own."""
        return await asyncio.to_thread(self._send, raw)

    async def ask(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None, *,
        host: str = HOST, key: str | None = rows.KEY_ID, secret: str = rows.SECRET, region: str = rows.REGION,
    ) -> Answer:  # fmt: skip
        """A request as boto3 signs it; anonymous without `key`."""
        signed = dict(headers or {})
        if key is not None:
            signed = sign(method, target, body, signed, host=host, key=key, secret=secret, region=region)
        return await self.send(raw_request(method, target, {"Host": host, **signed}, body))

    def _send(self, raw: bytes) -> Answer:
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(raw)
            method = raw.partition(b" ")[0].decode()
            response = http.client.HTTPResponse(connection, method=method)
            response.begin()
            body = response.read()
            return Answer(response.status, body, {name.lower(): value for name, value in response.getheaders()})

    async def call(
        self, operation: str, body: object, *, host: str = DYNAMODB_HOST, key: str = rows.KEY_ID,
        secret: str = rows.SECRET, region: str = rows.REGION, headers: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """An operation of DynamoDB, as boto3 sends it; `body` is JSON, or the bytes themselves."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"X-Amz-Target": operation if "." in operation else f"DynamoDB_20120810.{operation}"}
        sent |= {"Content-Type": "application/x-amz-json-1.0", **(headers or {})}
        request = AWSRequest("POST", f"https://{host}/", data=content, headers=sent)
        SigV4Auth(Credentials(key, secret), "dynamodb", region).add_auth(request)
        signed = {name: str(value) for name, value in request.headers.items()}
        return await self.send(raw_request("POST", "/", {"Host": host, **signed}, content))

    async def _no_start(self, service: str) -> Path:
        raise SkywalkError(f"nobody starts {service} in this test")


def sign(
    method: str, target: str, body: bytes, headers: Mapping[str, str], *, host: str = HOST,
    key: str = rows.KEY_ID, secret: str = rows.SECRET, region: str = rows.REGION,
) -> dict[str, str]:  # fmt: skip
    """The headers with their signature; the body's hash is signed unless a header says otherwise."""
    request = AWSRequest(method, f"https://{host}{target}", data=body, headers=dict(headers))
    request.context["payload_signing_enabled"] = True
    signer = S3SigV4Auth(Credentials(key, secret), "s3", region)
    given = headers.get("x-amz-content-sha256")
    if given is not None:
        signer.payload = lambda _request: given
    signer.add_auth(request)
    return {name: str(value) for name, value in request.headers.items()}


def raw_request(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    buffer.write(f"{method} {target} HTTP/1.1\r\n".encode())
    if body or method in ("PUT", "POST"):
        headers = {**headers, "Content-Length": headers.get("Content-Length", str(len(body)))}
    buffer.write("".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("latin-1"))
    return buffer.getvalue() + b"\r\n" + body


@asynccontextmanager
async def in_process_edge(
    arrival: Arrival = AT_ENDPOINT, backends: Mapping[str, Backend] | None = None
) -> AsyncIterator[InProcessEdge]:
    """`backends`: others by service, in place of the one that only remembers."""
    with tempfile.TemporaryDirectory() as folder:
        edge = InProcessEdge(Path(folder), arrival, backends or {})
        await edge.start()
        try:
            yield edge
        finally:
            await edge.stop()
