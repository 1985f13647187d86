"""What the edge's own work for one S3 request costs: everything between two sockets, without the sockets.

    python benchmarks/edge_in_process.py [--profile] [--without-access-log]

One GetObject as boto3 signs it goes through connection, pipeline and upstream, with a policy of two statements, and the
backend's answer goes back; its record is written to the access log, as by default. CPU time is the best of several
rounds; the number of interpreter instructions is exact, whatever else the machine does, and is what to compare before
and after a change. TLS and system calls come on top.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import functools
import json
import pstats
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import uvloop

from edge_requests import HOST, POLICY
from skywalk.access_log.settings import Place
from skywalk.access_log.writer import AccessLog
from skywalk.backends.settings import read_remotes
from skywalk.edge.api_passage import ApiPassage
from skywalk.edge.arrival import Arrival
from skywalk.edge.backend_directory import BackendDirectory
from skywalk.edge.router import Router
from skywalk.edge.service import Surroundings
from skywalk.edge.services.catalogue import make_services
from skywalk.edge.state import EdgeState
from skywalk.edge.verification import CallerVerifier
from skywalk.edge.worker import spare_the_collector
from skywalk.feed.rows import RowChange
from skywalk.http1.connection import Connection
from skywalk.http1.deadlines import Deadlines
from skywalk.http1.limits import Limits
from skywalk.http1.upstream import UpstreamConnection
from skywalk.values.chance import SystemChance
from skywalk.values.clock import SystemClock
from support import edge_rows as rows
from support.boto_heads import get_object_head
from support.edge_in_process import raw_request

ROUNDS, EXCHANGES, TRACED = 8, 3000, 256
ANSWER = (
    b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Mon, 01 Jan 2026 00:00:00 GMT\r\n"
    b"Content-Type: application/octet-stream\r\nContent-Length: 3\r\nLast-Modified: Mon, 01 Jan 2026 00:00:00 GMT\r\n"
    b'Connection: keep-alive\r\nETag: "6955b900-3"\r\nAccept-Ranges: bytes\r\n\r\nxxx'
)


class Wire:
    """A transport that keeps what was written last."""

    def __init__(self) -> None:
        self.last = b""
        self._known = {"peername": ("10.77.0.2", 40000), "sslcontext": object()}

    def write(self, data: bytes) -> None:
        self.last = data

    def is_closing(self) -> bool:
        return False

    def get_extra_info(self, name: str) -> Any:
        return self._known.get(name)

    def set_write_buffer_limits(self, high: int) -> None: ...


class Owner:
    def connection_opened(self, connection: Connection) -> None: ...

    def connection_closed(self, connection: Connection) -> None: ...


def make_exchange(access_log: AccessLog | None) -> Callable[[], None]:
    """A function that is one request and its answer, on kept connections. Must be called on a loop."""
    clock = SystemClock()
    state = EdgeState()
    put = (rows.ACCESS_KEY, rows.S3, rows.endpoint(POLICY), rows.bucket("documents"))
    state.apply(RowChange(put, (), True))
    backends = BackendDirectory(read_remotes(json.dumps({"s3": {"url": "http://127.0.0.1:1"}}), clock), _no_start)
    verifier = CallerVerifier(state, bytes(32), clock)
    around = Surroundings(state, verifier, backends, _NoDaemon(), clock, SystemChance(), rows.REGION)
    router = Router(state, make_services(around, ApiPassage(Path("/nowhere"))), access_log)
    arrival = Arrival(True, rows.ENDPOINT_ID, rows.VPC_ID, "s3", rows.REGION)
    deadlines = Deadlines(asyncio.get_running_loop())
    client = Connection(functools.partial(router.serve, arrival), Limits(), deadlines, Owner())
    to_client, to_backend = Wire(), Wire()
    client.connection_made(to_client)  # type: ignore[arg-type]
    opened = backends.find("s3")
    assert opened is not None
    upstream = UpstreamConnection(opened.upstream)
    upstream.connection_made(to_backend)  # type: ignore[arg-type]
    opened.upstream.connection_idle(upstream)
    target, headers = get_object_head(HOST, "documents", "small")
    request = raw_request("GET", target, headers)

    def exchange() -> None:
        client.data_received(request)
        upstream.data_received(ANSWER)

    exchange()
    if not to_backend.last.startswith(b"GET /documents/small ") or not to_client.last.endswith(b"\r\n\r\nxxx"):
        raise SystemExit(f"the edge did not serve it: {to_backend.last!r} {to_client.last!r}")
    return exchange


class _NoDaemon:
    connected = False

    async def report(self, subject: str, data: object) -> Any:
        raise NotImplementedError


async def _no_start(service: str) -> Path:
    raise NotImplementedError


async def cpu_microseconds(exchange: Callable[[], None]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        before = time.thread_time()
        for number in range(EXCHANGES):
            exchange()
            if number % 16 == 0:
                await asyncio.sleep(0)
        best = min(best, (time.thread_time() - before) / EXCHANGES * 1e6)
    return best


def instructions(exchange: Callable[[], None]) -> tuple[float, float]:
    """Interpreter instructions and calls of Python functions for one exchange."""
    counted: Counter[str] = Counter()

    def trace(frame: FrameType, event: str, _: object) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        counted[event] += 1
        return trace

    sys.settrace(trace)
    for _ in range(TRACED):
        exchange()
    sys.settrace(None)
    return counted["opcode"] / TRACED, counted["call"] / TRACED


async def measure(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "access-log", "edge-0")
        log = None if options.without_access_log else AccessLog(place, SystemClock(), SystemChance())
        await _measure(options, log)
        if log is not None:
            log.close()


async def _measure(options: argparse.Namespace, access_log: AccessLog | None) -> None:
    exchange = make_exchange(access_log)
    spare_the_collector()
    if options.profile:
        with cProfile.Profile() as profile:
            for _ in range(EXCHANGES):
                exchange()
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        return
    microseconds = await cpu_microseconds(exchange)
    executed, calls = instructions(exchange)
    print("| one GetObject, both ways, without sockets | |\n|---|---|")
    print(f"| CPU | {microseconds:.0f} us |")
    print(f"| interpreter instructions | {executed:.0f} |\n| calls of Python functions | {calls:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", action="store_true", help="where the time goes, as cProfile sees it")
    parser.add_argument("--without-access-log", action="store_true", help="to see what the log costs")
    uvloop.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
