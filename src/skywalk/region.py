"""A region that runs: the only place that wires packages together."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import sys
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skywalk.access_log.settings import Place
from skywalk.access_log.writer import AccessLog
from skywalk.api.authenticate import Authenticator
from skywalk.api.fault import refuse_for_want_of_descriptors, render_head_refusal
from skywalk.api.pipeline import ApiPipeline
from skywalk.api.record import CallRecord
from skywalk.backends.process import BackendProcess
from skywalk.backends.relay import end_relay
from skywalk.config import (
    DEFAULT_ACCOUNT_ID,
    BackendSetting,
    Paths,
    Settings,
    remove_run_dir,
)
from skywalk.control.access_log import AccessLog as CallLog
from skywalk.control.call_counts import CallCounts
from skywalk.control.measured_store import MeasuredPersistence
from skywalk.control.metrics import RegionMetrics, Sources
from skywalk.control.operator_paths import OperatorPaths
from skywalk.control.region import RegionOperations, new_account
from skywalk.control.server import ControlServer, open_unix_socket
from skywalk.drivers.linux import holder
from skywalk.drivers.linux.driver import LinuxDriver
from skywalk.drivers.linux.guests.runtime import LinuxGuests
from skywalk.edge.authority import ensure_authority
from skywalk.feed.publisher import OnReport, Publisher
from skywalk.http1.server import Server
from skywalk.logs.settings import LogSettings
from skywalk.logs.setup import Log
from skywalk.policy.organization import members_of
from skywalk.reconcile.loop import Reconciler
from skywalk.reconcile.publication import Publication
from skywalk.reconcile.reports import Reports
from skywalk.reconcile.status import forget_old
from skywalk.resources.persist import NotKeptError, SqlitePersistence
from skywalk.resources.regions import REGIONS
from skywalk.resources.store import Store
from skywalk.supervision.child import Child
from skywalk.supervision.http_probe import HttpProbe
from skywalk.supervision.private_file import write_private
from skywalk.supervision.pulse import Pulse
from skywalk.values.chance import Chance, SystemChance
from skywalk.values.clock import SystemClock
from skywalk.values.embedded_services import MODELLED, embedded_backend_of
from skywalk.values.errors import SkywalkError

if TYPE_CHECKING:
    from skywalk.edge.outside import Outside
    from skywalk.http1.body import Body
    from skywalk.http1.exchange import Exchange
    from skywalk.http1.request import RequestHead


log = logging.getLogger(__name__)

FORGET_SECONDS = 30.0
FINISH_EXCHANGES_SECONDS = 2.0
REGION_KEY_BYTES = 32
EMBEDDED_SERVICES = ("s3", "dynamodb", MODELLED)


class OwnReporter:
    """The way from the edge's pipeline in this process to the daemon that it is part of."""

    connected = True

    def __init__(self, take: OnReport) -> None:
        self._take = take

    async def report(self, subject: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self._take(subject, dict(data))


class Region:
    """One running region. `start` brings it up in the order in which things are needed; `run` waits for the end.

    `api_socket` is bound where the region's users are; `hidden` are the state directories no instance may see."""

    def __init__(
        self, paths: Paths, settings: Settings, api_socket: socket.socket, hidden: Sequence[Path], log_to: Log
    ) -> None:
        self._paths = paths
        self._api_socket = api_socket
        self._settings = settings
        clock, chance = SystemClock(), SystemChance()
        region_key = ensure_region_key(paths.region_key, chance)
        authority = ensure_authority(paths.state_dir, clock)
        self._clock, self._chance = clock, chance
        self._commits = MeasuredPersistence(SqlitePersistence(paths.database), clock)
        self._store = Store(self._commits)
        self._server = Server(render_refusal=render_head_refusal)
        self._log_settings = LogSettings(settings.log_format, settings.log_level)
        self._backends = {
            name: BackendProcess(name, paths.state_dir / "backends" / name, self._log_settings)
            for name in EMBEDDED_SERVICES
        }
        self._backend_pulses = [watched_backend(name, one) for name, one in self._backends.items()]
        self._edge = Publisher(self._on_report, is_whole=False)
        self._local_services = Publisher(is_whole=False)
        self._children = self._make_children()
        self._driver = LinuxDriver(
            paths.run_dir, LinuxGuests(paths.run_dir, paths.state_dir, hidden, authority.certificate)
        )
        self._reconciler = Reconciler(
            self._store,
            self._driver,
            Publication(self._edge, self._local_services),
            clock,
            has_uplink=settings.uplink,
            organization=settings.organization,
        )
        self._reports = Reports(self._store, self._reconciler.settled)
        self._authenticator = Authenticator(self._store, clock, region_key)
        self._outside: Outside | None = None
        self._calls = CallCounts()
        self._call_log = CallLog(log_to)
        place = self._access_log_of("daemon")
        self._access_log = None if place is None else AccessLog(place, clock, chance)
        self._start_ended = asyncio.Event()
        self._ending = asyncio.Event()
        self._taking_down: asyncio.Task[None] | None = None
        self._leaves = False
        self._background: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """The API answers first; the machine follows, and states say how far it is. Raises SkywalkError, OSError."""
        try:
            await self._start()
        finally:
            self._start_ended.set()

    @property
    def is_ending(self) -> bool:
        """Whether it was asked to leave the machine."""
        return self._taking_down is not None

    async def _start(self) -> None:
        self._ensure_default_account()
        await self._reconciler.take_over()
        api = ApiPipeline(
            self._store,
            self._authenticator,
            self._clock,
            self._chance,
            self._reconciler.settled,
            self._handle_outside,
            self._reconciler.console_output,
            self._why_closed,
            self._note_call,
            lambda: self._reconciler.behind.union(self._reconciler.failures),
            members_of(self._settings.organization),
            self._access_log,
            self._settings.quotas_in_force,
        )
        operations = self._operations()
        told = self._metrics(operations).expose, operations.readiness.reasons
        paths, turned_away = OperatorPaths(api.handle, *told), OperatorPaths(refuse_for_want_of_descriptors, *told)
        await self._server.listen(self._api_socket, paths.handle, refuse=turned_away.handle)
        within = open_unix_socket(self._paths.api_socket)
        await self._server.listen(within, api.handle_passed, refuse=refuse_for_want_of_descriptors)
        await ControlServer(operations, self._server).listen(self._paths.control_socket)
        await asyncio.gather(*(child.start() for child in self._children))
        await self._reconciler.start()
        self._background.append(asyncio.create_task(self._forget_old(), name="forget"))
        for pulse in self._backend_pulses:
            self._background.append(asyncio.create_task(pulse.feel(), name=f"pulse of {pulse.name}"))

    def _note_call(self, record: CallRecord) -> None:
        self._calls.note(record)
        self._call_log.note(record)

    @property
    def status(self) -> str:
        """For the service manager."""
        return f"{self._settings.region} at http://127.0.0.1:{self._settings.port}"

    async def run(self) -> None:
        """Returns when the region was asked to end."""
        await self._ending.wait()

    async def take_down(self) -> None:
        """Takes the region off the machine; its state stays. Called again, it waits for the end of the first time.

        Raises SkywalkError and OSError for what could not be taken off; everything else was.
        """
        if self._taking_down is None:
            self._taking_down = asyncio.create_task(self._take_down(), name="take down")
        await asyncio.shield(self._taking_down)

    async def _take_down(self) -> None:
        try:
            await self._start_ended.wait()  # what is started yet would be left
            await self._end_background()
            ended: list[BaseException | None] = []
            ended += await asyncio.gather(*(child.stop() for child in self._children), return_exceptions=True)
            ended += await asyncio.gather(*(one.stop() for one in self._backends.values()), return_exceptions=True)
            ended += await asyncio.gather(asyncio.to_thread(self._driver.remove_all), return_exceptions=True)
            for failure in ended:
                if failure is not None:
                    raise failure
        finally:
            self._ending.set()

    async def leave(self) -> None:
        """Ends the daemon alone: packets, names and HTTPS go on as they are, and the next daemon takes over."""
        if self._leaves or self._taking_down is not None:
            return
        self._leaves = True
        await self._end_background()
        await asyncio.gather(*(child.leave() for child in self._children))
        self._ending.set()

    async def _end_background(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._reconciler.stop()

    def _why_closed(self) -> str | None:
        """Why calls are not taken any more: answers could not tell the truth of what is being taken down."""
        return None if self._taking_down is None else "the region is being taken down"

    async def close(self) -> None:
        """Ends the daemon's own part, after `take_down` or `leave`."""
        await self._server.stop(FINISH_EXCHANGES_SECONDS)
        if self._access_log is not None:
            self._access_log.close()
        self._store.close()
        if self._leaves:
            return
        end_relay(self._paths.backend_settings)
        holder.end(self._paths.run_dir)
        remove_run_dir(self._paths)

    def _make_children(self) -> list[Child]:
        # A file of the owner's: what stands in a command line can be read by everybody on the machine.
        write_private(self._paths.backend_settings, self._backend_settings().encode())
        logs, python = self._paths.state_dir, [sys.executable, "-m"]
        local = self._paths.local_services_socket
        local_argv = [*python, "skywalk.local_services", "--socket", str(local)]
        local_argv += ["--region-key", str(self._paths.region_key)]
        said = self._log_settings
        children = [Child("resolver", local_argv, local, logs / "local-services.log", self._local_services, said)]
        for number in range(self._settings.edge_workers):
            path = self._paths.edge_socket(number)
            argv = [*python, "skywalk.edge.worker", "--socket", str(path), "--authority", str(self._paths.state_dir)]
            argv += ["--region-key", str(self._paths.region_key), "--api-socket", str(self._paths.api_socket)]
            argv += ["--region", self._settings.region, "--backends", f"@{self._paths.backend_settings}"]
            if (place := self._access_log_of(f"edge-{number}")) is not None:
                argv += ["--access-log", place.encode()]
            children.append(Child(f"edge {number}", argv, path, logs / f"edge-{number}.log", self._edge, said))
        return children

    def _access_log_of(self, process: str) -> Place | None:
        settings = self._settings.access_log
        return Place(self._paths.access_log, process, settings) if settings.enabled else None

    def _backend_settings(self) -> str:
        return render_backends(self._settings.backends)

    def _operations(self) -> RegionOperations:
        facts = {
            "region": self._settings.region,
            "quotas": self._settings.quotas,
            "uplink": self._settings.uplink,
            "endpoint_url": f"http://127.0.0.1:{self._settings.port}",
            "state_dir": str(self._paths.state_dir),
            "pid": os.getpid(),
        }
        return RegionOperations(
            self._store,
            self._reconciler,
            self._driver,
            self._children,
            self._chance,
            facts,
            self.take_down,
            lambda: self._taking_down is not None,
            self._backend_pulses,
            self._troubles,
        )

    def _troubles(self) -> dict[str, str]:
        """What this process lacks, by subject."""
        shortage, unkept = self._server.shortage, self._commits.trouble()
        found = {"store": unkept, "descriptors": shortage and f"new connections are turned away: {shortage}"}
        return {subject: text for subject, text in found.items() if text is not None}

    def _metrics(self, operations: RegionOperations) -> RegionMetrics:
        return RegionMetrics(
            Sources(
                region=self._settings.region,
                store=self._store,
                commits=self._commits,
                reconciler=self._reconciler,
                readiness=operations.readiness,
                children=self._children,
                calls=self._calls,
                backends=lambda: {name: one.pid for name, one in self._backends.items()},
                own_edge=lambda: {} if self._outside is None else self._outside.told(),
                lost_records=lambda: 0 if self._access_log is None else self._access_log.lost,
            )
        )

    def _ensure_default_account(self) -> None:
        if not self._store.holds(DEFAULT_ACCOUNT_ID):
            with self._store.transaction() as tx:
                tx.put(new_account(DEFAULT_ACCOUNT_ID, self._chance))

    def _handle_outside(
        self, service: str, head: RequestHead, body: Body, exchange: Exchange
    ) -> Awaitable[None] | None:
        """The edge's services at the API's port: its pipelines in this process, loaded when first asked for."""
        if self._outside is None:
            self._outside = self._make_outside()
            self._edge.attach(self._outside.apply)
        return self._outside.handle(service, head, body, exchange)

    def _make_outside(self) -> Outside:
        from skywalk.backends.settings import read_remotes
        from skywalk.edge.outside import Outside

        return Outside(
            region_key=self._authenticator.region_key,
            default_region=self._settings.region,
            remotes=read_remotes(self._backend_settings(), self._clock),
            start_backend=self._start_backend,
            reporter=OwnReporter(self._on_report),
            clock=self._clock,
            chance=self._chance,
            regions=REGIONS,
        )

    async def _on_report(self, subject: str, data: Mapping[str, Any]) -> dict[str, Any]:
        if subject == "start_backend":
            return {"socket": str(await self._start_backend(data["service"]))}
        return await self._reports.take(subject, data)

    async def _start_backend(self, service: str) -> Path:
        name = embedded_backend_of(service)
        if name is None:
            raise SkywalkError(f"there is no embedded backend of {service}")
        if name in self._settings.backends:
            raise SkywalkError(f"the data of {service} is where the setting [backends.{name}] says")
        if self._taking_down is not None:
            raise SkywalkError("the region is being taken down")
        try:
            return await self._backends[name].start()
        except OSError as failure:
            raise SkywalkError(f"the backend of {service} cannot be started: {failure}") from failure

    async def _forget_old(self) -> None:
        while True:
            await asyncio.sleep(FORGET_SECONDS)
            try:
                forget_old(self._store, self._clock)
            except NotKeptError as failure:
                log.warning("what is old is kept for longer: %s", failure)


def watched_backend(service: str, backend: BackendProcess) -> Pulse:
    """A silent one is killed; the next request starts it again."""
    probe = HttpProbe(backend.socket_path)
    return Pulse(f"backend {service}", probe.answers, lambda: probe.pid)


def ensure_region_key(path: Path, chance: Chance) -> bytes:
    """The key that sessions are made with: drawn once, readable by the owner only."""
    if not path.exists():
        write_private(path, bytes.fromhex(chance.hex(2 * REGION_KEY_BYTES)))
    return path.read_bytes()


def render_backends(backends: Mapping[str, BackendSetting]) -> str:
    return json.dumps({service: asdict(setting) for service, setting in backends.items()})
