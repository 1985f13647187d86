"""Connection tracking where a packet crosses the router twice, by way of an appliance.

The second crossing must be a connection of its own, or it would pass for a part of the first, past groups and
translations. A zone of the appliance's keeps the two apart. In the kernel a packet finds a connection by its addresses
and by the zone of the direction that it has in it; which direction that is nobody knows before. What a packet is given,
as (zone if it is the original direction, zone if it is the reply), with A the appliance's zone:

    sent on by the appliance, out of the VPC                   A 0   its reply may come by the gateway, translated
    sent on by the appliance, into the VPC                     A A
      but TCP between two of the VPC, not the first packet     A 0   may be the reply to what the appliance changed
    by way of the appliance, out of the VPC                    0 A   the appliance sends the reply on
    everything else                                            0 0   what an appliance says itself, among others

So all streams of packets of one connection are told apart, and none needs another source port. NAT gateways have no
zone: they change addresses always, which keeps their crossings apart.

What is known as established passes an appliance's groups only if the connection has gone by an appliance before (its
mark says so): groups of an appliance see also what goes through it in one direction alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from skywalk.drivers.interface_names import DeviceKind, interface_name
from skywalk.drivers.linux.ruleset import Chain
from skywalk.drivers.linux.sets import DataType, Element, SetDeclaration
from skywalk.plan.places import INTERNET
from skywalk.plan.plan import Plan

INTERNET_DEVICE: Final = "internet"

ZONE_SETS: Final = (
    SetDeclaration("leg_zone", (DataType.DEVICE,), DataType.ZONE, key_of="iifname"),
    SetDeclaration("appliance", (DataType.DEVICE,)),
    SetDeclaration("toward_appliance", (DataType.DEVICE,), DataType.VERDICT, key_of="fib daddr . mark oifname"),
)

_BY_WAY_OF_AN_APPLIANCE = 1
"""The mark of connections."""

_OF_THE_LEG = "iifname map @leg_zone"
_SENT_ON = "iifname . ip saddr != @port_address"
_ZONE_RULES = (
    # Only the first that sets a zone counts.
    f"{_SENT_ON} ip daddr != @vpc ct original zone set {_OF_THE_LEG}",
    f"{_SENT_ON} ip saddr @vpc tcp flags & (syn | ack) != syn ct original zone set {_OF_THE_LEG}",
    f"{_SENT_ON} ct zone set {_OF_THE_LEG}",
    'iifname "p-*" ip daddr != @vpc fib daddr . mark oifname vmap @toward_appliance',
)


def zone_chains(plan: Plan) -> Iterator[Chain]:
    """Chains for what comes in, for what is established, and for what has passed. They do nothing where the plan has no
    appliances, so that nothing is looked up for nothing."""
    zones = _appliance_zones(plan)
    yield Chain("zones", _ZONE_RULES if _leg_zones(plan) else ())
    for name, field in (("tracked_out", "iifname"), ("tracked_in", "oifname")):
        rules = f"{field} != @appliance accept", f"ct mark {_BY_WAY_OF_AN_APPLIANCE} accept"
        yield Chain(name, rules if zones else ("accept",))
    marking = f"ct mark set {_BY_WAY_OF_AN_APPLIANCE}"
    yield Chain("passed", tuple(f"{field} @appliance {marking}" for field in ("iifname", "oifname")) if zones else ())
    for zone in sorted(set(zones.values())):
        yield Chain(_reply_chain(zone), (f"ct reply zone set {zone}",))


def zone_elements(plan: Plan) -> dict[str, frozenset[Element]]:
    zones = _appliance_zones(plan)
    devices = {_port_device(eni): zone for eni, zone in zones.items()}
    return {
        "leg_zone": frozenset(Element((leg_device(leg),), data=zone) for leg, zone in _leg_zones(plan).items()),
        "appliance": frozenset(Element((device,)) for device in devices),
        "toward_appliance": frozenset(Element((device,), data=_reply_chain(zone)) for device, zone in devices.items()),
    }


def leg_device(leg: str) -> str:
    """The device of a leg of the router: a network interface's, an endpoint's or the internet's."""
    if leg == INTERNET:
        return INTERNET_DEVICE
    return _port_device(leg) if leg.startswith("eni-") else interface_name(DeviceKind.ENDPOINT, leg)


def _port_device(network_interface_id: str) -> str:
    return interface_name(DeviceKind.PORT, network_interface_id)


def _reply_chain(zone: int) -> str:
    return f"reply-zone-{zone}"


def _leg_zones(plan: Plan) -> dict[str, int]:
    """All legs of one appliance have one zone: what comes in by one may be sent on by another."""
    gateways = {gateway.network_interface_id for gateway in plan.nat_gateways}
    zones = {row.leg: row.zone for row in plan.conntrack_zones if row.leg not in gateways}
    of_host: dict[str, int] = {}
    for port in sorted(plan.ports, key=lambda port: port.device_index):
        if port.network_interface_id in zones:
            zones[port.network_interface_id] = of_host.setdefault(port.host_id, zones[port.network_interface_id])
    return zones


def _appliance_zones(plan: Plan) -> dict[str, int]:
    """By network interface."""
    return {leg: zone for leg, zone in _leg_zones(plan).items() if leg.startswith("eni-")}
