"""Results → states: the only way back from the machine to the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from skywalk.drivers.driver import ApplyReport
from skywalk.plan.plan import Plan
from skywalk.reconcile.nat_gateways import forget_nat_gateways, nat_gateway_failure, write_nat_gateways
from skywalk.reconcile.peering_links import age_peerings
from skywalk.reconcile.publication import RESOLVER
from skywalk.reconcile.resolver_endpoints import write_resolver_endpoints
from skywalk.resources.hosted_zone import HostedZoneChange
from skywalk.resources.idempotency_token import IdempotencyToken
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.nat_gateway import NatGateway
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.store import Store, Transaction
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from skywalk.values.clock import Clock

GONE_STAYS_VISIBLE = timedelta(hours=1)
"""How long Describe shows a terminated instance. Source: EC2 User Guide, "Terminate Amazon EC2 instances"."""

DELETED_ENDPOINT_STAYS_VISIBLE = timedelta(minutes=1)
TOKEN_IS_REMEMBERED = timedelta(hours=24)
ZONE_CHANGE_IS_REMEMBERED = timedelta(hours=24)
"""How long GetChange tells of a change; for how long AWS does is unconfirmed."""


def write_states(store: Store, clock: Clock, vpc_id: str, plan: Plan | None, report: ApplyReport) -> list[str]:
    """Moves the states of one VPC's instances, endpoints and NAT gateways to what the machine now does.

    Answers the ids of the instances that have ended for good with it.
    """
    with store.transaction() as tx:
        ending = [one.id for one in tx.of_vpc(Instance, vpc_id) if one.state is InstanceState.SHUTTING_DOWN]
        guests = {guest.instance_id for guest in plan.guests} if plan else set()
        # A VPC that failed itself is tried again: nothing can be said meanwhile of what has no failure of its own.
        # An instance is not up without its resolver and metadata; an endpoint is, and without any other one.
        has_failed = vpc_id in report.failures
        has_services = not has_failed and RESOLVER not in report.failures
        for instance in tx.of_vpc(Instance, vpc_id):
            failure = _failure(tx, instance, report.failures)
            if failure is None and not has_services and instance.state is InstanceState.PENDING:
                continue
            _write_instance(tx, clock, instance, instance.id in guests, failure)
        served = served_endpoints(plan) if plan else frozenset()
        for endpoint in tx.of_vpc(VpcEndpoint, vpc_id):
            if not report.failures and endpoint.state is VpcEndpointState.AVAILABLE and endpoint.failure is None:
                continue
            failure = endpoint_failure(endpoint, report.failures)
            if failure is None and has_failed and endpoint.state is VpcEndpointState.PENDING:
                continue
            _write_endpoint(tx, clock, endpoint, endpoint.id in served, failure)
        write_nat_gateways(tx, clock.now(), vpc_id, plan, report.failures)
        write_resolver_endpoints(tx, vpc_id, plan, report.failures)
        ended = [tx.get(Instance, instance_id) for instance_id in ending]
        return [one.id for one in ended if one is not None and one.state is InstanceState.TERMINATED]


def served_endpoints(plan: Plan) -> frozenset[str]:
    """The ids of the endpoints that a plan carries."""
    return frozenset(endpoint.vpc_endpoint_id for endpoint in plan.endpoints)


def missing(store: Store, vpc_id: str, failures: Mapping[str, str]) -> frozenset[str]:
    """The ids of one VPC's instances, endpoints and NAT gateways that an apply with these failures has not made."""
    if not failures:
        return frozenset()
    instances = (one.id for one in store.of_vpc(Instance, vpc_id) if _failure(store, one, failures))
    endpoints = (one.id for one in store.of_vpc(VpcEndpoint, vpc_id) if endpoint_failure(one, failures))
    gateways = (one.id for one in store.of_vpc(NatGateway, vpc_id) if nat_gateway_failure(one, failures))
    return frozenset((*instances, *endpoints, *gateways))


def _failure(tx: Transaction | Store, instance: Instance, failures: Mapping[str, str]) -> str | None:
    """Why an instance cannot run: its own failure, or that of one of its interfaces."""
    if not failures:
        return None
    interfaces = (eni.id for eni in tx.referring(NetworkInterface, instance.id))
    found = (failures.get(resource_id) for resource_id in (instance.id, *interfaces))
    return next((failure for failure in found if failure), None)


