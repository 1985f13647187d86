"""The filters where the edge listens: a VPC's endpoint namespace and the internet. Default drop, in and out.

Nothing but the services' ports answers: no ICMP, no other port. What nobody listens on is refused by the kernel
with a reset, which passes as an answer of that port.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from skywalk.drivers.interface_names import DeviceKind, interface_name
from skywalk.drivers.linux.layout import ENDPOINTS
from skywalk.drivers.linux.port_pieces import INTERFACE_SERVICE, PortBook, PortLayout
from skywalk.drivers.linux.ruleset import Chain, Ruleset, version_chain
from skywalk.drivers.linux.sets import DataType, Element, SetDeclaration, interval_elements
from skywalk.plan.plan import InternetPlan, Plan
from skywalk.values.addresses import Network

_INPUT = "type filter hook input priority 0; policy drop;"
_OUTPUT = "type filter hook output priority 0; policy drop;"
_FORWARD = "type filter hook forward priority 0; policy drop;"
_TO_PUBLIC = "type nat hook postrouting priority 100; policy accept;"

_ENDPOINT_SERVICE = SetDeclaration("service", (DataType.DEVICE, DataType.SERVICE))
_INTERFACE_SERVICE = SetDeclaration(INTERFACE_SERVICE, (DataType.ADDRESS, DataType.PROTOCOL, DataType.SERVICE))
_ENDPOINT_CHAINS = (
    Chain(
        "to_services",
        (
            "iifname . tcp dport @service accept",
            'iifname "n-*" ip daddr . meta l4proto . th dport @interface_service accept',
        ),
        _INPUT,
    ),
    Chain(
        "from_services",
        (
            "oifname . tcp sport @service accept",
            'oifname "n-*" ip saddr . meta l4proto . th sport @interface_service accept',
        ),
        _OUTPUT,
    ),
    Chain("through", (), _FORWARD),
)
_ENDPOINT_SETS = (_ENDPOINT_SERVICE, _INTERFACE_SERVICE)
_ENDPOINT_VERSION = version_chain(_ENDPOINT_SETS, _ENDPOINT_CHAINS)

_INTERNET_SERVICE = SetDeclaration("service", (DataType.ADDRESS, DataType.SERVICE), is_interval=True)
_INTERNET_CHAINS = (
    Chain("to_services", ('iifname "v-*" ip daddr . tcp dport @service accept',), _INPUT),
    Chain("from_services", ('oifname "v-*" ip saddr . tcp sport @service accept',), _OUTPUT),
    # From one internet gateway to another's public addresses; there are routes to nothing else.
    Chain("through", ('iifname "v-*" oifname "v-*" accept',), _FORWARD),
)
_INTERNET_VERSION = version_chain((_INTERNET_SERVICE,), _INTERNET_CHAINS)

UPLINK_DEVICE: Final = "uplink"
"""The region's end of the uplink, in the internet namespace."""

NOT_PUBLIC: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3",
    )
)  # fmt: skip
"""Addresses that nobody has on the internet, among them all that the region gives to instances. Source: IANA IPv4
Special-Purpose Address Registry; multicast and what is reserved."""

_NOT_PUBLIC_SET = SetDeclaration("not_public", (DataType.ADDRESS,), is_interval=True)
_UPLINK_CHAINS = (
    *_INTERNET_CHAINS[:2],
    Chain(
        "through",
        (
            *_INTERNET_CHAINS[2].rules,
            f'iifname "v-*" oifname "{UPLINK_DEVICE}" ip daddr != @{_NOT_PUBLIC_SET.name} accept',
            f'iifname "{UPLINK_DEVICE}" oifname "v-*" ct state established,related accept',
        ),
        _FORWARD,
    ),
    Chain("to_uplink", (f'oifname "{UPLINK_DEVICE}" masquerade',), _TO_PUBLIC),
)
_UPLINK_SETS = (_INTERNET_SERVICE, _NOT_PUBLIC_SET)
_UPLINK_VERSION = version_chain(_UPLINK_SETS, _UPLINK_CHAINS)


def endpoint_ruleset(plan: Plan, ports: PortLayout | None = None) -> Ruleset:
    """Each gateway endpoint's ports, on its own device only; each interface endpoint's at its own addresses. `ports`
    is what the plan's ports add, where that is known."""
    ports = ports or PortBook().read(plan)
    services = frozenset(
        Element((interface_name(DeviceKind.ENDPOINT, endpoint.vpc_endpoint_id), port))
        for endpoint in plan.gateway_endpoints
        for port in endpoint.ports
    )
    elements = {_ENDPOINT_SERVICE.name: services, **ports.elements(ENDPOINTS)}
    return _ruleset(_ENDPOINT_SETS, elements, (*_ENDPOINT_CHAINS, _ENDPOINT_VERSION))


def internet_ruleset(plan: InternetPlan) -> Ruleset:
    """Each public service's ports at its own addresses; with an uplink what goes on to it, from one address."""
    networks: dict[int, list[Network]] = defaultdict(list)
    for service in plan.sites:
        for port in service.ports:
            networks[port].extend(service.networks)
    services = frozenset(
        Element((interval.key[0], port), (last, port))
        for port, found in networks.items()
        for interval in interval_elements(found)
        for last in interval.last or ()
        if isinstance(last, IPv4Address)
    )
    elements = {_INTERNET_SERVICE.name: services}
    if plan.has_uplink:
        elements[_NOT_PUBLIC_SET.name] = interval_elements(NOT_PUBLIC)
        return _ruleset(_UPLINK_SETS, elements, (*_UPLINK_CHAINS, _UPLINK_VERSION))
    return _ruleset((_INTERNET_SERVICE,), elements, (*_INTERNET_CHAINS, _INTERNET_VERSION))


def _ruleset(
    sets: tuple[SetDeclaration, ...], elements: Mapping[str, frozenset[Element]], chains: tuple[Chain, ...]
) -> Ruleset:
    return Ruleset(
        sets={each.name: each for each in sets},
        chains={each.name: each for each in chains},
        elements={name: found for name, found in elements.items() if found},
    )
