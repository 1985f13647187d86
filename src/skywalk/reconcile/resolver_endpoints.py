"""States of inbound resolver endpoints: from what the machine now does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from skywalk.plan.plan import Plan
from skywalk.resources.resolver_endpoint import ResolverEndpoint, ResolverEndpointStatus
from skywalk.resources.store import Transaction


def write_resolver_endpoints(tx: Transaction, vpc_id: str, plan: Plan | None, failures: Mapping[str, str]) -> None:
    """Moves the states of one VPC's endpoints. Where all failed it is tried again: nothing is said of it meanwhile."""
    applied = {row.endpoint_id: row.addresses for row in plan.name_view.inbound} if plan else {}
    for endpoint in tx.of_vpc(ResolverEndpoint, vpc_id):
        failure = resolver_endpoint_failure(endpoint, failures)
        if not endpoint.answers:
            if endpoint.id not in applied and failure is None:
                _end(tx, endpoint)
        elif failure is not None:
            tx.put(replace(endpoint, status=ResolverEndpointStatus.ACTION_NEEDED, failure=failure))
        elif vpc_id not in failures and applied.get(endpoint.id) == tuple(one.address for one in endpoint.addresses):
            tx.put(replace(endpoint, status=ResolverEndpointStatus.OPERATIONAL, failure=None))


def resolver_endpoint_failure(endpoint: ResolverEndpoint, failures: Mapping[str, str]) -> str | None:
    """Its own, or that of one of its interfaces."""
    found = (failures.get(one) for one in (endpoint.id, *(each.network_interface_id for each in endpoint.addresses)))
    return next((failure for failure in found if failure), None)


def _end(tx: Transaction, endpoint: ResolverEndpoint) -> None:
    for one in endpoint.addresses:
        tx.remove(one.network_interface_id)
    tx.remove(endpoint.id)
