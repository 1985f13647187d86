"""Which rows go to which processes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from skywalk.feed.publisher import Publisher
from skywalk.feed.rows import Row, row_id
from skywalk.feed.subscriber import EVERYTHING
from skywalk.plan.name_views import NameView
from skywalk.plan.places import UPLINK, Place
from skywalk.plan.plan import CallerPlan, InternetPlan, Plan
from skywalk.plan.services import GatewayEndpoint, InterfaceEndpoint
from skywalk.reconcile.name_rows import NameRows

Endpoint = GatewayEndpoint | InterfaceEndpoint

Known = dict[int, Row]
"""The rows that an owner has, by identity: they never change."""

RESOLVER = "resolver"
"""The name of what fails where a VPC's own resolver and metadata cannot answer; everything else fails by its id."""


class Publication:
    """The rows of each owner (a VPC, an account, the internet) at the edge and at the local services."""

    def __init__(self, edge: Publisher, local_services: Publisher) -> None:
        self._edge = edge
        self._local_services = local_services
        self._at_edge: dict[str, Known] = {}
        self._at_local: dict[str, Known] = {}
        self._names: defaultdict[str, NameRows] = defaultdict(NameRows)

    def watch(self, take: Callable[[frozenset[str]], None]) -> None:
        """`take` is told the owners for whose rows a process has begun or ceased to fail, whenever that is."""
        self._edge.watch(lambda keys: take(_owners(self._at_edge, keys)))
        self._local_services.watch(lambda keys: take(_owners(self._at_local, keys)))

    def failures(self, owner: str) -> dict[str, str]:
        """What processes cannot do at the moment of what they were given for an owner: by the id of the resource, or
        RESOLVER."""
        local = _failing(self._local_services, self._at_local.get(owner, {}), (NameView, Place))
        edge = _failing(self._edge, self._at_edge.get(owner, {}), (Place,))
        found = {RESOLVER if key == owner else key: f"resolver: {reason}" for key, reason in local.items()}
        return found | {key: f"edge: {reason}" for key, reason in edge.items()}

    async def publish(self, plan: Plan, places: Iterable[Place]) -> None:
        """A VPC's rows, after they were applied. Returns when every process obeys them."""
        by_owner = {place.owner_id: place for place in places}
        inbound = [by_owner[one.key] for one in plan.name_view.inbound if one.key in by_owner]
        names = self._names[plan.vpc_id].rows_of(plan.name_view)
        rows: list[Row] = [by_owner[plan.vpc_id], *inbound, *names, *plan.public_names, *plan.guests]
        await self._put_local(plan.vpc_id, rows)
        await self._put_edge(plan.vpc_id, _endpoint_rows(plan.endpoints, by_owner))

    async def complete(self) -> None:
        """Everything has been published once: what processes have besides, of a former daemon's, goes. Raises
        SubscriberFailed."""
        await self._edge.complete()
        await self._local_services.complete()

    async def withdraw_endpoints(self, plan: Plan, former: Plan, places: Iterable[Place]) -> None:
        """Takes those endpoints and addresses from the edge that `plan` has no more, while its resets still find the
        way; the others stay as they were."""
        by_owner = {place.owner_id: place for place in places}
        await self._put_edge(plan.vpc_id, _endpoint_rows(endpoints_that_stay(plan, former), by_owner))

    async def withdraw(self, vpc_id: str) -> None:
        self._names.pop(vpc_id, None)
        await self._put_edge(vpc_id, [])
        await self._put_local(vpc_id, [])

    async def publish_internet(self, plan: InternetPlan, place: Place) -> None:
        uplink = [Place(UPLINK, "", None)] if plan.has_uplink else []
        await self._put_local("internet", [*plan.public_names, *plan.public_hosts, *plan.catalogues, *uplink])
        await self._put_edge("internet", [place, *plan.public_services, *plan.catalogues])

    async def publish_callers(self, plan: CallerPlan) -> None:
        limits = [] if plan.control_policies is None else [plan.control_policies]
        rows: list[Row] = [*limits, *plan.access_keys, *plan.users, *plan.roles, *plan.service_resources]
        await self._put_edge(plan.account_id, rows)

    async def _put_edge(self, owner: str, rows: Iterable[Row]) -> None:
        await _put(self._edge, self._at_edge, owner, tuple(rows))

    async def _put_local(self, owner: str, rows: Iterable[Row]) -> None:
        await _put(self._local_services, self._at_local, owner, tuple(rows))


async def _put(publisher: Publisher, known: dict[str, Known], owner: str, rows: tuple[Row, ...]) -> None:
    """Rows that are the very ones of last time are not looked at, unless something of all that was sent is amiss."""
    former, now = known.get(owner, {}), dict(zip(map(id, rows), rows, strict=True))
    known[owner] = now
    if not now:
        del known[owner]
    if publisher.is_troubled:
        await publisher.replace(now.values(), map(row_id, former.values()))
        return
    new = sorted((now[identity] for identity in now.keys() - former.keys()), key=row_id)
    await publisher.replace(new, [row_id(former[identity]) for identity in former.keys() - now.keys()])


def _owners(known: Mapping[str, Known], keys: frozenset[str]) -> frozenset[str]:
    if EVERYTHING in keys:
        return frozenset(known)
    return frozenset(owner for owner, rows in known.items() if any(row.key in keys for row in rows.values()))


def _failing(publisher: Publisher, rows: Known, kinds: tuple[type[Row], ...]) -> dict[str, str]:
    """By key of the rows of these kinds: what needs the rest of a process's rows alone cannot fail by itself."""
    failing = publisher.failing
    if not failing:
        return {}
    keys = (row.key for row in rows.values() if isinstance(row, kinds))
    return {key: failing.get(key, failing.get(EVERYTHING, "")) for key in keys if {key, EVERYTHING} & failing.keys()}


def endpoints_that_stay(plan: Plan, former: Plan) -> tuple[Endpoint, ...]:
    """The endpoints of `former` as far as `plan` still has them: without those that go, and without addresses that
    go."""
    now = {endpoint.vpc_endpoint_id: endpoint for endpoint in plan.endpoints}
    return tuple(
        _without_others(endpoint, now[endpoint.vpc_endpoint_id])
        for endpoint in former.endpoints
        if endpoint.vpc_endpoint_id in now
    )


def _without_others(former: Endpoint, now: Endpoint) -> Endpoint:
    if former is now or not isinstance(former, InterfaceEndpoint) or not isinstance(now, InterfaceEndpoint):
        return former
    stay = tuple(address for address in former.addresses if address in now.addresses)
    return former if stay == former.addresses else replace(former, addresses=stay)


def _endpoint_rows(endpoints: Iterable[Endpoint], places: Mapping[str, Place]) -> list[Row]:
    rows: list[Row] = []
    for endpoint in endpoints:
        place = places.get(endpoint.vpc_endpoint_id)
        if place is not None:  # without one the driver could not make it, and has said so
            rows += [endpoint, place]
    return rows
