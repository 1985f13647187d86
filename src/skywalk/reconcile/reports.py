"""What the edge reports: service resources that it saw made, changed and deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from skywalk.resources.role import Role
from skywalk.resources.service_resource import ServiceResource
from skywalk.resources.store import Change, Store, Transaction
from skywalk.resources.user import User
from skywalk.values.errors import SkywalkError
from skywalk.values.scope import Scope

APPLY_SECONDS = 5.0


class Reports:
    """Stores what is reported; answers when every process obeys it. A SkywalkError is a refusal."""

    def __init__(self, store: Store, settled: Callable[[Change], Awaitable[None]]) -> None:
        self._store = store
        self._settled = settled

    async def take(self, subject: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """`put_resource` (`arn`, `account_id`, `region`, `policy`; `principals`: the unique ids of the users and roles
        that the policy names, by their ARNs, where there are any) and `delete_resource` (`arn`)."""
        with self._store.transaction() as tx:
            if subject == "put_resource":
                _put(tx, data)
            elif subject == "delete_resource":
                _delete(tx, data["arn"])
            else:
                raise SkywalkError(f"{subject} is not taken")
        if tx.change is not None:
            await self._wait(tx.change)
        return {}

    async def _wait(self, change: Change) -> None:
        try:
            async with asyncio.timeout(APPLY_SECONDS):
                await self._settled(change)
        except TimeoutError:
            raise SkywalkError(f"stored, but not obeyed by every process within {APPLY_SECONDS:g} s") from None


def _put(tx: Transaction, data: Mapping[str, Any]) -> None:
    """A resource keeps its first owner: a name that another account has is refused."""
    arn, owner = data["arn"], Scope(data["account_id"], data["region"])
    present = tx.get(ServiceResource, arn)
    if present is None and tx.holds(arn):
        raise SkywalkError(f"{arn} is no service's resource")
    if present is not None and present.scope.account_id != owner.account_id:
        raise SkywalkError(f"{arn} belongs to another account")
    for named, unique_id in data.get("principals", {}).items():
        # Who was there when the policy was read may be gone by now, and another one may have the name.
        known = tx.get(User, named) or tx.get(Role, named)
        if known is None or known.unique_id != unique_id:
            raise SkywalkError(f"{named} is not who it was")
    tx.put(ServiceResource(id=arn, scope=present.scope if present else owner, policy=data["policy"]))


def _delete(tx: Transaction, arn: str) -> None:
    if tx.get(ServiceResource, arn) is not None:
        tx.remove(arn)
