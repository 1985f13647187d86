"""The control socket, spoken to over HTTP: every operation, and what it refuses."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from skywalk.cli.control_client import ControlClient, RegionNotRunning, RegionRefused
from skywalk.control.server import MAX_BODY_BYTES, ControlServer, open_unix_socket
from skywalk.http1.server import Server
from skywalk.values.errors import SkywalkError
from support.descriptors import descriptors_below
from support.unix_http import ask

ACCOUNT = {"account_id": "111122223333", "access_key_id": "AKIAEXAMPLEEXAMPLE", "secret_access_key": "secret"}


class Recorded:
    """Operations that say what they were asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def status(self) -> dict[str, Any]:
        return {"running": True}

    async def wait(self) -> None:
        self.calls.append(("wait",))

    def list_accounts(self) -> list[dict[str, str]]:
        return [ACCOUNT]

    def add_account(self, account_id: str, access_key_id: str | None, secret_access_key: str | None) -> dict[str, str]:
        self.calls.append(("add_account", account_id, access_key_id, secret_access_key))
        if account_id == "12":
            raise SkywalkError("an account id has twelve digits, not '12'")
        return ACCOUNT

    async def entrance(self, instance_id: str) -> dict[str, Any]:
        if instance_id == "i-broken":
            raise RuntimeError("a mistake of skywalk's own")
        return {"instance_id": instance_id}

    async def counters(self) -> dict[str, dict[str, int]]:
        return {"vpce-1": {"received_packets": 3}}

    async def connections(self) -> dict[str, dict[str, int]]:
        return {"vpc-1": {"tracked": 3, "limit": 9}}

    async def stop(self) -> None:
        self.calls.append(("stop",))


class Region:
    """A control server on its socket."""

    def __init__(self, path: Path, operations: Recorded) -> None:
        self.path = path
        self.operations = operations

    async def ask(self, target: str, body: object = None, method: str = "POST") -> tuple[int, Any]:
        text = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        status, headers, answer = await asyncio.to_thread(ask, self.path, method, target, text)
        assert headers["content-type"] == "application/json"
        return status, json.loads(answer)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Region]:
    operations, server = Recorded(), Server()
    await ControlServer(operations, server).listen(folder / "control.sock")
    try:
        yield Region(folder / "control.sock", operations)
    finally:
        await server.stop(1)


@pytest.mark.parametrize(
    ("target", "asked", "answer"),
    [
        ("/status", None, {"running": True}),
        ("/wait", None, {}),
        ("/accounts/list", {}, [ACCOUNT]),
        ("/accounts/add", {"account_id": "111122223333"}, ACCOUNT),
        ("/entrance", {"instance_id": "i-1"}, {"instance_id": "i-1"}),
        ("/counters", None, {"vpce-1": {"received_packets": 3}}),
        ("/connections", None, {"vpc-1": {"tracked": 3, "limit": 9}}),
        ("/stop", None, {}),
    ],
)
def test_every_operation(tmp_path: Path, target: str, asked: object, answer: object) -> None:
    async def story() -> None:
        async with running(tmp_path) as region:
            assert await region.ask(target, asked) == (200, answer)

    asyncio.run(story())


def test_what_is_asked_arrives(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as region:
            await region.ask("/accounts/add", ACCOUNT)
            await region.ask("/accounts/add", {"account_id": "111122223333", "access_key_id": None})
            await region.ask("/wait")
            await region.ask("/stop")
            assert region.operations.calls == [
                ("add_account", "111122223333", "AKIAEXAMPLEEXAMPLE", "secret"),
                ("add_account", "111122223333", None, None),
                ("wait",),
                ("stop",),
            ]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("target", "asked", "status", "error"),
    [
        ("/accounts/add", {"account_id": "12"}, 400, "an account id has twelve digits, not '12'"),
        ("/accounts/add", {}, 400, "the request needs account_id"),
        ("/accounts/add", {"account_id": 111122223333}, 400, "account_id must be a text"),
        ("/accounts/add", {"account_id": "1", "access_key_id": 7}, 400, "access_key_id must be a text"),
        ("/entrance", None, 400, "the request needs instance_id"),
        ("/entrance", [], 400, "the request is not a JSON object"),
        ("/status", b"{", 400, "the request is not JSON: Expecting property name enclosed in double quotes: line 1"),
        ("/status", b"\xff", 400, "the request is not JSON: 'utf-8' codec can't decode byte 0xff"),
        ("/status", b" " * (MAX_BODY_BYTES + 1), 413, "a request has at most 65536 bytes"),
        ("/fly", None, 404, "there is no POST /fly"),
        ("/", None, 404, "there is no POST /"),
        ("/status/", None, 404, "there is no POST /status/"),
    ],
)
def test_refusals(tmp_path: Path, target: str, asked: object, status: int, error: str) -> None:
    async def story() -> None:
        async with running(tmp_path) as region:
            found, answer = await region.ask(target, asked)
            assert (found, answer["error"][: len(error)]) == (status, error)
            assert await region.ask("/status") == (200, {"running": True})

    asyncio.run(story())


def test_only_posts(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as region:
            assert await region.ask("/stop", method="GET") == (404, {"error": "there is no GET /stop"})
            assert region.operations.calls == []

    asyncio.run(story())


def test_a_mistake_of_its_own_is_no_refusal_and_ends_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as region:
            body = json.dumps({"instance_id": "i-broken"}).encode()
            status, _, answer = await asyncio.to_thread(ask, region.path, "POST", "/entrance", body)
            assert status == 500
            assert b"a mistake" not in answer
            assert await region.ask("/status") == (200, {"running": True})

    asyncio.run(story())


def test_the_command_line_understands_answers_and_refusals(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as region:
            client = ControlClient(region.path)
            assert await asyncio.to_thread(client.is_running)
            assert await asyncio.to_thread(client.ask, "accounts/list") == [ACCOUNT]
            with pytest.raises(RegionRefused, match="twelve digits"):
                await asyncio.to_thread(client.ask, "accounts/add", {"account_id": "12"})
        with pytest.raises(RegionNotRunning):
            await asyncio.to_thread(client.ask, "status")

    asyncio.run(story())


def test_the_socket_is_its_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    path.write_text("left by a daemon that died")
    former = os.umask(0o022)
    try:
        listening = open_unix_socket(path)
        assert os.umask(0o022) == 0o022  # the process's own is as it was
    finally:
        os.umask(former)
    with listening:
        found = path.stat()
        assert stat.S_ISSOCK(found.st_mode)
        assert stat.S_IMODE(found.st_mode) == 0o600


def test_an_operator_is_served_without_descriptors_too(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as region:
            client = socket.socket(socket.AF_UNIX)
            client.setblocking(False)
            loop = asyncio.get_running_loop()
            with descriptors_below():
                await loop.sock_connect(client, str(region.path))
                await loop.sock_sendall(client, b"POST /status HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
                heard = await loop.sock_recv(client, 4096)
            assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
            assert heard.endswith(b'{"running": true}')
            client.close()

    asyncio.run(story())
