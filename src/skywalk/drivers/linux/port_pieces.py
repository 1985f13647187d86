"""What ports, interface endpoints' ports and groups' members add to a VPC's layout, remembered from plan to plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, ip_network
from typing import Final

from skywalk.drivers.interface_names import DeviceKind, interface_name
from skywalk.drivers.linux.acl_chains import AclChains
from skywalk.drivers.linux.group_chains import GroupChains
from skywalk.drivers.linux.inner_routes import inner_routed_segments
from skywalk.drivers.linux.layout import (
    ENDPOINTS,
    LOOPBACK,
    ROUTER,
    KernelRoute,
    KernelRule,
    Link,
    LinkAddress,
    Neighbour,
    Row,
    Setting,
)
from skywalk.drivers.linux.marks import route_table_marks
from skywalk.drivers.linux.pieces import Piece, Pieces
from skywalk.drivers.linux.routing import endpoints_device
from skywalk.drivers.linux.rtnetlink import RouteKind
from skywalk.drivers.linux.ruleset import Chain
from skywalk.drivers.linux.sets import Element
from skywalk.plan.filters import Direction, GroupMembers
from skywalk.plan.plan import Plan
from skywalk.plan.segments import EndpointPort, Port, Segment
from skywalk.values.addresses import Address, Network
from skywalk.values.changed_part import exchanged

LOCAL_TABLE: Final = 10
"""The VPC's local route, for every packet, marked or not: ARP is answered without marks."""

MAIN_TABLE: Final = 254
ANYWHERE: Final = ip_network("0.0.0.0/0")
ROUTER_MAC: Final = "06:00:00:00:00:01"
BEYOND_MAC: Final = "06:00:00:00:00:02"

INTERFACE_TABLES, INTERFACE_PRIORITY = 10000, 10000
"""In an instance: the number of a further interface's table less its device index, and the priority of its rules."""

ROUTE_TABLE_MAP: Final = "route_table"
"""The map from a port to the mark that chooses its route table."""

INTERFACE_SERVICE: Final = "interface_service"


@dataclass(frozen=True, slots=True)
class _Needs:
    """What of a plan's other rows a port depends on."""

    subnet_id: str
    route_table_id: str
    security_group_ids: tuple[str, ...]
    is_filtered: bool = True


@dataclass(frozen=True, slots=True)
class _Entries:
    """Where packets of a port go: the mark of its route table, and chains; `inner`: that of its subnet, where routes
    lead elsewhere than the local one. `shared` is the device of the VPC's interface endpoints."""

    shared: str
    mark: int
    inner: str | None
    group_out: str | None
    group_in: str | None
    acl_out: str
    acl_in: str


@dataclass(frozen=True, slots=True)
class PortLayout:
    """Of one plan: the pieces of its ports, and the chains that they enter."""

    ports: Piece
    endpoint_ports: Piece
    groups: GroupChains
    acls: AclChains
    inner: tuple[Segment, ...]

    def elements(self, namespace: str) -> dict[str, frozenset[Element]]:
        """By set. Ports and endpoints have none in common."""
        found = (*self.ports.elements.items(), *self.endpoint_ports.elements.items())
        return {name: elements for (there, name), elements in found if there == namespace}


class PortBook:
    """One VPC's."""

    def __init__(self) -> None:
        self._ports: Pieces[Port, _Needs, _Entries] = Pieces(_port_needs, _port_piece)
        self._endpoint_ports: Pieces[EndpointPort, _Needs, _Entries] = Pieces(
            _endpoint_port_needs, _endpoint_port_piece
        )
        self._members = MemberElements()

    def read(self, plan: Plan) -> PortLayout:
        groups, acls = GroupChains(plan, self._members.elements_of), AclChains(plan)
        self._members.keep(row.security_group_id for row in plan.group_members)
        inner, marks = inner_routed_segments(plan), route_table_marks(plan)
        shared = endpoints_device(plan.vpc_id)
        inner_chains = {segment.subnet_id: inner_chain(segment).name for segment in inner}

        def entries(needs: _Needs) -> _Entries:
            return _Entries(
                shared=shared,
                mark=marks[needs.route_table_id],
                inner=inner_chains.get(needs.subnet_id),
                group_out=groups.entry(needs.security_group_ids, Direction.OUT, is_filtered=needs.is_filtered),
                group_in=groups.entry(needs.security_group_ids, Direction.IN, is_filtered=needs.is_filtered),
                acl_out=acls.entry(needs.subnet_id, Direction.OUT),
                acl_in=acls.entry(needs.subnet_id, Direction.IN),
            )

        return PortLayout(
            self._ports.take(plan.ports, entries),
            self._endpoint_ports.take(plan.endpoint_ports, entries),
            groups,
            acls,
            inner,
        )


