"""Connection tracking where a packet crosses the router twice, by way of an appliance.

The second crossing must be a connection of its own, or it would pass for a part of the first, past groups and
translations. So each direction of a connection belongs to the zone of the leg by which its packets come in: the
original one's is set by the link of arrival, the reply's by the leg to which the first packets go on (the appliance
sends the replies back). One address, two ports and two zones then tell four streams of packets apart, and none needs
another source port.

Of a packet that goes through an appliance, what is known as established counts only with a connection that has a zone,
made by way of one: the groups of an appliance also see the one-way traffic that returns by another way.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from skywalk.drivers.interface_names import DeviceKind, interface_name
from skywalk.drivers.linux.ruleset import Chain
from skywalk.drivers.linux.sets import DataType, Element, SetDeclaration
from skywalk.plan.places import INTERNET
from skywalk.plan.plan import Plan
from skywalk.plan.routes import TargetKind
from skywalk.values.addresses import Address

INTERNET_DEVICE: Final = "internet"

ZONE_SETS: Final = (
    SetDeclaration("leg_zone", (DataType.DEVICE,), DataType.ZONE, key_of="iifname"),
    SetDeclaration("appliance", (DataType.DEVICE,)),
    SetDeclaration("toward_appliance", (DataType.DEVICE,), DataType.VERDICT, key_of="fib daddr . mark oifname"),
    # A public address is translated after tracking: where it leads is not the route's to say.
    SetDeclaration("public_address_zone", (DataType.ADDRESS,), DataType.ZONE, key_of="ip daddr"),
)


def zone_chains(plan: Plan) -> Iterator[Chain]:
    """Empty where the plan has no zones, so that nothing is looked up for nothing."""
    has_zones = bool(plan.conntrack_zones)
    yield Chain("zones", _ZONE_RULES if has_zones else ())
    yield Chain("tracked_out", _tracked_rules("iifname") if has_zones else ("accept",))
    yield Chain("tracked_in", _tracked_rules("oifname") if has_zones else ("accept",))
    for zone in sorted(set(_appliance_zones(plan).values())):
        yield Chain(_reply_chain(zone), (f"ct reply zone set {zone}",))


_ZONE_RULES = (
    # Only the first of them that sets a zone counts; two appliances in a row have one zone for both directions' ends.
    "ct original zone set iifname map @leg_zone",
    'iifname "internet" ct reply zone set ip daddr map @public_address_zone',
    'iifname != "internet" fib daddr . mark oifname vmap @toward_appliance',
)


def _tracked_rules(device_field: str) -> tuple[str, ...]:
    return (
        f"{device_field} != @appliance accept",
        "ct original zone != 0 accept",
        "ct reply zone != 0 accept",
    )


def zone_elements(plan: Plan) -> dict[str, frozenset[Element]]:
    appliances = {_port_device(eni): zone for eni, zone in _appliance_zones(plan).items()}
    return {
        "leg_zone": frozenset(Element((leg_device(zone.leg),), data=zone.zone) for zone in plan.conntrack_zones),
        "appliance": frozenset(Element((device,)) for device in appliances),
        "toward_appliance": frozenset(
            Element((device,), data=_reply_chain(zone)) for device, zone in appliances.items()
        ),
        "public_address_zone": frozenset(_public_address_zones(plan)),
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


def _appliance_zones(plan: Plan) -> dict[str, int]:
    """By network interface."""
    return {row.leg: row.zone for row in plan.conntrack_zones if row.leg.startswith("eni-")}


def _public_address_zones(plan: Plan) -> Iterator[Element]:
    """Those of translated addresses to which the internet gateway's route table leads through an appliance, and of
    appliances' own."""
    zones = _appliance_zones(plan)
    for row in plan.translations if zones else ():
        if isinstance(row.public_address, IPv4Address):
            zone = zones.get(_way_in(plan, row.private_address) or row.network_interface_id)
            if zone is not None:
                yield Element((row.public_address,), data=zone)


def _way_in(plan: Plan, address: Address) -> str | None:
    """The port to which the internet gateway's route table leads what is for an address; None for its own."""
    leading = [
        (route.destination.prefixlen, route.target_kind, route.target_id)
        for route in plan.routes
        if route.route_table_id == plan.router.gateway_route_table_id
        and isinstance(route.destination, IPv4Network)
        and address in route.destination
    ]
    _, kind, target = max(leading, default=(0, TargetKind.LOCAL, ""))
    return target if kind is TargetKind.PORT else None
