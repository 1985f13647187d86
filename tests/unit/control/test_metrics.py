"""The region's numbers, read back by Prometheus's own parser."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from skywalk import __version__
from skywalk.api.record import CallRecord
from skywalk.control.call_counts import CallCounts
from skywalk.control.measured_store import MeasuredPersistence
from skywalk.control.metrics import RegionMetrics, Sources
from skywalk.control.readiness import Readiness
from skywalk.drivers.memory import MemoryDriver
from skywalk.edge.verdicts import LOST_RECORDS
from skywalk.feed.publisher import Publisher
from skywalk.metrics import catalogue
from skywalk.reconcile.loop import Reconciler
from skywalk.reconcile.publication import Publication
from skywalk.resources.persist import NoPersistence
from skywalk.resources.store import KINDS
from skywalk.supervision.child import Child
from skywalk.values.clock import FixedClock
from support.world import World

Numbers = dict[str, dict[tuple[str, ...], float]]


class ToldChild(Child):
    """One that tells what a test says."""

    def __init__(self, name: str, told: dict[str, int]) -> None:
        super().__init__(name, [name], Path("/nowhere/sock"), Path("/nowhere/log"), Publisher())
        self.told = told
        self.connected = True

    async def counts(self, within_seconds: float) -> dict[str, int]:
        return self.told


class Observed:
    """A region without processes, and what it exposes."""

    def __init__(self) -> None:
        self.world = World()
        store, clock = self.world.region.store, FixedClock()
        self.reconciler = Reconciler(store, MemoryDriver(), Publication(Publisher(), Publisher()), clock)
        self.children = [ToldChild("resolver", {"NOERROR": 5, "NXDOMAIN": 2}), ToldChild("edge 0", {})]
        self.calls = CallCounts()
        self.commits = MeasuredPersistence(NoPersistence(), clock)
        self.own_edge = {"s3 forwarded 200": 3}
        self.metrics = RegionMetrics(
            Sources(
                region="us-east-1",
                store=store,
                commits=self.commits,
                reconciler=self.reconciler,
                readiness=Readiness(self.reconciler, self.children, lambda: False),
                children=self.children,
                calls=self.calls,
                backends=lambda: {"s3": 1, "dynamodb": None},
                own_edge=lambda: self.own_edge,
            )
        )

    async def numbers(self) -> Numbers:
        families = text_string_to_metric_families((await self.metrics.expose()).decode())
        found: Numbers = {}
        for sample in (sample for family in families for sample in family.samples):
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
        return found


def told(observed: Observed, *, settled: bool = True) -> Numbers:
    async def story() -> Numbers:
        if not settled:
            return await observed.numbers()
        await observed.reconciler.start()
        await asyncio.wait_for(observed.reconciler.all_settled(), 60)
        try:
            return await observed.numbers()
        finally:
            await observed.reconciler.stop()

    return asyncio.run(story())


def test_everything_of_the_catalogue_and_nothing_else_is_told() -> None:
    text = asyncio.run(Observed().metrics.expose()).decode()
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")]
    assert names == [definition.name for definition in catalogue.ALL]
    helped = [line.split()[2] for line in text.splitlines() if line.startswith("# HELP ")]
    assert helped == names


def test_the_region() -> None:
    observed = Observed()
    observed.world.vpc("bank")
    observed.world.subnet("private", "bank")
    numbers = told(observed)
    assert numbers["skywalk_info"] == {(__version__, "us-east-1"): 1}
    assert numbers["skywalk_ready"] == {(): 1}
    assert numbers["skywalk_resources"].keys() == {(kind,) for kind in KINDS}
    assert numbers["skywalk_resources"]["Subnet",] == 1
    assert numbers["skywalk_store_revision"] == {(): observed.world.region.store.revision}
    assert numbers["skywalk_vpcs"] == {("converged",): 1, ("pending",): 0, ("failed",): 0}
    assert numbers["skywalk_compile_duration_seconds_count"][()] >= 1
    assert numbers["skywalk_apply_duration_seconds_count"][()] >= 1


def test_what_is_behind_is_pending() -> None:
    observed = Observed()
    observed.world.vpc("bank")
    numbers = told(observed, settled=False)
    assert numbers["skywalk_vpcs"] == {("converged",): 0, ("pending",): 1, ("failed",): 0}
    assert numbers["skywalk_ready"] == {(): 0}


def test_calls() -> None:
    observed = Observed()
    for code, seconds in (("OK", 0.002), ("OK", 0.3), ("InvalidVpcID.NotFound", 0.001)):
        observed.calls.note(CallRecord("ec2", "r", action="DescribeVpcs", code=code, seconds=seconds))
    observed.calls.note(CallRecord("ec2", "r", code="InvalidAction", seconds=0.001))
    numbers = told(observed, settled=False)
    assert numbers["skywalk_api_requests_total"] == {
        ("ec2", "DescribeVpcs", "OK"): 2,
        ("ec2", "DescribeVpcs", "InvalidVpcID.NotFound"): 1,
        ("ec2", "unknown", "InvalidAction"): 1,
    }
    buckets = numbers["skywalk_api_request_duration_seconds_bucket"]
    assert buckets["ec2", "DescribeVpcs", "0.001"] == 1
    assert buckets["ec2", "DescribeVpcs", "0.0025"] == 2
    assert buckets["ec2", "DescribeVpcs", "+Inf"] == 3
    assert numbers["skywalk_api_request_duration_seconds_count"]["ec2", "DescribeVpcs"] == 3


def test_traffic() -> None:
    observed = Observed()
    observed.children[1].told = {"s3 forwarded 200": 7, "s3 denied 403": 1, "dynamodb refused 400": 2}
    observed.children[1].told[LOST_RECORDS] = 9
    numbers = told(observed, settled=False)
    assert numbers["skywalk_edge_requests_total"] == {
        ("daemon", "s3", "forwarded", "200"): 3,
        ("edge 0", "s3", "forwarded", "200"): 7,
        ("edge 0", "s3", "denied", "403"): 1,
        ("edge 0", "dynamodb", "refused", "400"): 2,
    }
    assert numbers["skywalk_access_log_lost_records_total"] == {("daemon",): 0, ("edge 0",): 9}
    assert numbers["skywalk_resolver_queries_total"] == {("NOERROR",): 5, ("NXDOMAIN",): 2}


def test_processes() -> None:
    observed = Observed()
    observed.children[1].connected = False
    observed.children[1].restarts = 4
    observed.children[1].pulse.answers, observed.children[1].pulse.killed = False, 3
    numbers: Any = told(observed, settled=False)
    assert numbers["skywalk_process_up"] == {("daemon",): 1, ("resolver",): 1, ("edge 0",): 0}
    assert numbers["skywalk_process_answers"] == {("resolver",): 1, ("edge 0",): 0}
    assert numbers["skywalk_process_killed_total"] == {("resolver",): 0, ("edge 0",): 3}
    assert numbers["skywalk_process_restarts_total"] == {("resolver",): 0, ("edge 0",): 4}
    assert numbers["skywalk_backend_up"] == {("s3",): 1, ("dynamodb",): 0}
    assert numbers["skywalk_process_resident_memory_bytes"]["daemon",] > 10 << 20
    assert ("edge 0",) not in numbers["skywalk_process_resident_memory_bytes"]
    assert numbers["skywalk_process_cpu_seconds_total"]["daemon",] > 0
    assert numbers["skywalk_process_open_fds"]["daemon",] > 2


def test_commits_that_reach_the_disk_are_timed() -> None:
    class Failing(NoPersistence):
        def write(self, revision: int, put: Any, removed: Any) -> None:
            clock.advance(0.003)
            if revision == 2:
                raise OSError("no room")

    clock = FixedClock()
    measured = MeasuredPersistence(Failing(), clock)
    measured.write(1, [], [])
    with contextlib.suppress(OSError):
        measured.write(2, [], [])
    assert (measured.commits.count, measured.commits.sum) == (1, 0.003)
