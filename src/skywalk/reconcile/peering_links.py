"""Peering connections between apply and store: which sides carry packets, who waits for whom, and what becomes of
their states.

A link has two sides, each part of its own VPC's plan: a connection is active when both carry packets, and deleted when
neither does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from skywalk.drivers.driver import ApplyReport
from skywalk.plan.plan import Plan
from skywalk.resources.store import Store, Transaction
from skywalk.resources.vpc_peering_connection import PeeringStatus, VpcPeeringConnection


class PeeringLinks:
    """What each VPC's last apply said of its sides."""

    def __init__(self) -> None:
        self._carried: dict[str, frozenset[str]] = {}
        """VPC id → ids of peering connections whose packets its side lets through."""
        self._waiting: dict[str, frozenset[str]] = {}
        """VPC id → ids of the VPCs whose routers have to be there first."""

    def note(self, plan: Plan, report: ApplyReport) -> None:
        waits_for, planned = frozenset(report.waits_for), {one.key: one for one in plan.peerings}
        former = self._carried.get(plan.vpc_id, frozenset())
        works = {key for key, one in planned.items() if key not in report.failures and one.peer_vpc_id not in waits_for}
        # After a failure nobody knows what is still there of a side that was to go.
        remains = former - planned.keys() if report.failures else frozenset()
        if plan.vpc_id in report.failures:
            works &= former
        self._carried[plan.vpc_id] = frozenset(works) | remains
        self._waiting[plan.vpc_id] = waits_for
        for other in report.unsettles:
            self._carried[other] = self._carried.get(other, frozenset()) - planned.keys()

    def forget(self, vpc_id: str) -> None:
        self._carried.pop(vpc_id, None)
        self._waiting.pop(vpc_id, None)

    def waiting_for(self, vpc_id: str) -> list[str]:
        """VPCs whose next apply can do more, now that this one is there."""
        return [other for other, awaited in self._waiting.items() if vpc_id in awaited]

    def status_of(self, peering: VpcPeeringConnection) -> PeeringStatus:
        """What its status is to be by now."""
        carried = [self._carries(vpc_id, peering.id) for vpc_id in (peering.requester_vpc_id, peering.accepter_vpc_id)]
        if peering.status is PeeringStatus.PROVISIONING and all(carried):
            return PeeringStatus.ACTIVE
        if peering.status is PeeringStatus.DELETING and not any(carried):
            return PeeringStatus.DELETED
        return peering.status

    def _carries(self, vpc_id: str, peering_id: str) -> bool:
        return peering_id in self._carried.get(vpc_id, ())


def write_peerings(store: Store, links: PeeringLinks, vpc_id: str) -> None:
    """Moves the statuses of one VPC's peering connections to what the machine now does."""
    present = [(one, links.status_of(one)) for one in store.referring(VpcPeeringConnection, vpc_id)]
    changed = [_with_status(one, status) for one, status in present if status is not one.status]
    if changed:
        with store.transaction() as tx:
            for peering in changed:
                tx.put(peering)


def age_peerings(tx: Transaction, now: datetime) -> None:
    """Requests that nobody answered expire; what no side sees any more goes."""
    for peering in tx.of_type(VpcPeeringConnection):
        current = peering.at(now)
        owners = (current.scope.account_id, current.accepter_scope.account_id)
        if not any(current.is_visible_to(account_id, now) for account_id in owners):
            tx.remove(peering.id)
        elif current is not peering:
            tx.put(current)


def _with_status(peering: VpcPeeringConnection, status: PeeringStatus) -> VpcPeeringConnection:
    message = "Active" if status is PeeringStatus.ACTIVE else f"Deleted by {peering.ended_by}"
    return replace(peering, status=status, status_message=message)
