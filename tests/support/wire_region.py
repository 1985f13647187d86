"""The API's pipeline in this process behind a real port: stock clients and raw bytes reach it, no kernel does.

with wire_region() as wire:
    wire.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    assert wire.send(b"GARBAGE\\r\\n\\r\\n").startswith(b"HTTP/1.1 400 ")
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from skywalk.api.authenticate import Authenticator
from skywalk.api.fault import render_head_refusal
from skywalk.api.pipeline import ApiPipeline
from skywalk.api.record import CallRecord
from skywalk.control.region import new_account
from skywalk.drivers.memory import MemoryDriver
from skywalk.feed.publisher import Publisher
from skywalk.http1.body import Body
from skywalk.http1.exchange import Exchange
from skywalk.http1.request import RequestHead
from skywalk.http1.server import Server
from skywalk.reconcile.loop import Reconciler
from skywalk.reconcile.publication import Publication
from skywalk.resources.account import Account
from skywalk.resources.store import Store
from skywalk.values.chance import SeededChance
from skywalk.values.clock import SystemClock
from support.stock_clients import Keys

OWNER, OTHER = "123456789012", "210987654321"
REGION_KEY = b"the region's key of these tests!"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True)
class WireRegion:
    store: Store
    driver: MemoryDriver
    port: int
    records: list[CallRecord]
    """What there was to say of each call, in the order of answers."""
    passed_port: int
    """Where the edge would pass requests on to."""

    def client(self, service: str, account_id: str = OWNER, region: str = "us-east-1", **config: Any) -> Any:
        """A stock boto3 client of an account's root."""
        account = self.account(account_id)
        keys = Keys(account.access_key_id, account.secret_access_key, region=region)
        settings = Config(retries={"total_max_attempts": 1}).merge(Config(**config))
        return keys.client(service, endpoint_url=f"http://127.0.0.1:{self.port}", config=settings)

    def account(self, account_id: str = OWNER) -> Account:
        found = self.store.get(Account, account_id)
        assert found is not None
        return found

    def signed(self, body: bytes, service: str = "ec2", query: str = "", method: str = "POST", **more: str) -> bytes:
        """A signed request as bytes, for tests to break."""
        account = self.account()
        url = f"http://127.0.0.1:{self.port}/{query and '?' + query}"
        request = AWSRequest(method, url, headers={"Content-Type": FORM, **more}, data=body)
        credentials = Credentials(account.access_key_id, account.secret_access_key)
        SigV4Auth(credentials, service, "us-east-1").add_auth(request)
        headers = {"Host": f"127.0.0.1:{self.port}", "Content-Length": str(len(body)), **dict(request.headers.items())}
        lines = [
            f"{method} /{query and '?' + query} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def send(self, message: bytes) -> bytes:
        """Sends bytes as they are; answers what comes back until the server has nothing more to say."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(message)
            connection.shutdown(socket.SHUT_WR)
            parts = []
            while received := connection.recv(1 << 20):
                parts.append(received)
            return b"".join(parts)


async def _serve(
    store: Store,
    driver: MemoryDriver,
    listening: socket.socket,
    for_passed: socket.socket,
    up: threading.Event,
    records: list[CallRecord],
) -> None:
    clock = SystemClock()
    reconciler = Reconciler(store, driver, Publication(Publisher(), Publisher()), clock)
    authenticator = Authenticator(store, clock, REGION_KEY)
    pipeline = ApiPipeline(
        store,
        authenticator,
        clock,
        SeededChance(),
        reconciler.settled,
        _no_service,
        reconciler.console_output,
        observe=records.append,
        behind=lambda: reconciler.behind,
    )
    server = Server(render_refusal=render_head_refusal)
    await server.listen(listening, pipeline.handle)
    await server.listen(for_passed, pipeline.handle_passed)
    await reconciler.start()
    await reconciler.all_settled()
    up.set()
    try:
        await asyncio.Event().wait()
    finally:
        await server.stop(0)
        await reconciler.stop()


def _no_service(service: str, head: RequestHead, body: Body, exchange: Exchange) -> Awaitable[None] | None:
    exchange.respond(501, [], f"{service} is not part of this test".encode())
    return None


@contextmanager
def wire_region(fill: Callable[[Store], None] | None = None) -> Iterator[WireRegion]:
    """With `fill`, a store that holds something already when the pipeline starts."""
    store, driver = Store(), MemoryDriver()
    with store.transaction() as tx:
        for seed, account_id in enumerate((OWNER, OTHER)):
            tx.put(new_account(account_id, SeededChance(seed)))
    if fill is not None:
        fill(store)
    listening = socket.create_server(("127.0.0.1", 0))
    for_passed = socket.create_server(("127.0.0.1", 0))
    port, passed_port = listening.getsockname()[1], for_passed.getsockname()[1]
    up, loop = threading.Event(), asyncio.new_event_loop()
    records: list[CallRecord] = []
    task = loop.create_task(_serve(store, driver, listening, for_passed, up, records))

    def run() -> None:
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            loop.run_until_complete(loop.shutdown_asyncgens())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        assert up.wait(600), "the pipeline did not start"
        yield WireRegion(store, driver, port, records, passed_port)
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(120)
        loop.close()
