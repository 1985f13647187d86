"""States of NAT gateways: from what the machine now does, and with time.

A pending gateway becomes `available` when the plan with it was applied, `failed` when that failed or when it was
stored with a reason why it cannot work. An available one never fails: what goes wrong later is in the region's status
and tried again, as AWS repairs its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from skywalk.plan.plan import Plan
from skywalk.resources.nat_gateway import NatGateway, NatGatewayState
from skywalk.resources.store import Transaction

GONE_STAYS_VISIBLE = timedelta(hours=1)
"""How long Describe shows a deleted or failed gateway. Source: VPC User Guide, "NAT gateways": about an hour."""


def write_nat_gateways(
    tx: Transaction, now: datetime, vpc_id: str, plan: Plan | None, failures: Mapping[str, str]
) -> None:
    """Moves the states of one VPC's gateways."""
    applied = {row.nat_gateway_id for row in plan.nat_gateways} if plan else set()
    for nat in tx.of_vpc(NatGateway, vpc_id):
        failure = nat_gateway_failure(nat, failures)
        if nat.state is NatGatewayState.PENDING:
            _write_pending(tx, now, nat, nat.id in applied and vpc_id not in failures, failure)
        elif nat.state is NatGatewayState.DELETING and nat.id not in applied and failure is None:
            _end(tx, replace(nat, state=NatGatewayState.DELETED, deleted_at=nat.deleted_at or now))


def nat_gateway_failure(nat: NatGateway, failures: Mapping[str, str]) -> str | None:
    """Its own, or that of its interface."""
    return failures.get(nat.id) or failures.get(nat.network_interface_id or "")


def _write_pending(tx: Transaction, now: datetime, nat: NatGateway, is_applied: bool, failure: str | None) -> None:
    failed = replace(nat, state=NatGatewayState.FAILED, deleted_at=now)
    if nat.failure_code is not None:
        tx.put(failed)
    elif failure is not None:
        _end(tx, replace(failed, failure_code="InternalError", failure_message=failure))
    elif is_applied:
        tx.put(replace(nat, state=NatGatewayState.AVAILABLE))


def _end(tx: Transaction, nat: NatGateway) -> None:
    """Its interface goes, and with it the association of its Elastic IP address, which is free again."""
    if nat.network_interface_id is not None:
        tx.remove(nat.network_interface_id)
    tx.put(nat)


def forget_nat_gateways(tx: Transaction, now: datetime) -> None:
    for nat in tx.of_type(NatGateway):
        if nat.deleted_at is not None and now - nat.deleted_at >= GONE_STAYS_VISIBLE:
            tx.remove(nat.id)
