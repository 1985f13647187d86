"""The process that runs one of moto's services on a unix socket:
`python -m skywalk.backends.moto_server --service S --socket P --state D`.

Bodies come in through files and in pieces, but moto itself works on whole ones. A change is in the journal before it is
answered (`recorded`), so a kill loses none; the state is saved, and the journal begun anew, when changes pause and at
SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import uvloop

from skywalk.backends.moment import change_moto
from skywalk.backends.moto_answer import MotoAnswer
from skywalk.backends.moto_backends import make_the_same_backends_again
from skywalk.backends.moto_services import SERVICES, MotoService
from skywalk.backends.recorded import RecordedService
from skywalk.backends.request_body import RequestBody
from skywalk.backends.snapshot import SNAPSHOT_HEADER, link_state
from skywalk.http1.body import Body
from skywalk.http1.exchange import Exchange
from skywalk.http1.limits import Limits
from skywalk.http1.request import RequestHead
from skywalk.http1.server import Server
from skywalk.logs.setup import log_as_told
from skywalk.values.unix_path import reachable

log = logging.getLogger("skywalk.backends.moto_server")  # run as a module it has no name of its own

WRITE_BYTES = 256 << 10
QUIET_SECONDS = 0.5
"""State is saved when nothing has changed for so long,"""
PATIENCE_SECONDS = 5.0
"""and after so long even if something changes all the time: a start repeats what is not saved, in about that time."""
RETRY_SECONDS = 0.5
"""Between tries to save what could not be saved."""
LAST_SAVE_SECONDS = 5.0
STOP_SECONDS = 10.0
LONGEST_HEAD_BYTES = 16 << 20
"""The edge alone asks, and may have to say for each of many what it has decided (`moto_deliveries`)."""


class RequestGate:
    """Requests run side by side; saving runs alone."""

    def __init__(self) -> None:
        self._running = 0
        self._saving = False
        self._changed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def request(self) -> AsyncIterator[None]:
        async with self._changed:
            await self._changed.wait_for(lambda: not self._saving)
            self._running += 1
        try:
            yield
        finally:
            async with self._changed:
                self._running -= 1
                self._changed.notify_all()

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        async with self._changed:
            await self._changed.wait_for(lambda: not self._saving)
            self._saving = True
            await self._changed.wait_for(lambda: not self._running)
        try:
            yield
        finally:
            async with self._changed:
                self._saving = False
                self._changed.notify_all()


class MotoServer:
    """A service behind one handler, and the saving of its state, which lies in `state_dir`."""

    def __init__(self, service: MotoService, recorded: RecordedService, state_dir: Path, is_saved: bool) -> None:
        self._service = service
        self._recorded = recorded
        self._state_dir = state_dir
        self._gate = RequestGate()
        self._threads = ThreadPoolExecutor(service.threads, "moto")
        self._changes = self._threads if service.threads == 1 else ThreadPoolExecutor(1, "changes")
        """In the order of the journal."""
        self._changed = asyncio.Event()
        if not is_saved:
            self._changed.set()
        self._unsaved: str | None = None
        """Why the state cannot be saved at the moment, if it cannot: nothing more is changed then."""
        self._saving = asyncio.create_task(self._save_after_changes())

    async def handle(self, head: RequestHead, body: Body, exchange: Exchange) -> None:
        if head.get(SNAPSHOT_HEADER) is not None:
            await self._answer_snapshot(exchange)
            return
        with self._recorded.new_body() as spool:
            missing = await self._receive(head, body, spool)
            answer = await self._answer(head, spool) if missing is None else self._service.unavailable(missing)
        exchange.start_response(answer.status, answer.headers, answer.content_length)
        for start in range(0, len(answer.body), WRITE_BYTES):
            exchange.write(answer.body[start : start + WRITE_BYTES])
            await exchange.drain()
        exchange.finish()

    async def _receive(self, head: RequestHead, body: Body, spool: RequestBody) -> str | None:
        """What the request cannot be answered for want of. Its body is read to the end all the same."""
        missing = self._unsaved if self._service.may_change(head) else None
        async for piece in body:
            if missing is None:
                try:
                    spool.append(piece)
                except OSError as failure:
                    missing = str(failure)
        if missing is None:
            try:
                spool.begin()
            except OSError as failure:
                missing = str(failure)
        return missing

    async def close(self) -> None:
        """Saves a last time, for as long as it is worth a try."""
        self._saving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._saving
        ends = asyncio.get_running_loop().time() + LAST_SAVE_SECONDS
        while not await self._try_to_save() and asyncio.get_running_loop().time() < ends:  # noqa: ASYNC110
            await asyncio.sleep(RETRY_SECONDS)
        self._changes.shutdown()
        self._threads.shutdown()
        self._recorded.close()

    async def _answer(self, head: RequestHead, spool: RequestBody) -> MotoAnswer:
        loop = asyncio.get_running_loop()
        async with self._gate.request():
            if not self._service.may_change(head):
                return await loop.run_in_executor(self._threads, self._recorded.read, head, spool)
            answer = await loop.run_in_executor(self._changes, self._recorded.change, head, spool)
        self._changed.set()
        return answer

    async def _answer_snapshot(self, exchange: Exchange) -> None:
        try:
            async with self._gate.alone():
                await asyncio.get_running_loop().run_in_executor(self._changes, self._save_and_link)
        except OSError as error:
            log.error("no snapshot could be made: %s", error)
            exchange.respond(507, [("Content-Type", "text/plain")], str(error).encode())
        else:
            exchange.respond(204, [])

    def _save_and_link(self) -> None:
        self._recorded.save()
        link_state(self._state_dir)

    async def _save_after_changes(self) -> None:
        while True:
            await self._changed.wait()
            await self._wait_for_quiet()
            while not await self._try_to_save():  # noqa: ASYNC110 (nothing tells of room on a disk)
                await asyncio.sleep(RETRY_SECONDS)

    async def _try_to_save(self) -> bool:
        try:
            await self._save()
        except OSError as failure:
            if self._unsaved is None:
                log.error("the state cannot be saved, nothing more is changed until it can: %s", failure)
            self._unsaved = f"the state cannot be saved: {failure.strerror or failure}"
            return False
        if self._unsaved is not None:
            log.warning("the state is saved again")
        self._unsaved = None
        return True

    async def _wait_for_quiet(self) -> None:
        patience_ends = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while self._changed.is_set() and asyncio.get_running_loop().time() < patience_ends:
            self._changed.clear()
            await asyncio.sleep(QUIET_SECONDS)

    async def _save(self) -> None:
        async with self._gate.alone():
            self._changed.clear()
            await asyncio.get_running_loop().run_in_executor(self._changes, self._recorded.save)


async def serve(service_name: str, socket_path: Path, state_dir: Path) -> None:
    """Serves until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    change_moto()
    make_the_same_backends_again()
    service = SERVICES[service_name](state_dir)
    recorded = RecordedService(service, state_dir)
    repeated = recorded.load()
    if repeated:
        log.info("%d changes since the state was saved are done again", repeated)
    moto_server = MotoServer(service, recorded, state_dir, is_saved=not repeated)
    server = Server(Limits(max_head_bytes=LONGEST_HEAD_BYTES))
    await server.listen(_listening_socket(socket_path), moto_server.handle)
    log.info("ready for requests")
    await stopped.wait()
    log.info("ending")
    await server.stop(STOP_SECONDS)
    await moto_server.close()


def _listening_socket(path: Path) -> socket.socket:
    """A unix socket for this user alone from its first moment."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    former = os.umask(0o177)
    try:
        with reachable(path) as name:
            listening.bind(name)
    finally:
        os.umask(former)
    listening.listen(1024)
    listening.setblocking(False)
    return listening


def _lock(state_dir: Path) -> IO[bytes]:
    """Held while the process lives: two of them on one state would destroy it. Raises BlockingIOError."""
    file = (state_dir / "lock").open("wb")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="skywalk.backends.moto_server", description=__doc__)
    parser.add_argument("--service", choices=sorted(SERVICES), required=True)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    options = parser.parse_args(arguments)
    log_as_told(f"backend {options.service}")
    # It would be the account of every request.
    os.environ.pop("MOTO_ACCOUNT_ID", None)
    options.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        lock = _lock(options.state)
    except BlockingIOError:
        log.error("another backend runs on %s", options.state)
        return 1
    with lock:
        uvloop.run(serve(options.service, options.socket, options.state))
    return 0


if __name__ == "__main__":
    sys.exit(main())
