"""How long the reconciler's work takes, and what it had to do again."""

from __future__ import annotations

from skywalk.compile.compiler import compile_plan
from skywalk.compile.memory import Memory
from skywalk.drivers.driver import ApplyReport, Driver
from skywalk.metrics.histogram import WORK_SECONDS, Histogram
from skywalk.plan.plan import Plan
from skywalk.resources.snapshot import Snapshot
from skywalk.values.clock import Clock


class Measures:
    """`apply` is called in the driver's thread: waiting for it does not count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.compile_seconds = Histogram(WORK_SECONDS)
        self.apply_seconds = Histogram(WORK_SECONDS)
        self.mended = 0
        """How often something was applied again because somebody else had changed it."""

    def compile(self, snapshot: Snapshot, memory: Memory) -> Plan:
        started = self._clock.monotonic_seconds()
        plan = compile_plan(snapshot, memory)
        self.compile_seconds.observe(self._clock.monotonic_seconds() - started)
        return plan

    def apply(self, driver: Driver, plan: Plan) -> ApplyReport:
        started = self._clock.monotonic_seconds()
        report = driver.apply(plan)
        self.apply_seconds.observe(self._clock.monotonic_seconds() - started)
        return report
