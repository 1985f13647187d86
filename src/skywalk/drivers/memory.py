"""A driver that remembers: for tests of what stands above drivers, and for dry runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress

from skywalk.drivers.driver import ApplyReport, Connections, Findings, GuestEnd, GuestEntrance, LinkCounters
from skywalk.plan.places import INTERNET, UPLINK, Place
from skywalk.plan.plan import InternetPlan, Plan


class MemoryDriver:
    """Keeps the plans it was given; fails for the resources it was told to fail for.

    A failing resource is reported and its plan is not remembered as applied, as with a real driver. A peering waits for
    the first apply of the other VPC.
    """

    def __init__(self, found: frozenset[str] = frozenset()) -> None:
        self.plans: dict[str, Plan] = {}
        self.internet: InternetPlan | None = None
        self.applied: list[Plan] = []
        self.running: set[str] = set()
        self.forgotten: list[str] = []
        self.restarted: list[str] = []
        self.consoles: dict[str, bytes] = {}
        self._routers: set[str] = set()
        self._places: dict[str, tuple[Place, ...]] = {}
        self.counters: dict[str, LinkCounters] = {}
        self.connections: dict[str, Connections] = {}
        self._found = set(found)
        self._failing: dict[str, str] = {}
        self._drifted: set[str] = set()
        self._ended: dict[str, GuestEnd] = {}
        self._watched = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def fail(self, resource_id: str, step: str) -> None:
        """From now on an apply that has this resource (or the VPC of this id) fails with `step`."""
        self._failing[resource_id] = step

    def heal(self, resource_id: str) -> None:
        self._failing.pop(resource_id, None)

    def observe(self) -> frozenset[str]:
        return frozenset(self._found)

    @property
    def watched(self) -> int | None:
        return self._watched[0]

    def change_by_hand(self, subject: str) -> None:
        """Somebody else changes what was applied for a VPC (or for the internet)."""
        self._drifted.add(subject)
        os.write(self._watched[1], b"1")

    def end_guest(self, instance_id: str, end: GuestEnd) -> None:
        """A guest ends that nobody asked to."""
        self.running.discard(instance_id)
        self._ended[instance_id] = end
        os.write(self._watched[1], b"1")

    def look(self) -> Findings:
        found = Findings(frozenset(self._drifted), dict(self._ended))
        self._drifted.clear()
        self._ended.clear()
        with suppress(BlockingIOError):
            os.read(self._watched[0], 1 << 10)
        return found

    def running_guests(self, vpc_id: str) -> frozenset[str]:
        return frozenset(self.running) if vpc_id in self._found | self._routers else frozenset()

    def apply_internet(self, plan: InternetPlan) -> ApplyReport:
        failures = {key: self._failing[key] for key in (INTERNET, UPLINK) if key in self._failing}
        if INTERNET not in failures:
            self.internet = plan
        return ApplyReport(failures)

    def apply(self, plan: Plan) -> ApplyReport:
        self._found.discard(plan.vpc_id)
        self.applied.append(plan)
        self._routers.add(plan.vpc_id)
        failures = {key: step for key, step in self._failing.items() if key in _resources(plan)}
        waits_for = frozenset(each.peer_vpc_id for each in plan.peerings if each.peer_vpc_id not in self._routers)
        for peering in plan.peerings:
            if peering.peer_vpc_id in waits_for:
                failures[peering.vpc_peering_connection_id] = f"router of {peering.peer_vpc_id} is not there yet"
        if not failures:
            self.plans[plan.vpc_id] = plan
        self._places[plan.vpc_id] = _places(plan, failures)
        return ApplyReport(failures, waits_for)

    def run_guests(self, plan: Plan) -> ApplyReport:
        ids = [guest.instance_id for guest in plan.guests]
        self.running.update(ids)
        return ApplyReport({one: self._failing[one] for one in ids if one in self._failing})

    def forget_guest(self, instance_id: str) -> None:
        self.forgotten.append(instance_id)

    def restart_guest(self, instance_id: str) -> None:
        self.restarted.append(instance_id)

    def console_output(self, instance_id: str) -> bytes:
        return self.consoles.get(instance_id, b"")

    def remove(self, vpc_id: str) -> None:
        self._routers.discard(vpc_id)
        self._places.pop(vpc_id, None)
        self.plans.pop(vpc_id, None)
        self._found.discard(vpc_id)

    def remove_unwanted(self) -> None:
        self._found.clear()

    def places(self, vpc_id: str) -> tuple[Place, ...]:
        return self._places.get(vpc_id, ())

    def internet_place(self) -> Place:
        return Place(INTERNET, "/memory/internet", None)

    def entrance(self, instance_id: str) -> GuestEntrance | None:
        if any(guest.instance_id == instance_id for plan in self.plans.values() for guest in plan.guests):
            return GuestEntrance(instance_id, init_pid=1, root="/", namespace=f"/memory/{instance_id}")
        return None

    def read_counters(self) -> Mapping[str, LinkCounters]:
        return dict(self.counters)

    def read_connections(self) -> Mapping[str, Connections]:
        return dict(self.connections)

    def __del__(self) -> None:
        for descriptor in self._watched:
            os.close(descriptor)

    def remove_all(self) -> None:
        self.plans.clear()
        self._routers.clear()
        self._places.clear()
        self._found.clear()
        self.internet = None


def _resources(plan: Plan) -> set[str]:
    """The ids of the resources whose rows a driver works on."""
    return {
        plan.vpc_id,
        *(segment.subnet_id for segment in plan.segments),
        *(port.network_interface_id for port in plan.ports),
        *(route.origin.resource_id for route in plan.routes),
        *(endpoint.vpc_endpoint_id for endpoint in plan.gateway_endpoints),
        *(port.owner_id for port in plan.endpoint_ports),
        *(port.network_interface_id for port in plan.endpoint_ports),
        *(guest.instance_id for guest in plan.guests),
        *(gateway.nat_gateway_id for gateway in plan.nat_gateways),
        *(peering.vpc_peering_connection_id for peering in plan.peerings),
    }


def _places(plan: Plan, failures: Mapping[str, str]) -> tuple[Place, ...]:
    """The VPC's own, and those of the endpoints that could be made."""
    endpoints = f"/memory/{plan.vpc_id}/endpoints"
    devices = {endpoint.vpc_endpoint_id: endpoint.vpc_endpoint_id for endpoint in plan.gateway_endpoints}
    devices.update((port.owner_id, "shared") for port in plan.endpoint_ports)
    router = Place(plan.vpc_id, f"/memory/{plan.vpc_id}/router", None)
    return (router, *(Place(owner, endpoints, device) for owner, device in devices.items() if owner not in failures))