class MemberElements:
    """The elements of groups' sets of members."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[Address, ...], frozenset[Element]]] = {}

    def elements_of(self, row: GroupMembers) -> frozenset[Element]:
        former, elements = self._known.get(row.security_group_id, ((), frozenset[Element]()))
        gone, new = map(_addresses, exchanged(former, row.addresses))
        if gone or new:
            elements = elements - gone | new
        self._known[row.security_group_id] = row.addresses, elements
        return elements

    def keep(self, group_ids: Iterable[str]) -> None:
        """Those of other groups are forgotten."""
        self._known = {one: self._known[one] for one in group_ids if one in self._known}


def _addresses(addresses: Iterable[Address]) -> frozenset[Element]:
    return frozenset(Element((address,)) for address in addresses if isinstance(address, IPv4Address))


def inner_chain(segment: Segment) -> Chain:
    """What stays in its subnet is never led through an appliance, whatever the route table says of the VPC."""
    return Chain(f"{segment.subnet_id}-inner", (f"ip daddr {segment.network} meta mark set 0",))


def device_settings(device: str) -> tuple[tuple[str, str], ...]:
    """What a router's device is set to, by its name: ports answer for all of the VPC, at once (the kernel's own
    delay is up to 0.8 seconds, and there is no default for it to change in a namespace)."""
    if not device.startswith(f"{DeviceKind.PORT}-"):
        return ()
    return ((f"ipv4/conf/{device}/proxy_arp", "1"), (f"ipv4/neigh/{device}/proxy_delay", "0"))


# -- ports ------------------------------------------------------------------------------------------------------------


def _port_needs(port: Port) -> _Needs:
    return _Needs(port.subnet_id, port.route_table_id, port.security_group_ids, port.is_filtered)


def _port_piece(port: Port, entries: _Entries) -> Piece:
    device = interface_name(DeviceKind.PORT, port.network_interface_id)
    addresses = frozenset(Element((device, one)) for one in port.addresses if isinstance(one, IPv4Address))
    verdicts = {
        "inner_routed": entries.inner,
        "group_out": entries.group_out,
        "group_in": entries.group_in,
        "acl_out": entries.acl_out,
        "acl_in": entries.acl_in,
    }
    elements = {
        "port_address": addresses,
        "unchecked_port": frozenset[Element]() if port.source_dest_check else frozenset({Element((device,))}),
        ROUTE_TABLE_MAP: frozenset({Element((device,), data=entries.mark)}),
        **_by_key(device, verdicts),
    }
    rows = dict.fromkeys(_port_rows(port, device), port.network_interface_id)
    return Piece(rows, {(ROUTER, name): found for name, found in elements.items() if found})


def _port_rows(port: Port, device: str) -> Iterator[Row]:
    there, inside = port.host_id, f"eth{port.device_index}"
    yield Link(ROUTER, device, ROUTER_MAC, there, inside, port.mac, port.network_interface_id)
    yield from (Setting(ROUTER, path, value, device) for path, value in device_settings(device))
    for address in port.addresses:
        if isinstance(address, IPv4Address):
            yield LinkAddress(there, inside, address, port.prefix_length, port.device_index)
            yield Neighbour(ROUTER, device, address, port.mac)
            yield KernelRoute(ROUTER, LOCAL_TABLE, IPv4Network(address), RouteKind.UNICAST, device)
    yield Neighbour(there, inside, port.router_address, ROUTER_MAC)
    yield KernelRoute(
        there, MAIN_TABLE, ANYWHERE, RouteKind.UNICAST, inside, port.router_address, metric=port.device_index
    )
    if port.device_index > 0:
        yield from _further_interface_rows(port, inside)


def _further_interface_rows(port: Port, device: str) -> Iterator[Row]:
    """What an instance sends from an address of a further interface leaves by that interface, in its subnet too: as
    Amazon Linux sets it up. Source: EC2 User Guide, "Multiple network interfaces", ec2-net-utils."""
    there, table = port.host_id, INTERFACE_TABLES + port.device_index
    yield KernelRoute(there, table, ANYWHERE, RouteKind.UNICAST, device, port.router_address)
    yield KernelRoute(there, table, _network_of(port), RouteKind.UNICAST, device)
    for address in port.addresses:
        if isinstance(address, IPv4Address):
            yield KernelRule(there, INTERFACE_PRIORITY, 0, table, address)


def _network_of(port: Port) -> Network:
    return ip_network(f"{port.addresses[0]}/{port.prefix_length}", strict=False)


# -- interface endpoints' ports ---------------------------------------------------------------------------------------


def _endpoint_port_needs(port: EndpointPort) -> _Needs:
    return _Needs(port.subnet_id, port.route_table_id, port.security_group_ids)


def _endpoint_port_piece(port: EndpointPort, entries: _Entries) -> Piece:
    """Known by address, of what comes in alone where groups are concerned: endpoints begin nothing. Its address is a
    neighbour of the router's, as that of a port, so that network ACLs see where a hop leads."""
    address = port.address
    if not isinstance(address, IPv4Address):
        return Piece()
    rows: tuple[Row, ...] = (
        LinkAddress(ENDPOINTS, LOOPBACK, address, 32),
        Neighbour(ROUTER, entries.shared, address, BEYOND_MAC),
        KernelRoute(ROUTER, LOCAL_TABLE, IPv4Network(int(address)), RouteKind.UNICAST, entries.shared),
    )
    verdicts = {
        "endpoint_inner_routed": entries.inner,
        "endpoint_group_in": entries.group_in,
        "endpoint_acl_out": entries.acl_out,
        "endpoint_acl_in": entries.acl_in,
    }
    marks = {"endpoint_route_table": frozenset({Element((address,), data=entries.mark)})}
    services = frozenset(Element((address, protocol, number)) for protocol, number in port.services)
    elements = {(ROUTER, name): found for name, found in (marks | _by_key(address, verdicts)).items()}
    if services:
        elements[ENDPOINTS, INTERFACE_SERVICE] = services
    return Piece(dict.fromkeys(rows, port.owner_id), elements)


def _by_key(key: str | IPv4Address, chains: Mapping[str, str | None]) -> dict[str, frozenset[Element]]:
    """Maps from a port to the chain that its packets enter; a map has none where nothing lets one through."""
    return {name: frozenset({Element((key,), data=chain)}) for name, chain in chains.items() if chain is not None}
