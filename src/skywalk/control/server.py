"""The control socket."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from skywalk.control.operations import Operations
from skywalk.http1.body import Body
from skywalk.http1.exchange import Exchange
from skywalk.http1.request import RequestHead
from skywalk.http1.server import Server
from skywalk.values.errors import SkywalkError

MAX_BODY_BYTES = 64 << 10
_JSON = [("Content-Type", "application/json")]

Route = Callable[[dict[str, Any]], Awaitable[Any]]


class ControlServer:
    """Serves the operations, each as a POST of a JSON object to its name."""

    def __init__(self, operations: Operations, server: Server) -> None:
        self._server = server
        self._routes: dict[str, Route] = _routes(operations)

    async def listen(self, path: Path) -> None:
        await self._server.listen(open_unix_socket(path), self._handle)

    async def _handle(self, head: RequestHead, body: Body, exchange: Exchange) -> None:
        route = self._routes.get(head.path)
        if route is None or head.method != "POST":
            _answer(exchange, 404, {"error": f"there is no {head.method} {head.path}"})
            return
        try:
            _answer(exchange, 200, await route(json.loads(await body.read_all(MAX_BODY_BYTES) or b"{}")))
        except (SkywalkError, KeyError, ValueError) as error:
            _answer(exchange, 400, {"error": str(error)})


def _routes(operations: Operations) -> dict[str, Route]:
    async def status(_: dict[str, Any]) -> Any:
        return operations.status()

    async def wait(_: dict[str, Any]) -> Any:
        await operations.wait()
        return {}

    async def list_accounts(_: dict[str, Any]) -> Any:
        return operations.list_accounts()

    async def add_account(asked: dict[str, Any]) -> Any:
        return operations.add_account(asked["account_id"], asked.get("access_key_id"), asked.get("secret_access_key"))

    async def entrance(asked: dict[str, Any]) -> Any:
        return await operations.entrance(asked["instance_id"])

    async def counters(_: dict[str, Any]) -> Any:
        return await operations.counters()

    async def stop(_: dict[str, Any]) -> Any:
        await operations.stop()
        return {}

    return {
        "/status": status,
        "/wait": wait,
        "/accounts/list": list_accounts,
        "/accounts/add": add_account,
        "/entrance": entrance,
        "/counters": counters,
        "/stop": stop,
    }


def open_unix_socket(path: Path) -> socket.socket:
    """A bound unix socket that only its owner can open."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    former = os.umask(0o177)
    try:
        listening.bind(str(path))
    finally:
        os.umask(former)
    return listening


def _answer(exchange: Exchange, status: int, value: Any) -> None:
    exchange.respond(status, _JSON, json.dumps(value).encode())
