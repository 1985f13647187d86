"""Which instances, NAT gateways and network interfaces of a snapshot carry packets."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.compile.once import once
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.nat_gateway import NatGateway
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.snapshot import Snapshot

_ON = (InstanceState.PENDING, InstanceState.RUNNING)


@dataclass(frozen=True, slots=True)
class LiveInterface:
    """An interface and its host: an instance, or a NAT gateway."""

    eni: NetworkInterface
    host_id: str
    device_index: int


def live_instances(snapshot: Snapshot) -> list[Instance]:
    """Those that are starting or running, by id."""
    return [instance for _, instance in sorted(snapshot.instances.items()) if instance.state in _ON]


def live_nat_gateways(snapshot: Snapshot) -> list[tuple[NatGateway, NetworkInterface]]:
    """Those that are there, or soon will be, with their interfaces, by id. One that is to fail has none."""
    live = (nat for _, nat in sorted(snapshot.nat_gateways.items()) if nat.is_live)
    pairs = ((nat, snapshot.network_interfaces.get(nat.network_interface_id or "")) for nat in live)
    return [(nat, eni) for nat, eni in pairs if eni is not None]


@once
def instance_interfaces(snapshot: Snapshot) -> tuple[LiveInterface, ...]:
    """The interfaces of live instances, by id."""
    on = {instance.id for instance in live_instances(snapshot)}
    found = (
        LiveInterface(eni, eni.attachment.instance_id, eni.attachment.device_index)
        for eni in snapshot.network_interfaces.values()
        if eni.attachment is not None and eni.attachment.instance_id in on and eni.attachment.instance_id is not None
    )
    return tuple(sorted(found, key=lambda one: one.eni.id))


@once
def live_interfaces(snapshot: Snapshot) -> tuple[LiveInterface, ...]:
    """Those of live instances and of NAT gateways, by id."""
    gateways = [LiveInterface(eni, nat.id, 0) for nat, eni in live_nat_gateways(snapshot)]
    return tuple(sorted([*instance_interfaces(snapshot), *gateways], key=lambda one: one.eni.id))
