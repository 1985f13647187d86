"""The loop: snapshot → compile → apply → publish → states. The newest revision wins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from math import inf
from typing import ParamSpec, TypeVar

from skywalk.compile.callers import compile_callers
from skywalk.compile.internet import compile_internet
from skywalk.compile.memory import Memory
from skywalk.compile.organization import compile_organization
from skywalk.drivers.driver import ApplyReport, Driver, Findings, GuestEnd
from skywalk.feed.publisher import SubscriberFailed
from skywalk.plan.places import UPLINK
from skywalk.plan.plan import Plan
from skywalk.reconcile.applied import Applied
from skywalk.reconcile.guest_ends import write_ends
from skywalk.reconcile.machine_watch import watch_machine
from skywalk.reconcile.measures import Measures
from skywalk.reconcile.peering_links import PeeringLinks, write_peerings
from skywalk.reconcile.publication import Publication, endpoints_that_stay
from skywalk.reconcile.reboots import outstanding_reboots, write_reboots
from skywalk.reconcile.status import missing, write_states
from skywalk.reconcile.troubles import INTERNET, Troubles, about
from skywalk.resources.account import Account
from skywalk.resources.account_snapshot import CALLER_KINDS, account_snapshot
from skywalk.resources.instance import Instance
from skywalk.resources.store import Change, Store
from skywalk.resources.vpc import Vpc
from skywalk.values.clock import Clock
from skywalk.values.organization import Organization

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
RESTARTS_APART_SECONDS = 5.0
_CALLER_KINDS = frozenset(kind.__name__ for kind in CALLER_KINDS)


class Reconciler:
    """Makes the machine obey the store. The driver works in a thread of its own, one call at a time."""

    def __init__(
        self,
        store: Store,
        driver: Driver,
        publication: Publication,
        clock: Clock,
        *,
        has_uplink: bool = False,
        organization: Organization | None = None,
    ) -> None:
        self._has_uplink = has_uplink
        self._members = {row.account_id: row for row in compile_organization(organization)}
        self._store = store
        self._driver = driver
        self._publication = publication
        self._clock = clock
        self._driver_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="driver")
        self._applied = Applied()
        self._plans: dict[str, Plan] = {}
        self._memories: dict[str, Memory] = {}
        """What the compiler remembers of each VPC whose last plan was made."""
        self._links = PeeringLinks()
        self._unsettled: set[str] = set()
        """VPCs to be applied again although their plans are the same."""
        self._dirty_vpcs: dict[str, None] = {}
        self._dirty_accounts: dict[str, None] = {}
        self._dirty_internet: dict[str, None] = {}
        self._wake = asyncio.Event()
        self._troubles = Troubles()
        self._has_taken_over = False
        self._ended: dict[str, GuestEnd] = {}
        """Instances that have ended by themselves, of which the store does not know yet."""
        self._restarted: dict[str, float] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.measures = Measures(clock)
        store.on_change(self._on_change)
        publication.watch(self._take_failing)
        self._taking: str | None = None
        """The VPC that is being taken: what fails of it is looked at in the end."""

    @property
    def failures(self) -> dict[str, str]:
        """What the machine refuses at the moment: subject → resources, steps and reasons."""
        return self._troubles.reasons()

    @property
    def failing(self) -> dict[str, tuple[str, ...]]:
        """As `failures`, one text for each resource."""
        return self._troubles.lists()

    @property
    def behind(self) -> frozenset[str]:
        """Ids of VPCs and accounts whose newest change is not obeyed yet."""
        return self._applied.behind()

    async def take_over(self) -> None:
        """Looks at what is on the machine: from here on answers say of what is not that it is `pending`, and all
        callers are known."""
        there = await self.in_driver(self._driver.observe)
        for vpc in self._store.of_type(Vpc):
            if vpc.id in there:
                running = await self.in_driver(self._driver.running_guests, vpc.id)
                ids = (instance.id for instance in self._store.of_vpc(Instance, vpc.id))
                self._store.returning.expect(vpc.id, (each for each in ids if each not in running))
            else:
                self._store.returning.expect_all(vpc.id)
        for account in self._store.of_type(Account):
            await self._take_account(account.id)
        self._has_taken_over = True

    async def start(self) -> None:
        """Takes over what is on the machine, brings everything to the store's state, and goes on in the background."""
        if not self._has_taken_over:
            await self.take_over()
        self._take_findings(await self.in_driver(self._driver.look))
        self._mark(self._dirty_internet, INTERNET)
        for vpc in self._store.of_type(Vpc):
            self._mark(self._dirty_vpcs, vpc.id)
        for account in self._store.of_type(Account):
            self._mark(self._dirty_accounts, account.id)
        self._tasks = [
            asyncio.create_task(self._run(), name="reconcile"),
            asyncio.create_task(watch_machine(self._driver, self.in_driver, self._take_findings), name="watch machine"),
        ]

    async def _take_internet(self) -> bool:
        plan = compile_internet(has_uplink=self._has_uplink)
        report = await self.in_driver(self._driver.apply_internet, plan)
        if not report.failures.keys() - {UPLINK}:  # what the region serves itself needs no uplink
            await self._publication.publish_internet(plan, self._driver.internet_place())
        report = replace(report, failures={**self._publication.failures(INTERNET), **report.failures})
        self._note(INTERNET, report)
        return not report.failures

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._driver_thread.shutdown()

    async def settled(self, change: Change) -> None:
        """Returns when a commit is obeyed by the machine and by every process, or has failed."""
        await self._applied.wait(_subjects(change), change.revision)

    async def all_settled(self) -> None:
        """Returns when nothing is behind and nothing fails. Raises NotConverged for what fails again and again
        meanwhile."""
        patience = self._troubles.patience()
        while self._applied.behind() or self._troubles:
            patience.check()
            behind = self._applied.behind()
            if behind:
                await self._applied.wait(behind, self._store.revision)
            else:
                await asyncio.sleep(RETRY_SECONDS / 10)

    async def in_driver(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Runs a driver call in the driver's thread, between applies."""
        call = partial(function, *arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(self._driver_thread, call)

    def _on_change(self, change: Change) -> None:
        for vpc_id in change.vpc_ids:
            self._mark(self._dirty_vpcs, vpc_id)
        if any(kind in _CALLER_KINDS for kind, _ in change.touched):
            for account_id in change.account_ids:
                self._mark(self._dirty_accounts, account_id)

    def _mark(self, dirty: dict[str, None], subject: str) -> None:
        dirty[subject] = None
        self._applied.want([subject], self._store.revision)
        self._wake.set()

    def _take_failing(self, owners: frozenset[str]) -> None:
        """What some process has begun or ceased to fail for, though nothing was asked of it."""
        for owner in sorted(owners - {self._taking}):
            if owner == INTERNET:
                self._mark(self._dirty_internet, INTERNET)
            elif self._store.get(Vpc, owner) is not None:
                self._take_unsettled(owner)

    def _take_findings(self, found: Findings) -> None:
        """What somebody else has changed is applied again, though nothing was asked for."""
        for subject in sorted(found.drifted):
            log.warning("%s was changed by somebody else; it is mended", subject, extra=about(subject))
            self.measures.mended += 1
            if subject == INTERNET:
                self._mark(self._dirty_internet, INTERNET)
            else:
                self._take_unsettled(subject)
        for instance_id, end in sorted(found.ended.items()):
            log.warning("%s has ended by itself: %s", instance_id, end.value)
        self._ended.update(found.ended)
        if self._ended:
            self._take_ended()

    def _take_ended(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            vpc_ids = write_ends(self._store, self._ended)
        except Exception:  # no disk: what has ended has ended, and is said later
            log.exception("what has ended cannot be noted")
            loop.call_later(RETRY_SECONDS, self._take_ended)
            return
        self._ended.clear()
        for vpc_id in sorted(vpc_ids):
            # At once; but a guest that ends whenever it is started does not get all of the driver's time.
            waits = RETRY_SECONDS if loop.time() - self._restarted.get(vpc_id, -inf) < RESTARTS_APART_SECONDS else 0
            self._restarted[vpc_id] = loop.time() + waits
            if waits:
                loop.call_later(waits, self._take_unsettled, vpc_id)
            else:
                self._take_unsettled(vpc_id)

    def _take_unsettled(self, vpc_id: str) -> None:
        self._unsettled.add(vpc_id)
        self._mark(self._dirty_vpcs, vpc_id)

    async def _run(self) -> None:
        has_removed_unwanted = False
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._dirty_internet or self._dirty_accounts or self._dirty_vpcs:
                await self._take_one()
            if not has_removed_unwanted and all(vpc.id in self._plans for vpc in self._store.of_type(Vpc)):
                has_removed_unwanted = await self._remove_unwanted()

    async def _remove_unwanted(self) -> bool:
        """What an earlier daemon left and nobody wants, once all that is wanted has been taken up."""
        try:
            await self._publication.complete()
            await self.in_driver(self._driver.remove_unwanted)
        except (OSError, SubscriberFailed) as failure:
            log.warning("what nobody wants any more is still there: %s", failure)
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._wake.set)
            return False
        return True

    async def _take_one(self) -> None:
        """The internet first, as routers have links into it; then accounts: they cost little, and a caller must be
        known before its requests come."""
        if self._dirty_internet:
            self._dirty_internet.clear()
            await self._guarded(INTERNET, self._dirty_internet, self._take_internet())
        elif self._dirty_accounts:
            account_id = next(iter(self._dirty_accounts))
            del self._dirty_accounts[account_id]
            await self._guarded(account_id, self._dirty_accounts, self._take_account(account_id))
        else:
            vpc_id = next(iter(self._dirty_vpcs))
            del self._dirty_vpcs[vpc_id]
            self._taking = vpc_id
            await self._guarded(vpc_id, self._dirty_vpcs, self._take_vpc(vpc_id))
            self._taking = None

    async def _guarded(self, subject: str, dirty: dict[str, None], work: Coroutine[None, None, bool]) -> None:
        """Nothing that one VPC or account does wrong may stop the others; it is tried again."""
        revision = self._store.revision
        try:
            complete = await work
        except Exception as failure:
            self._troubles.note(subject, f"{type(failure).__name__}: {failure}", failure)
            complete = False
        self._applied.done(subject, revision)
        if not complete:
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._mark, dirty, subject)

    async def _take_account(self, account_id: str) -> bool:
        snapshot = account_snapshot(self._store, account_id)
        if snapshot is None:
            return True
        plan = replace(compile_callers(snapshot), control_policies=self._members.get(account_id))
        await self._publication.publish_callers(plan)
        self._note(account_id, ApplyReport())
        return True

    async def _take_vpc(self, vpc_id: str) -> bool:
        snapshot = self._store.snapshot(vpc_id)
        if snapshot is None:
            return await self._remove_vpc(vpc_id)
        memory = self._memories.pop(vpc_id, None) or Memory()
        plan = self.measures.compile(snapshot, memory)
        self._memories[vpc_id] = memory
        former = self._plans.get(vpc_id)
        reboots = outstanding_reboots(snapshot)
        if plan == former and not reboots and vpc_id not in self._troubles and vpc_id not in self._unsettled:
            # What began and ended between two looks was never in a plan; its state must move on all the same.
            await self._write_states(vpc_id, plan, ApplyReport())
            return True
        if former is not None and endpoints_that_stay(plan, former) != former.endpoints:
            await self._publication.withdraw_endpoints(plan, former, self._driver.places(vpc_id))
        self._unsettled.discard(vpc_id)
        report = await self.in_driver(self.measures.apply, self._driver, plan)
        self._take_again(plan, report)
        report = await self._publish(plan, report)
        self._plans[vpc_id] = plan  # from here on processes have these rows, whatever becomes of the rest
        failed = await self._reboot(reboots)
        started = await self.in_driver(self._driver.run_guests, plan)
        report = replace(report, failures={**failed, **started.failures, **report.failures})
        await self._write_states(vpc_id, plan, report)
        self._note(vpc_id, report)
        if vpc_id not in report.failures:
            self._store.returning.expect(vpc_id, missing(self._store, vpc_id, report.failures))
        return not report.failures

    async def _reboot(self, reboots: Mapping[str, int]) -> dict[str, str]:
        """Failures by instance id. Each reboot is noted when it is done: what follows can be tried again without it."""
        failures: dict[str, str] = {}
        for instance_id, count in reboots.items():
            try:
                await self.in_driver(self._driver.restart_guest, instance_id)
            except OSError as failure:
                failures[instance_id] = f"reboot: {failure}"
            else:
                write_reboots(self._store, {instance_id: count})
        return failures

    async def console_output(self, instance_id: str) -> bytes:
        """What an instance has said on its console, as far as the machine keeps it."""
        return await self.in_driver(self._driver.console_output, instance_id)

    def _take_again(self, plan: Plan, report: ApplyReport) -> None:
        """Peerings join two VPCs: what one apply makes or lacks may be another's to complete, and at once."""
        self._links.note(plan, report)
        self._unsettled.update(report.unsettles)
        for vpc_id in (*report.unsettles, *self._links.waiting_for(plan.vpc_id)):
            self._mark(self._dirty_vpcs, vpc_id)

    async def _publish(self, plan: Plan, report: ApplyReport) -> ApplyReport:
        """What a process could not take at all may be any of the endpoints'; what it can name is that one's alone."""
        unnamed: dict[str, str] = {}
        try:
            await self._publication.publish(plan, self._driver.places(plan.vpc_id))
        except SubscriberFailed as failure:
            ids = (plan.vpc_id, *(endpoint.vpc_endpoint_id for endpoint in plan.endpoints))
            unnamed = dict.fromkeys(ids, f"edge: {failure}")
        return replace(report, failures={**unnamed, **self._publication.failures(plan.vpc_id), **report.failures})

    async def _remove_vpc(self, vpc_id: str) -> bool:
        await self._publication.withdraw(vpc_id)
        await self.in_driver(self._driver.remove, vpc_id)
        self._plans.pop(vpc_id, None)
        self._memories.pop(vpc_id, None)
        self._links.forget(vpc_id)
        self._restarted.pop(vpc_id, None)
        self._unsettled.discard(vpc_id)
        self._store.returning.expect(vpc_id, ())
        await self._write_states(vpc_id, None, ApplyReport())
        self._note(vpc_id, ApplyReport())
        return True

    async def _write_states(self, vpc_id: str, plan: Plan | None, report: ApplyReport) -> None:
        for instance_id in write_states(self._store, self._clock, vpc_id, plan, report):
            await self.in_driver(self._driver.forget_guest, instance_id)
        write_peerings(self._store, self._links, vpc_id)

    def _note(self, subject: str, report: ApplyReport) -> None:
        if report.failures:
            # The other VPC's turn comes first.
            self._troubles.note_all(subject, report.failures, counts=not report.waits_for)
        else:
            self._troubles.end(subject)


def _subjects(change: Change) -> list[str]:
    accounts = change.account_ids if any(kind in _CALLER_KINDS for kind, _ in change.touched) else ()
    return [*change.vpc_ids, *accounts]
