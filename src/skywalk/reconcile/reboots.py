"""Reboots: asked for in the store, obeyed by the driver, noted in the store.

An instance's counts say what is still to be done, so that a reboot survives the end of the daemon in its middle; one
that was obeyed and not noted is done once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.snapshot import Snapshot
from skywalk.resources.store import Store

_ON = (InstanceState.PENDING, InstanceState.RUNNING)


def outstanding_reboots(snapshot: Snapshot) -> dict[str, int]:
    """Instance id → the count that is reached with the next reboot: several that were asked for meanwhile are one."""
    return {
        instance.id: instance.reboots_asked
        for instance in snapshot.instances.values()
        if instance.state in _ON and instance.reboots_asked > instance.reboots_done
    }


def write_reboots(store: Store, obeyed: Mapping[str, int]) -> None:
    """Notes what the driver has done."""
    with store.transaction() as tx:
        for instance_id, count in obeyed.items():
            instance = tx.get(Instance, instance_id)
            if instance is not None and instance.reboots_done < count:
                tx.put(replace(instance, reboots_done=count))
