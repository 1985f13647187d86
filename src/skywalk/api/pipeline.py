"""One API call, handler after handler: whose call is it, who asks, may they, do it, wait until it holds, answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any

from skywalk.access_log.entry import Endpoint, Entry
from skywalk.access_log.writer import AccessLog
from skywalk.actions.call import Call
from skywalk.actions.chosen_ids import take_chosen_ids
from skywalk.actions.console_output import ReadConsole
from skywalk.actions.default_vpcs import is_to_be_opened, open_region
from skywalk.api.action import Action
from skywalk.api.authenticate import Authenticator, Proven
from skywalk.api.authorize import Authorizer
from skywalk.api.dispatch import ACTIONS
from skywalk.api.protocols import Answered, read_request, write_answer, write_refusal
from skywalk.api.record import CallRecord, Observe
from skywalk.api.route import OWN_SERVICES, service_of
from skywalk.http1.body import Body, BodyAborted, BodyTooLarge
from skywalk.http1.exchange import Exchange
from skywalk.http1.request import RequestHead
from skywalk.policy.context import NO_ENDPOINT, Context
from skywalk.policy.keys.names import SOURCE_IP, SOURCE_VPCE, VPC_SOURCE_IP, VPCE_ACCOUNT
from skywalk.policy.keys.request import TimeKeys, sent_context
from skywalk.policy.organization import NO_MEMBERS, Members
from skywalk.policy.told_arrival import ARRIVAL_HEADER, read_arrival
from skywalk.resources.persist import NotKeptError
from skywalk.resources.store import Change, Store, Transaction
from skywalk.values.chance import Chance
from skywalk.values.clock import Clock
from skywalk.values.errors import AwsError, dry_run_operation, internal_error, service_unavailable
from skywalk.values.lack import lack
from skywalk.values.quotas import NO_QUOTAS, Quotas
from skywalk.values.scope import Scope

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 1 << 20
"""More than the longest legal request: ten thousand parameters, user data of 16 KiB, a policy of 20 KiB."""

SETTLE_SECONDS = 10.0
"""How long an answer waits for the machine at most: many times what a change takes, for a machine that is busy."""

Settled = Callable[[Change], Awaitable[None]]
HandleOutside = Callable[[str, RequestHead, Body, Exchange], Awaitable[None] | None]
"""Serves a request to the service of a signing name."""


class ApiPipeline:
    """Serves EC2, IAM and STS itself; what is the edge's goes to `outside`, its pipelines."""

    def __init__(
        self,
        store: Store,
        authenticator: Authenticator,
        clock: Clock,
        chance: Chance,
        settled: Settled,
        outside: HandleOutside,
        read_console: ReadConsole,
        why_closed: Callable[[], str | None] = lambda: None,
        observe: Observe = lambda _: None,
        behind: Callable[[], Collection[str]] = frozenset,
        members: Members = NO_MEMBERS,
        access_log: AccessLog | None = None,
        quotas: Quotas = NO_QUOTAS,
    ) -> None:
        """`why_closed` says why no call is taken any more, if so; `observe` is told of every call of our own; `behind`
        names the VPCs that do not obey their newest change yet; `members` are the accounts of the organization;
        `access_log` takes the calls that come through endpoints; `quotas` are each account's."""
        self._store = store
        self._authenticator = authenticator
        self._authorizer = Authorizer(store, authenticator.region_key, members)
        self._members = members
        self._clock = clock
        self._times = TimeKeys(clock)
        self._chance = chance
        self._settled = settled
        self._outside = outside
        self._read_console = read_console
        self._why_closed = why_closed
        self._observe = observe
        self._behind = behind
        self._access_log = access_log
        self._quotas = quotas

    def handle(self, head: RequestHead, body: Body, exchange: Exchange) -> Awaitable[None] | None:
        service = service_of(head)
        if service in OWN_SERVICES:
            return self._answer(service, head, body, exchange, _outside_keys(exchange))
        return self._outside(service, head, body, exchange)

    def handle_passed(self, head: RequestHead, body: Body, exchange: Exchange) -> Awaitable[None] | None:
        """For requests from inside the region, which the edge passes on: the service is the one whose address and
        name they were sent to. What the signature says cannot lead them anywhere else, past endpoints and groups."""
        try:
            service, network = read_arrival(head.fields.get(ARRIVAL_HEADER, ""))
        except ValueError:
            service, network = "", NO_ENDPOINT
        if service not in OWN_SERVICES:
            exchange.respond(400, [("Content-Type", "text/plain")], b"This service is not served here.\n")
            return None
        return self._answer(service, head, body, exchange, network)

    async def _answer(self, service: str, head: RequestHead, body: Body, exchange: Exchange, network: Context) -> None:
        record, started = CallRecord(service, self._request_id()), self._clock.monotonic_seconds()
        entry = self._open_entry(record, exchange, network)
        try:
            content = await _read(body)
            keys = {**network, **self._times.now(), **sent_context(head.fields)}
            answered = await self._call(record, head, content, keys, entry)
        except AwsError as error:
            answered = _refuse(record, error, entry)
        except Exception as failure:
            answered = _refuse(record, self._fault(service, failure, record.request_id), entry)
        record.status, headers, content = answered
        exchange.respond(record.status, [*headers, ("x-amzn-RequestId", record.request_id)], content)
        record.seconds = self._clock.monotonic_seconds() - started
        self._observe(record)

    def _open_entry(self, record: CallRecord, exchange: Exchange, network: Context) -> Entry | None:
        endpoint_id = network.get(SOURCE_VPCE)
        if self._access_log is None or endpoint_id is None:
            return None
        owner = network.get(VPCE_ACCOUNT, "")
        # Of the API's services there are interface endpoints alone.
        endpoint = Endpoint(str(endpoint_id), str(owner), record.service, "", is_interface=True)
        entry = self._access_log.open(endpoint, exchange)
        entry.request_id, entry.source = record.request_id, str(network.get(VPC_SOURCE_IP, ""))
        return entry

    def _fault(self, service: str, failure: Exception, request_id: str) -> AwsError:
        """What the client is told of a failure that is nobody's mistake, or ours. Nothing was changed."""
        reason = str(failure) if isinstance(failure, NotKeptError) else lack(failure)
        if reason is not None:
            log.error("a call of %s failed: %s", service, reason, extra={"request_id": request_id})
            return service_unavailable(reason)
        log.exception("a call of %s failed", service, exc_info=failure, extra={"request_id": request_id})
        return internal_error()

    async def _call(
        self, record: CallRecord, head: RequestHead, body: bytes, network: Context, entry: Entry | None
    ) -> Answered:
        """Raises AwsError."""
        closed = self._why_closed()
        if closed is not None:
            raise service_unavailable(closed)
        service, request_id = record.service, record.request_id
        proven = self._authenticator.authenticate(service, head, body, network)
        record.caller_arn, record.account_id = proven.caller.arn, proven.caller.account_id
        record.region = proven.region
        name, request = read_request(OWN_SERVICES[service], head, body)
        record.action = name
        if entry is not None:
            entry.operation, entry.endpoint = name, entry.endpoint._replace(region=proven.region)
        self._authorizer.authorize(service, name, request, proven, entry)
        action = ACTIONS[service][name]
        if service == "ec2":
            self._open_region(proven, request_id)
        result = await self._perform(action, proven, request, record)
        return write_answer(OWN_SERVICES[service], name, result or {}, request_id)

    def _open_region(self, proven: Proven, request_id: str) -> None:
        """An account's default VPC is there before anything that its first call in a region could meet."""
        if is_to_be_opened(self._store, Scope(proven.caller.account_id, proven.region)):
            with self._store.transaction() as tx:
                open_region(self._call_of(tx, proven, request_id))

    async def _perform(self, action: Action, proven: Proven, request: dict[str, Any], record: CallRecord) -> Any:
        is_dry_run, request_id = bool(request.pop("DryRun", False)), record.request_id
        chosen_ids = take_chosen_ids(request, proven.region)
        with self._store.transaction(keep=not is_dry_run) as tx:
            call = replace(self._call_of(tx, proven, request_id), chosen_ids=chosen_ids)
            result = action.function(call, request)
            chosen_ids.check_all_taken(tx)
        if is_dry_run:
            raise dry_run_operation()
        if tx.change is not None and len(tx.change.vpc_ids) == 1:
            (record.vpc_id,) = tx.change.vpc_ids
        if action.gather is not None:
            return await action.gather(self._read_console, result)
        if tx.change is None or not action.waits_for(result):
            return result
        await self._wait(tx.change)
        if action.answer is None:
            return result
        with self._store.transaction(keep=False) as later:
            return action.answer(self._call_of(later, proven, request_id), result)

    async def _wait(self, change: Change) -> None:
        """What takes longer goes on, and its state says so: `pending`, then `available` or `failed`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._settled(change)

    def _call_of(self, tx: Transaction, proven: Proven, request_id: str) -> Call:
        return Call(
            caller=proven.caller,
            region=proven.region,
            tx=tx,
            clock=self._clock,
            chance=self._chance,
            request_id=request_id,
            region_key=self._authenticator.region_key,
            network=proven.network,
            behind=self._behind,
            members=self._members,
            quotas=self._quotas,
        )

    def _request_id(self) -> str:
        digits = self._chance.hex(32)
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _outside_keys(exchange: Exchange) -> Context:
    """Of calls at the API's own port: they count as made over HTTPS, by one of this machine's addresses."""
    peer = exchange.peername
    return {**NO_ENDPOINT, SOURCE_IP: peer[0]} if isinstance(peer, tuple) else NO_ENDPOINT


def _refuse(record: CallRecord, error: AwsError, entry: Entry | None) -> Answered:
    record.code = error.code
    if entry is not None:
        entry.error = error
    return write_refusal(OWN_SERVICES[record.service], error, record.request_id)


async def _read(body: Body) -> bytes:
    """Raises AwsError for one that is too long, is broken, or ends early."""
    try:
        return await body.read_all(MAX_BODY_BYTES)
    except BodyTooLarge:
        raise AwsError("RequestEntityTooLarge", "The request is too long.", 413) from None
    except BodyAborted as failure:
        raise AwsError("InvalidRequest", f"The body of the request cannot be read: {failure}", 400) from None
