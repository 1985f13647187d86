"""Which instances and network interfaces of a snapshot carry packets."""

from __future__ import annotations

from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.network_interface import Attachment, NetworkInterface
from skywalk.resources.snapshot import Snapshot

_ON = (InstanceState.PENDING, InstanceState.RUNNING)


def live_instances(snapshot: Snapshot) -> list[Instance]:
    """Those that are starting or running, by id."""
    return [instance for _, instance in sorted(snapshot.instances.items()) if instance.state in _ON]


def live_interfaces(snapshot: Snapshot) -> list[tuple[NetworkInterface, Attachment]]:
    """The interfaces of live instances, by id."""
    on = {instance.id for instance in live_instances(snapshot)}
    return [
        (eni, eni.attachment)
        for _, eni in sorted(snapshot.network_interfaces.items())
        if eni.attachment is not None and eni.attachment.instance_id in on
    ]
