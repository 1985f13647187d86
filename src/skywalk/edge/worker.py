"""The process that serves the edge: `python -m skywalk.edge.worker --socket P --authority D --region-key F …`.

It listens for the daemon on `--socket` and does what the rows say. Without a daemon it goes on with the rows it has;
a second daemon sends them all, and what is equal is not disturbed. Several workers may run, each with its own
`--socket`; the kernel spreads connections between them.

    --authority DIR     the folder of the region's certificate authority, made if it is not there
    --region-key FILE   the key that opens session tokens
    --api-socket PATH   where EC2, STS, IAM and the others of skywalk's own are answered
    --region NAME       the region of requests that name none
    --access-log JSON   where the records of endpoints' requests go and how large they may grow (`access_log.settings`)
    --backends JSON     configured backends by service: {"s3": {"url": "http://127.0.0.1:9000"}}; `@FILE` for a file
                        that holds them, as secrets must not be seen in a process's arguments
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import gc
import logging
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import uvloop

from skywalk.access_log.settings import Place, decode_place
from skywalk.access_log.writer import AccessLog
from skywalk.backends.backend import Backend
from skywalk.backends.settings import read_remotes
from skywalk.edge.api_passage import ApiPassage
from skywalk.edge.authority import ensure_authority
from skywalk.edge.backend_directory import BackendDirectory
from skywalk.edge.doors import Doors, touched_owners, wanted_doors
from skywalk.edge.own_names import find_certificate_names
from skywalk.edge.router import Router
from skywalk.edge.service import Surroundings
from skywalk.edge.services.catalogue import make_services
from skywalk.edge.signing import Authority
from skywalk.edge.state import EdgeState
from skywalk.edge.verdicts import told
from skywalk.edge.verification import CallerVerifier
from skywalk.feed.rows import RowChange
from skywalk.feed.subscriber import Subscriber
from skywalk.http1.server import Server
from skywalk.logs.setup import log_as_told
from skywalk.values.chance import SystemChance
from skywalk.values.clock import SystemClock

log = logging.getLogger("skywalk.edge.worker")  # run as a module it has no name of its own

STOP_SECONDS = 5.0
DEFAULT_REGION = "us-east-1"
_OBJECTS_BEFORE_COLLECTING = 20_000


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """Where a worker finds what it needs."""

    feed_socket: Path
    authority_dir: Path
    region_key: bytes
    api_socket: Path
    remotes: Mapping[str, Backend]
    default_region: str = DEFAULT_REGION
    access_log: Place | None = None


class Worker:
    """State, doors and pipeline of one process, driven by the feed."""

    def __init__(self, options: WorkerOptions) -> None:
        clock = SystemClock()
        paths = ensure_authority(options.authority_dir, clock)
        authority = Authority(paths.key.read_bytes(), paths.certificate.read_bytes(), clock)
        self._options = options
        self._subscriber = Subscriber(self._apply, self._told, lambda: self._doors.failing)
        self._state = EdgeState()
        self._applying = asyncio.Lock()
        self._backends = BackendDirectory(options.remotes, self._start_backend)
        chance = SystemChance()
        around = Surroundings(
            self._state,
            CallerVerifier(self._state, options.region_key, clock),
            self._backends,
            self._subscriber,
            clock,
            chance,
            options.default_region,
        )
        self._api = ApiPassage(options.api_socket)
        place = options.access_log
        self._access_log = None if place is None else AccessLog(place, clock, chance)
        self._router = router = Router(self._state, make_services(around, self._api), self._access_log)
        self._server = Server()
        find_names = functools.partial(find_certificate_names, self._state)
        refusing = router.refuse, find_names, router.render_head_refusal
        self._doors = Doors(self._server, router.serve, authority.issue, *refusing)

    async def run(self) -> None:
        """Serves until SIGTERM or SIGINT."""
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        await self._subscriber.listen(self._options.feed_socket)
        spare_the_collector()
        log.info("ready for the daemon")
        await stopped.wait()
        log.info("ending")
        await self._subscriber.close()
        await self._server.stop(STOP_SECONDS)
        self._backends.close()
        self._api.close()
        if self._access_log is not None:
            self._access_log.close()

    def _told(self) -> Mapping[str, int]:
        return told(self._router.counts, self._access_log)

    async def _apply(self, change: RowChange) -> None:
        """Returns when the change is in force: policies with the next request, doors open or shut; all doors that can
        be opened are, whatever becomes of the others."""
        async with self._applying:
            self._state.apply(change)
            owners = touched_owners(change)
            if owners is None:
                owners = self._doors.owners | self._state.places.keys()
            for owner_id in owners:
                await self._doors.open_only(owner_id, wanted_doors(self._state, owner_id))

    async def _start_backend(self, service: str) -> Path:
        answer = await self._subscriber.report("start_backend", {"service": service})
        return Path(answer["socket"])


def spare_the_collector() -> None:
    """What is loaded by now stays. What requests leave is freed by counting references, and hardly ever in cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTING)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="skywalk.edge.worker")
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--authority", type=Path, required=True)
    parser.add_argument("--region-key", type=Path, required=True)
    parser.add_argument("--api-socket", type=Path, required=True)
    parser.add_argument("--region", default=DEFAULT_REGION)
    parser.add_argument("--backends", default="{}")
    parser.add_argument("--access-log", type=decode_place)
    options = parser.parse_args(arguments)
    log_as_told("edge")
    uvloop.run(_run(options))
    return 0


async def _run(options: argparse.Namespace) -> None:
    await Worker(
        WorkerOptions(
            options.socket,
            options.authority,
            options.region_key.read_bytes(),
            options.api_socket,
            read_remotes(_backend_settings(options.backends), SystemClock()),
            options.region,
            options.access_log,
        )
    ).run()


def _backend_settings(option: str) -> str:
    return Path(option[1:]).read_text() if option.startswith("@") else option


if __name__ == "__main__":
    sys.exit(main())
