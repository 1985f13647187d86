"""The filters where the edge listens: a VPC's endpoint namespace and the internet. Default drop, in and out.

Nothing but the services' ports answers: no ICMP, no other port. What nobody listens on is refused by the kernel
with a reset, which passes as an answer of that port.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from ipaddress import IPv4Address

from skywalk.drivers.interface_names import DeviceKind, interface_name
from skywalk.drivers.linux.ruleset import Chain, Ruleset, version_chain
from skywalk.drivers.linux.sets import DataType, Element, SetDeclaration, interval_elements
from skywalk.plan.plan import InternetPlan, Plan
from skywalk.values.addresses import Network

_INPUT = "type filter hook input priority 0; policy drop;"
_OUTPUT = "type filter hook output priority 0; policy drop;"
_FORWARD = "type filter hook forward priority 0; policy drop;"

_ENDPOINT_SERVICE = SetDeclaration("service", (DataType.DEVICE, DataType.SERVICE))
_INTERFACE_SERVICE = SetDeclaration("interface_service", (DataType.ADDRESS, DataType.PROTOCOL, DataType.SERVICE))
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


def endpoint_ruleset(plan: Plan) -> Ruleset:
    """Each gateway endpoint's ports, on its own device only; each interface endpoint's at its own addresses."""
    services = frozenset(
        Element((interface_name(DeviceKind.ENDPOINT, endpoint.vpc_endpoint_id), port))
        for endpoint in plan.gateway_endpoints
        for port in endpoint.ports
    )
    at_addresses = frozenset(
        Element((port.address, protocol, number))
        for port in plan.endpoint_ports
        for protocol, number in port.services
        if isinstance(port.address, IPv4Address)
    )
    elements = {_ENDPOINT_SERVICE.name: services, _INTERFACE_SERVICE.name: at_addresses}
    return _ruleset(_ENDPOINT_SETS, elements, (*_ENDPOINT_CHAINS, _ENDPOINT_VERSION))


def internet_ruleset(plan: InternetPlan) -> Ruleset:
    """Each public service's ports at its own addresses."""
    networks: dict[int, list[Network]] = defaultdict(list)
    for service in plan.public_services:
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
    return _ruleset((_INTERNET_SERVICE,), elements, (*_INTERNET_CHAINS, _INTERNET_VERSION))


def _ruleset(
    sets: tuple[SetDeclaration, ...], elements: Mapping[str, frozenset[Element]], chains: tuple[Chain, ...]
) -> Ruleset:
    return Ruleset(
        sets={each.name: each for each in sets},
        chains={each.name: each for each in chains},
        elements={name: found for name, found in elements.items() if found},
    )
