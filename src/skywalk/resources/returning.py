"""What is stored as running and is not back on the machine since the daemon's start.

Stored states say what was so when the last daemon ended, and a start writes nothing. So that answers say what is so
now, this is kept in memory beside them: of the VPCs named here instances, endpoints and NAT gateways are shown as
`pending` until an apply has brought them back, attachments to such instances as `attaching`. Peering connections and
route tables are agreements: they are as they are stored. What actions may do depends on the stored states alone: an
instance that is coming back may be stopped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar, cast

from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.nat_gateway import NatGateway, NatGatewayState
from skywalk.resources.network_interface import NetworkInterface, ReturningAttachment
from skywalk.resources.resource import Resource
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState

R = TypeVar("R", bound=Resource)


class Returning:
    """By VPC, since that is what is applied."""

    def __init__(self) -> None:
        self._expected: dict[str, frozenset[str] | None] = {}
        """VPC id → those of its resources that are not back; None: nothing of it is."""
        self._shown: dict[str, tuple[Resource, Resource]] = {}

    def expect_all(self, vpc_id: str) -> None:
        """Nothing of this VPC is on the machine."""
        self._expected[vpc_id] = None

    def expect(self, vpc_id: str, resource_ids: Iterable[str]) -> None:
        """These alone are not; none: the VPC is back."""
        missing = frozenset(resource_ids)
        if missing:
            self._expected[vpc_id] = missing
        elif vpc_id in self._expected:
            del self._expected[vpc_id]
            if not self._expected:
                self._shown.clear()

    def includes(self, vpc_id: str, resource_id: str) -> bool:
        if vpc_id not in self._expected:
            return False
        missing = self._expected[vpc_id]
        return missing is None or resource_id in missing

    def as_they_are(self, resources: list[R]) -> list[R]:
        """The same ones with the states that are true now."""
        return [self.as_it_is(resource) for resource in resources] if self._expected else resources

    def as_it_is(self, resource: R) -> R:
        """The resource with the state that is true now; the very same one wherever nothing is to be said of it."""
        if resource.shard is None or not self.includes(resource.shard, _on_the_machine(resource)):
            return resource
        kept = self._shown.get(resource.id)
        if kept is None or kept[0] is not resource:
            kept = self._shown[resource.id] = (resource, _pending(resource))
        return cast("R", kept[1])


def _on_the_machine(resource: Resource) -> str:
    """The id of what is back or is not: an interface is where its instance is."""
    attached_to = resource.instance_id if isinstance(resource, NetworkInterface) else None
    return attached_to or resource.id


def _pending(resource: Resource) -> Resource:
    if isinstance(resource, NetworkInterface) and resource.attachment is not None and resource.instance_id:
        return replace(resource, attachment=ReturningAttachment.of(resource.attachment))
    if isinstance(resource, Instance) and resource.state is InstanceState.RUNNING:
        return replace(resource, state=InstanceState.PENDING)
    if isinstance(resource, VpcEndpoint) and resource.state is VpcEndpointState.AVAILABLE:
        return replace(resource, state=VpcEndpointState.PENDING)
    if isinstance(resource, NatGateway) and resource.state is NatGatewayState.AVAILABLE:
        return replace(resource, state=NatGatewayState.PENDING)
    return resource
