"""The region's metrics, gathered when somebody asks: what is counted elsewhere, and what the machine tells."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from skywalk import __version__
from skywalk.control.call_counts import CallCounts
from skywalk.control.measured_store import MeasuredPersistence
from skywalk.control.readiness import Readiness
from skywalk.metrics import catalogue
from skywalk.metrics.exposition import Definition, Values, render
from skywalk.metrics.processes import Usage, read_usage
from skywalk.reconcile.loop import Reconciler
from skywalk.resources.store import KINDS, Store
from skywalk.resources.vpc import Vpc
from skywalk.supervision.child import Child

ANSWER_SECONDS = 1.0
"""How long a process may take to tell what it has counted; without its answer its counters are left out."""

DAEMON = "daemon"
RESOLVER = "resolver"
LOST_RECORDS = "access_log lost records"
"""Among what an edge worker has counted: `edge.verdicts` writes it so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the numbers come from. `backends` are processes by service, None where none runs; `own_edge` is what the
    daemon's own part of the edge has counted, in the words of `edge.verdicts`; `lost_records` of the access log are the
    daemon's own."""

    region: str
    store: Store
    commits: MeasuredPersistence
    reconciler: Reconciler
    readiness: Readiness
    children: Sequence[Child]
    calls: CallCounts
    backends: Callable[[], Mapping[str, int | None]]
    own_edge: Callable[[], Mapping[str, int]]
    lost_records: Callable[[], int] = lambda: 0


class RegionMetrics:
    """All of the catalogue, as one text."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def expose(self) -> bytes:
        values = {**self._of_region(), **self._of_processes(), **await self._of_traffic()}
        return render((definition, values[definition]) for definition in catalogue.ALL)

    def _of_region(self) -> dict[Definition, Values]:
        sources = self._sources
        measures = sources.reconciler.measures
        return {
            catalogue.INFO: {(__version__, sources.region): 1},
            catalogue.READY: {(): int(not sources.readiness.reasons())},
            catalogue.API_REQUESTS: dict(sources.calls.requests),
            catalogue.API_SECONDS: dict(sources.calls.seconds.by_labels),
            catalogue.COMMITS: {(): sources.commits.commits},
            catalogue.REVISION: {(): sources.store.revision},
            catalogue.RESOURCES: {(name,): len(sources.store.of_type(kind)) for name, kind in KINDS.items()},
            catalogue.VPCS: self._vpcs(),
            catalogue.COMPILE_SECONDS: {(): measures.compile_seconds},
            catalogue.APPLY_SECONDS: {(): measures.apply_seconds},
            catalogue.MENDED: {(): measures.mended},
        }

    def _vpcs(self) -> Values:
        ids = {vpc.id for vpc in self._sources.store.of_type(Vpc)}
        failed = ids & self._sources.reconciler.failures.keys()
        pending = (ids & self._sources.reconciler.behind) - failed
        return {
            ("converged",): len(ids - failed - pending),
            ("pending",): len(pending),
            ("failed",): len(failed),
        }

    def _of_processes(self) -> dict[Definition, Values]:
        children, backends = self._sources.children, self._sources.backends()
        pids = {DAEMON: os.getpid(), **{child.name: child.pid for child in children}}
        pids |= {f"backend {service}": pid for service, pid in backends.items() if pid is not None}
        usages = {name: usage for name, pid in pids.items() if pid is not None and (usage := read_usage(pid))}

        def each(value: Callable[[Usage], float]) -> Values:
            return {(name,): value(usage) for name, usage in usages.items()}

        return {
            catalogue.PROCESS_UP: {(DAEMON,): 1, **{(child.name,): int(child.connected) for child in children}},
            catalogue.PROCESS_ANSWERS: {(pulse.name,): int(pulse.answers) for pulse in self._sources.readiness.pulses},
            catalogue.KILLED: {(pulse.name,): pulse.killed for pulse in self._sources.readiness.pulses},
            catalogue.RESTARTS: {(child.name,): child.restarts for child in children},
            catalogue.PROCESS_MEMORY: each(lambda usage: usage.memory_bytes),
            catalogue.PROCESS_CPU: each(lambda usage: usage.cpu_seconds),
            catalogue.PROCESS_DESCRIPTORS: each(lambda usage: usage.descriptors),
            catalogue.BACKENDS: {(service,): int(pid is not None) for service, pid in backends.items()},
        }

    async def _of_traffic(self) -> dict[Definition, Values]:
        children = self._sources.children
        told = await asyncio.gather(*(child.counts(ANSWER_SECONDS) for child in children))
        by_process = {child.name: counts for child, counts in zip(children, told, strict=True)}
        queries = by_process.pop(RESOLVER, {})
        requests: Counter[tuple[str, ...]] = Counter()
        lost: dict[tuple[str, ...], int] = {(DAEMON,): self._sources.lost_records()}
        for process, counts in {DAEMON: self._sources.own_edge(), **by_process}.items():
            if process != DAEMON:
                lost[process,] = counts.get(LOST_RECORDS, 0)
            for words, count in counts.items():
                if words == LOST_RECORDS:
                    continue
                service, verdict, status = words.split(" ")
                requests[process, service, verdict, status] += count
        return {
            catalogue.EDGE_REQUESTS: requests,
            catalogue.LOST_RECORDS: lost,
            catalogue.RESOLVER_QUERIES: {(rcode,): count for rcode, count in queries.items()},
        }
