"""Listeners, and stock clients as peers."""

from __future__ import annotations

import asyncio
import http.client
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from skywalk.http1.body import Body
from skywalk.http1.exchange import Exchange
from skywalk.http1.request import RequestHead
from skywalk.http1.server import Server
from support.descriptors import descriptors_below
from support.http1_world import LOOPS, connected, run, serving, until

HOST = "Host: a"
both_loops = pytest.mark.parametrize("loop", LOOPS)


async def echo(head: RequestHead, body: Body, exchange: Exchange) -> None:
    content = await body.read_all(1 << 24)
    exchange.respond(200, [("X-Method", head.method), ("X-Tls", str(exchange.is_tls))], content)


@asynccontextmanager
async def listening(sock: socket.socket, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(deadline_interval_seconds=0.02)
    await server.listen(sock, echo, tls)
    try:
        yield server
    finally:
        await server.stop(within_seconds=0)
        await until(lambda: server.open_connections == 0)


def tcp_socket() -> socket.socket:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    return sock


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@both_loops
def test_http_client_of_the_standard_library(loop: str) -> None:
    def talk(address: tuple[str, int]) -> list[tuple[int, bytes]]:
        connection = http.client.HTTPConnection(*address, timeout=60)
        answers = []
        for method, body, chunked in (("GET", b"", False), ("PUT", b"x" * 300_000, False), ("POST", b"abc", True)):
            connection.request(method, "/", iter([body]) if chunked else body, encode_chunked=chunked)
            response = connection.getresponse()
            assert response.headers["X-Method"] == method
            answers.append((response.status, response.read()))
        connection.close()
        return answers

    async def story() -> None:
        async with serving(echo) as server:
            answers = await asyncio.to_thread(talk, server.address)
            assert answers == [(200, b""), (200, b"x" * 300_000), (200, b"abc")]

    run(story, loop)


@both_loops
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_over_tls_with_expect(loop: str, certificate: Path, tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(b"y" * 2_000_000)

    def curl(port: int) -> bytes:
        command = ["curl", "-sS", "--http1.1", "--cacert", str(certificate), "-H", "Expect: 100-continue"]
        command += ["-T", str(upload), f"https://localhost:{port}/key", "-o", "-", "-w", "%{http_code} %{num_connects}"]
        command += ["--next", "-sS", "--http1.1", "--cacert", str(certificate), "-I", f"https://localhost:{port}/"]
        return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout

    async def story() -> None:
        sock = tcp_socket()
        async with listening(sock, server_context(certificate)):
            output = await asyncio.to_thread(curl, sock.getsockname()[1])
        assert output.startswith(b"y" * 2_000_000 + b"200 1")
        assert b"HTTP/1.1 200 OK" in output
        assert b"X-Tls: True" in output

    run(story, loop)


@both_loops
def test_failed_tls_handshakes_leave_nothing(loop: str, certificate: Path) -> None:
    async def story() -> None:
        sock = tcp_socket()
        async with listening(sock, server_context(certificate)) as server:
            async with connected(sock.getsockname()) as client:
                client.send("GET / HTTP/1.1", HOST)
                await client.closed()
            assert server.open_connections == 0

    run(story, loop)


@both_loops
def test_unix_socket(loop: str, tmp_path: Path) -> None:
    async def story() -> None:
        path = str(tmp_path / "s")
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(path)
        async with listening(sock):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b"GET / HTTP/1.0\r\nHost: a\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 200 OK\r\n")
            writer.transport.abort()
            await asyncio.sleep(0)

    run(story, loop)


@both_loops
def test_names_of_both_ends(loop: str) -> None:
    seen: list[object] = []

    def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        seen.extend((exchange.peername, exchange.sockname, exchange.is_tls))
        exchange.respond(204, [])

    async def story() -> None:
        async with serving(handler) as server, server.client() as client:
            client.send("GET / HTTP/1.1", HOST)
            await client.answer()
            assert seen == [client.writer.get_extra_info("sockname"), server.address, False]

    run(story, loop)


@both_loops
def test_stop_lets_exchanges_end_and_closes_idle_connections(loop: str) -> None:
    gate = asyncio.Event()

    async def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        await gate.wait()
        exchange.respond(200, [], b"done")

    async def story() -> None:
        async with serving(handler) as server, server.client() as idle, server.client() as busy:
            busy.send("GET / HTTP/1.1", HOST)
            await until(lambda: server.listener.open_connections == 2)
            await asyncio.sleep(0.01)
            stopping = asyncio.ensure_future(server.server.stop(within_seconds=5))
            assert await idle.closed() == b""
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(*server.address)
            gate.set()
            answer = await busy.answer()
            assert (answer.body, answer.headers["connection"]) == (b"done", "close")
            await stopping

    run(story, loop)


@both_loops
def test_stop_cuts_what_does_not_end(loop: str) -> None:
    def handler(head: RequestHead, body: Body, exchange: Exchange) -> None:
        pass  # never answers

    async def story() -> None:
        async with serving(handler) as server, server.client() as client:
            client.send("GET / HTTP/1.1", HOST)
            await until(lambda: server.listener.open_connections == 1)
            await server.server.stop(within_seconds=0.02)
            assert await client.closed() == b""

    run(story, loop)


@both_loops
def test_removed_listener_cuts_its_own_connections_only(loop: str) -> None:
    async def story() -> None:
        async with serving(echo) as server:
            sock = tcp_socket()
            other = await server.server.listen(sock, echo)
            async with server.client() as kept, connected(sock.getsockname()) as cut:
                for client in (kept, cut):
                    client.send("GET / HTTP/1.1", HOST)
                    await client.answer()
                assert server.server.open_connections == 2
                await server.server.remove(other)
                assert await cut.closed() == b""
                kept.send("GET / HTTP/1.1", HOST)
                assert (await kept.answer()).status == 200
                assert server.server.open_connections == 1

    run(story, loop)


def ask_by(client: socket.socket, place: tuple[str, int], tls: ssl.SSLContext | None = None) -> bytes:
    """Everything until the server closes, by a socket that is there already."""
    client.settimeout(60)
    client.connect(place)
    talking = client if tls is None else tls.wrap_socket(client, server_hostname="localhost")
    with talking:
        talking.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
        heard = b""
        while more := talking.recv(4096):
            heard += more
    return heard


def shortage_of(server: Server) -> str | None:
    return server.shortage


@both_loops
@pytest.mark.parametrize("is_tls", [False, True])
def test_without_descriptors_a_client_is_told_so(loop: str, is_tls: bool, certificate: Path) -> None:
    offered = trusted = None
    if is_tls:
        offered, trusted = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
        offered.load_cert_chain(certificate)
        trusted.load_verify_locations(certificate)

    async def story() -> None:
        sock, clients = tcp_socket(), [socket.socket(), socket.socket()]
        async with listening(sock, offered) as server:
            await asyncio.to_thread(int)  # its thread is there
            with descriptors_below():
                heard = await asyncio.to_thread(ask_by, clients[0], sock.getsockname(), trusted)
                assert shortage_of(server) == "Too many open files"
            head, _, content = heard.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
            assert b"\r\nConnection: close" in head
            assert content == b"503 No descriptors are left for another connection.\n"
            await until(lambda: server.open_connections == 0)
            answer = await asyncio.to_thread(http_post, sock.getsockname(), trusted)
            assert answer == (200, b"hi")
            assert shortage_of(server) is None
        for client in clients:
            client.close()

    run(story, loop)


def http_post(place: tuple[str, int], tls: ssl.SSLContext | None) -> tuple[int, bytes]:
    connection = (
        http.client.HTTPConnection("localhost", place[1], timeout=60)
        if tls is None
        else http.client.HTTPSConnection("localhost", place[1], timeout=60, context=tls)
    )
    connection.request("POST", "/", b"hi")
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_who_is_turned_away_meets_a_handler_of_its_own() -> None:
    def refuse(head: RequestHead, _body: Body, exchange: Exchange) -> None:
        exchange.respond(503, [("X-Path", head.path)], b"full")

    async def story() -> None:
        sock, client, server = tcp_socket(), socket.socket(), Server()
        await server.listen(sock, echo, refuse=refuse)
        await asyncio.to_thread(int)
        with descriptors_below():
            heard = await asyncio.to_thread(ask_by, client, sock.getsockname())
        assert b"\r\nX-Path: /\r\n" in heard
        assert heard.endswith(b"\r\n\r\nfull")
        await server.stop(within_seconds=0)

    run(story)
