"""Instances that ended by themselves, in the store.

A shutdown from inside is what InstanceInitiatedShutdownBehavior says. A restart from inside changes no state, and
neither does a killed init: the instance is started anew with its disk, as AWS recovers one whose host has failed.
Source: EC2 User Guide, "Change instance initiated shutdown behavior"; EC2 API, StateReason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from skywalk.drivers.driver import GuestEnd
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.store import Store

_REASON = "Client.InstanceInitiatedShutdown"
_ON = (InstanceState.PENDING, InstanceState.RUNNING)


def write_ends(store: Store, ended: Mapping[str, GuestEnd]) -> frozenset[str]:
    """Notes shutdowns; answers the ids of the VPCs in which instances are to be started anew."""
    restarting = set()
    with store.transaction() as tx:
        for instance_id, end in ended.items():
            instance = tx.get(Instance, instance_id)
            if instance is None or instance.state not in _ON:
                continue
            if end is GuestEnd.SHUTDOWN:
                tx.put(_shut_down(instance))
            else:
                restarting.add(instance.vpc_id)
    return frozenset(restarting)


def _shut_down(instance: Instance) -> Instance:
    is_kept = instance.shutdown_behavior == "stop"
    return replace(
        instance,
        state=InstanceState.STOPPING if is_kept else InstanceState.SHUTTING_DOWN,
        state_reason_code=_REASON,
        state_reason_message=f"{_REASON}: Instance initiated shutdown",
    )
