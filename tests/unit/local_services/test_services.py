"""The resolver's rows come one by one; what is answered from them is what would be if they had all come at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, cast

import dns.message
import dns.rrset
import pytest

from skywalk.dns.forwarding import Forwarder
from skywalk.dns.known_names import PublicNames
from skywalk.dns.resolver import Resolver
from skywalk.drivers.memory import MemoryDriver
from skywalk.feed.publisher import Publisher
from skywalk.feed.rows import RowChange
from skywalk.local_services.packet_allowance import PacketAllowance
from skywalk.local_services.services import LocalServices
from skywalk.plan.name_views import PublicHosts, PublicName
from skywalk.plan.plan import Plan
from skywalk.plan.public_catalogue import PublicCatalogue
from skywalk.reconcile.loop import Reconciler
from skywalk.reconcile.publication import Publication
from skywalk.values.chance import SeededChance
from support.region import OTHER_ACCOUNT, Region
from support.region_mutations import RegionMutations, performing

STEPS, STEPS_BETWEEN_QUESTIONS = 160, 8
ALWAYS = (
    "www.corp.internal",
    "nobody.ec2.internal",
    "bucket.s3.us-east-1.amazonaws.com",
    "kms.us-east-1.amazonaws.com",
)


class Nobody:
    """Metadata and its credentials, for which nobody asks."""

    def forget(self, _instance_id: str) -> None:
        pass


class Told:
    """Local services that are told rows and open nothing, with resolvers that live as long as their VPCs."""

    def __init__(self, publisher: Publisher) -> None:
        nobody = cast("Any", Nobody())
        self.services = LocalServices(nobody, nobody, cast("PacketAllowance", None), Forwarder(SeededChance(0)))
        self._resolvers: dict[tuple[str, bool], Resolver] = {}
        publisher.attach(self._take)

    def _take(self, change: RowChange) -> None:
        self.services._take(change)

    def resolver(self, vpc_id: str, *, is_inbound: bool) -> Resolver:
        view, zones = self.services._views[vpc_id], self.services._zones[vpc_id]
        place = vpc_id, is_inbound
        if place not in self._resolvers:
            self._resolvers[place] = Resolver(view, self.services._public, zones, is_inbound=is_inbound)
        if self._resolvers[place].view is not view:
            self._resolvers[place].change_view(view)
        return self._resolvers[place]


def answered(resolver: Resolver, name: str) -> Any:
    """Without the order of addresses, which take turns."""
    reply = resolver.respond(dns.message.make_query(name, "A", id=1).to_wire())
    if reply is None:
        return None
    message = dns.message.from_wire(reply)
    return message.rcode(), shown(message.answer), shown(message.authority)


def shown(section: list[dns.rrset.RRset]) -> list[Any]:
    return sorted((each.name.to_text(), each.rdtype, each.ttl, sorted(map(str, each))) for each in section)


def names_of(plan: Plan, public: list[PublicName]) -> Iterator[str]:
    yield from ALWAYS
    yield from (host.name for host in plan.name_view.hosts)
    own = [name.name for name in public if ".vpce." in name.name]
    yield from (name.replace("*", "bucket") for name in own[-5:])
    for zone in plan.name_view.zones:
        yield from (zone.name, f"any.{zone.name}", f"b.www.{zone.name}")
        yield from (record.name.replace("*", "any") for record in zone.records)


def public_of(rows: list[Any]) -> PublicNames:
    """All at once."""
    public = PublicNames(
        [row for row in rows if isinstance(row, PublicName)], [row for row in rows if isinstance(row, PublicHosts)]
    )
    for row in rows:
        if isinstance(row, PublicCatalogue):
            public.put_catalogue(row)
    return public


@pytest.mark.parametrize("seed", range(2))
def test_what_is_told_row_by_row_is_answered_as_if_it_had_come_at_once(seed: int) -> None:
    async def story() -> None:
        region = Region(seed)
        mutations = RegionMutations(seed, performing(region.client()), performing(region.client(OTHER_ACCOUNT)))
        driver, local = MemoryDriver(), Publisher()
        told, asked = Told(local), 0
        reconciler = Reconciler(region.store, driver, Publication(Publisher(), local), region.clock)
        await reconciler.start()
        for step in range(STEPS):
            said = mutations.step()
            await reconciler.all_settled()
            if step % STEPS_BETWEEN_QUESTIONS:
                continue
            rows = list(local.rows.values())
            public, named = public_of(rows), [row for row in rows if isinstance(row, PublicName)]
            assert told.services._views.keys() == driver.plans.keys()
            for vpc_id, plan in driver.plans.items():
                for is_inbound in (False, True):
                    living = told.resolver(vpc_id, is_inbound=is_inbound)
                    fresh = Resolver(plan.name_view, public, is_inbound=is_inbound)
                    for name in set(names_of(plan, named)):
                        asked += 1
                        wanted = answered(fresh, name)
                        found = [answered(living, name) for _ in range(2)]  # the second one is remembered
                        assert found == [wanted, wanted], (said, vpc_id, is_inbound, name)
        await reconciler.stop()
        told.services.close()
        assert asked > 300, "else this proves little"

    asyncio.run(asyncio.wait_for(story(), 300))
