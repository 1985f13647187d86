"""The control socket."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from skywalk.control.operations import Operations
from skywalk.http1.body import Body, BodyTooLarge
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
        # An operator is served in any case, also with a descriptor of the reserve.
        await self._server.listen(open_unix_socket(path), self._handle, refuse=self._handle)

    async def _handle(self, head: RequestHead, body: Body, exchange: Exchange) -> None:
        route = self._routes.get(head.path)
        if route is None or head.method != "POST":
            _answer(exchange, 404, {"error": f"there is no {head.method} {head.path}"})
            return
        try:
            _answer(exchange, 200, await route(_read_object(await body.read_all(MAX_BODY_BYTES))))
        except BodyTooLarge:
            _answer(exchange, 413, {"error": f"a request has at most {MAX_BODY_BYTES} bytes"})
        except SkywalkError as error:
            _answer(exchange, 400, {"error": str(error)})
        except OSError as error:  # what the machine refuses, the operator may mend
            _answer(exchange, 500, {"error": str(error)})


def _read_object(text: bytes) -> dict[str, Any]:
    """Raises SkywalkError. Nothing at all is an empty object."""
    try:
        value = json.loads(text or b"{}")
    except ValueError as error:
        raise SkywalkError(f"the request is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise SkywalkError("the request is not a JSON object")
    return value


def _text(asked: dict[str, Any], name: str) -> str:
    value = _optional_text(asked, name)
    if value is None:
        raise SkywalkError(f"the request needs {name}")
    return value


def _optional_text(asked: dict[str, Any], name: str) -> str | None:
    value = asked.get(name)
    if value is not None and not isinstance(value, str):
        raise SkywalkError(f"{name} must be a text")
    return value


def _routes(operations: Operations) -> dict[str, Route]:
    async def status(_: dict[str, Any]) -> Any:
        return operations.status()

    async def wait(_: dict[str, Any]) -> Any:
        await operations.wait()
        return {}

    async def list_accounts(_: dict[str, Any]) -> Any:
        return operations.list_accounts()

    async def add_account(asked: dict[str, Any]) -> Any:
        access_key_id, secret = (_optional_text(asked, name) for name in ("access_key_id", "secret_access_key"))
        return operations.add_account(_text(asked, "account_id"), access_key_id, secret)

    async def entrance(asked: dict[str, Any]) -> Any:
        return await operations.entrance(_text(asked, "instance_id"))

    async def counters(_: dict[str, Any]) -> Any:
        return await operations.counters()

    async def connections(_: dict[str, Any]) -> Any:
        return await operations.connections()

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
        "/connections": connections,
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