def endpoint_failure(endpoint: VpcEndpoint, failures: Mapping[str, str]) -> str | None:
    """Its own, or that of one of its interfaces."""
    if not failures:
        return None
    found = (failures.get(resource_id) for resource_id in (endpoint.id, *endpoint.network_interface_ids))
    return next((failure for failure in found if failure), None)


def _write_instance(tx: Transaction, clock: Clock, instance: Instance, is_guest: bool, failure: str | None) -> None:
    if instance.state is InstanceState.PENDING and is_guest:
        if failure is None:
            tx.put(replace(instance, state=InstanceState.RUNNING))
        else:
            reason = f"Server.InternalError: {failure}"
            # One that has run before keeps what it has written, and may be started again.
            end = InstanceState.STOPPING if instance.has_run else InstanceState.SHUTTING_DOWN
            tx.put(replace(instance, state=end, state_reason_code="Server.InternalError", state_reason_message=reason))
    elif instance.state is InstanceState.STOPPING and not is_guest and failure is None:
        tx.put(replace(instance, state=InstanceState.STOPPED, reboots_done=instance.reboots_asked))
        _release_assigned_addresses(tx, instance)
    elif instance.state is InstanceState.SHUTTING_DOWN and not is_guest and failure is None:
        tx.put(replace(instance, state=InstanceState.TERMINATED, terminated_at=clock.now()))
        _release_interfaces(tx, instance)


def _release_assigned_addresses(tx: Transaction, instance: Instance) -> None:
    """A stopped instance has its Elastic IP addresses and no other public one."""
    for eni in tx.referring(NetworkInterface, instance.id):
        tx.put(eni.without_assigned_address())


def _release_interfaces(tx: Transaction, instance: Instance) -> None:
    for eni in tx.referring(NetworkInterface, instance.id):
        if eni.attachment is None:
            continue
        if eni.attachment.delete_on_termination:
            tx.remove(eni.id)
        else:
            tx.put(replace(eni.without_assigned_address(), attachment=None))


def _write_endpoint(tx: Transaction, clock: Clock, endpoint: VpcEndpoint, is_served: bool, failure: str | None) -> None:
    if endpoint.state is VpcEndpointState.DELETING and not is_served and failure is None:
        _end_endpoint(tx, replace(endpoint, state=VpcEndpointState.DELETED, deleted_at=clock.now()))
    elif is_served and endpoint.holds_routes:  # it may have been deleted while it was applied
        # A failed one stays in the plan and is tried again: it becomes available once packets can pass.
        state = VpcEndpointState.AVAILABLE if failure is None else VpcEndpointState.FAILED
        if (endpoint.state, endpoint.failure) != (state, failure):
            tx.put(replace(endpoint, state=state, failure=failure))


def _end_endpoint(tx: Transaction, endpoint: VpcEndpoint) -> None:
    """Its interfaces go, and it holds no subnets and groups any more."""
    for eni_id in endpoint.network_interface_ids:
        tx.remove(eni_id)
    tx.put(replace(endpoint, subnet_ids=(), network_interface_ids=(), security_group_ids=()))


def forget_old(store: Store, clock: Clock) -> None:
    """Takes away what Describe no longer shows, and ClientTokens that have expired."""
    now = clock.now()
    with store.transaction() as tx:
        age_peerings(tx, now)
        for instance in tx.of_type(Instance):
            if instance.terminated_at is not None and now - instance.terminated_at >= GONE_STAYS_VISIBLE:
                tx.remove(instance.id)
        for endpoint in tx.of_type(VpcEndpoint):
            deleted_at = endpoint.deleted_at
            if deleted_at is not None and now - deleted_at >= DELETED_ENDPOINT_STAYS_VISIBLE:
                tx.remove(endpoint.id)
        forget_nat_gateways(tx, now)
        for change in tx.of_type(HostedZoneChange):
            if now - change.submitted_at >= ZONE_CHANGE_IS_REMEMBERED:
                tx.remove(change.id)
        for token in tx.of_type(IdempotencyToken):
            if now - token.created_at >= TOKEN_IS_REMEMBERED:
                tx.remove(token.id)
