"""Call: who asks, where, and through what an action reads, writes, and draws ids and times."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from skywalk.actions.chosen_ids import ChosenIds
from skywalk.identity.caller import Caller
from skywalk.policy.context import NO_ENDPOINT, Context
from skywalk.policy.organization import NO_MEMBERS, Members
from skywalk.resources.resource import Resource
from skywalk.resources.store import Transaction
from skywalk.resources.views import Show
from skywalk.values.chance import Chance
from skywalk.values.clock import Clock
from skywalk.values.ids import mint
from skywalk.values.quotas import NO_QUOTAS, Quotas
from skywalk.values.scope import GLOBAL_REGION, Scope

R = TypeVar("R", bound=Resource)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Call:
    """One API call: the region is the one of its signature, the transaction is open. With `region_key` sessions are
    made (`identity.session`). `network` are the condition keys of the call itself, whoever calls; `behind` names the
    VPCs that do not obey their newest change yet."""

    caller: Caller
    region: str
    tx: Transaction
    clock: Clock
    chance: Chance
    request_id: str
    region_key: bytes
    chosen_ids: ChosenIds = field(default_factory=ChosenIds)
    network: Context = field(default_factory=lambda: NO_ENDPOINT)
    behind: Callable[[], Collection[str]] = frozenset
    members: Members = field(default_factory=lambda: NO_MEMBERS)
    """The accounts of the organization, if there is one."""
    quotas: Quotas = NO_QUOTAS

    @property
    def scope(self) -> Scope:
        return Scope(self.caller.account_id, self.region)

    @property
    def global_scope(self) -> Scope:
        """The scope of IAM's resources."""
        return Scope(self.caller.account_id, GLOBAL_REGION)

    def views(self, show: Show[R, V], resources: Iterable[R]) -> list[V]:
        """Each of them as `show` shows it; remembered, so that only what has changed is shown anew."""
        return self.tx.views.show(show, resources, self.clock)

    def mint(self, prefix: str) -> str:
        """A new id that nothing has: the one that the request chose, or one by chance."""
        chosen = self.chosen_ids.take(prefix, self.tx)
        if chosen is not None:
            return chosen
        while True:
            resource_id = mint(prefix, self.chance)
            if not self.tx.holds(resource_id):
                return resource_id
