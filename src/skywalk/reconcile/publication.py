"""Which rows go to which processes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from skywalk.feed.publisher import Publisher
from skywalk.feed.rows import Row, row_id
from skywalk.feed.subscriber import EVERYTHING
from skywalk.plan.name_views import NameView
from skywalk.plan.places import UPLINK, Place
from skywalk.plan.plan import CallerPlan, InternetPlan, Plan
from skywalk.plan.services import GatewayEndpoint, InterfaceEndpoint
from skywalk.reconcile.name_rows import NameRows
from skywalk.reconcile.row_parts import Parts, changed_rows

Endpoint = GatewayEndpoint | InterfaceEndpoint

RESOLVER = "resolver"
"""The name of what fails where a VPC's own resolver and metadata cannot answer; everything else fails by its id."""


class Publication:
    """The rows of each owner (a VPC, an account, the internet) at the edge and at the local services."""

    def __init__(self, edge: Publisher, local_services: Publisher) -> None:
        self._edge = edge
        self._local_services = local_services
        self._at_edge: dict[str, Parts] = {}
        self._at_local: dict[str, Parts] = {}
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
        await self._put_local(
            plan.vpc_id,
            {
                "places": (by_owner[plan.vpc_id], *inbound),
                "public names": plan.public_names,
                "guests": plan.guests,
                **self._names[plan.vpc_id].parts_of(plan.name_view),
            },
        )
        await self._put_edge(plan.vpc_id, {"endpoints": _endpoint_rows(plan.endpoints, by_owner)})

    async def complete(self) -> None:
        """Everything has been published once: what processes have besides, of a former daemon's, goes. Raises
        SubscriberFailed."""
        await self._edge.complete()
        await self._local_services.complete()

    async def withdraw_endpoints(self, plan: Plan, former: Plan, places: Iterable[Place]) -> None:
        """Takes those endpoints and addresses from the edge that `plan` has no more, while its resets still find the
        way; the others stay as they were."""
        by_owner = {place.owner_id: place for place in places}
        await self._put_edge(plan.vpc_id, {"endpoints": _endpoint_rows(endpoints_that_stay(plan, former), by_owner)})

    async def withdraw(self, vpc_id: str) -> None:
        self._names.pop(vpc_id, None)
        await self._put_edge(vpc_id, {})
        await self._put_local(vpc_id, {})

    async def publish_internet(self, plan: InternetPlan, place: Place) -> None:
        uplink = [Place(UPLINK, "", None)] if plan.has_uplink else []
        names: tuple[Row, ...] = (*plan.public_names, *plan.public_hosts, *plan.catalogues, *uplink)
        await self._put_local("internet", {"names": names})
        await self._put_edge("internet", {"services": (place, *plan.public_services, *plan.catalogues)})

    async def publish_callers(self, plan: CallerPlan) -> None:
        limits = [] if plan.control_policies is None else [plan.control_policies]
        callers: tuple[Row, ...] = (*limits, *plan.access_keys, *plan.users, *plan.roles)
        await self._put_edge(plan.account_id, {"callers": callers, "resources": plan.service_resources})

    async def _put_edge(self, owner: str, parts: Parts) -> None:
        await _put(self._edge, self._at_edge, owner, parts)

    async def _put_local(self, owner: str, parts: Parts) -> None:
        await _put(self._local_services, self._at_local, owner, parts)


async def _put(publisher: Publisher, known: dict[str, Parts], owner: str, parts: Parts) -> None:
    """Rows that are the very ones of last time are not looked at, unless something of all that was sent is amiss."""
    former = known.pop(owner, {})
    if any(parts.values()):
        known[owner] = parts
    new, gone = (list(_rows(parts)), list(_rows(former))) if publisher.is_troubled else changed_rows(former, parts)
    await publisher.replace(new, map(row_id, gone))


def _rows(parts: Parts) -> Iterator[Row]:
    return chain.from_iterable(parts.values())


def _owners(known: Mapping[str, Parts], keys: frozenset[str]) -> frozenset[str]:
    if EVERYTHING in keys:
        return frozenset(known)
    return frozenset(owner for owner, parts in known.items() if any(row.key in keys for row in _rows(parts)))


def _failing(publisher: Publisher, parts: Parts, kinds: tuple[type[Row], ...]) -> dict[str, str]:
    """By key of the rows of these kinds: what needs the rest of a process's rows alone cannot fail by itself."""
    failing = publisher.failing
    if not failing:
        return {}
    keys = (row.key for row in _rows(parts) if isinstance(row, kinds))
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


def _endpoint_rows(endpoints: Iterable[Endpoint], places: Mapping[str, Place]) -> tuple[Row, ...]:
    """Without a place the driver could not make it, and has said so."""
    placed = ((endpoint, places.get(endpoint.vpc_endpoint_id)) for endpoint in endpoints)
    return tuple(row for endpoint, place in placed if place is not None for row in (endpoint, place))
