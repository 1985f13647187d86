"""Router (VPC), Segment (subnet), Port (network interface)."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.plan.origin import Origin
from skywalk.values.addresses import Address, Network


@dataclass(frozen=True, slots=True, order=True)
class Router:
    """The VPC itself: every packet of its instances crosses this router.

    `resolver_addresses` is empty when the VPC has DNS support turned off; `has_internet` says that an internet
    gateway is attached, and `gateway_route_table_id` is the route table of what comes in by it, if it has one.
    """

    vpc_id: str
    networks: tuple[Network, ...]
    resolver_addresses: tuple[Address, ...]
    has_internet: bool
    gateway_route_table_id: str | None
    origin: Origin

    @property
    def key(self) -> str:
        return self.vpc_id


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """A subnet: its network, the router's address in it (base plus one), its route table and its network ACL."""

    subnet_id: str
    network: Network
    router_address: Address
    route_table_id: str
    network_acl_id: str
    availability_zone: str
    origin: Origin

    @property
    def key(self) -> str:
        return self.subnet_id


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """A network interface that carries packets: that of an instance or of a NAT gateway, its *host*.

    `addresses` are its private addresses, the primary one first; `mac` is `02:…` in lower case. Without `is_filtered`
    security groups say nothing of it: it lets everything through, and nothing names it.
    """

    network_interface_id: str
    subnet_id: str
    route_table_id: str
    mac: str
    addresses: tuple[Address, ...]
    prefix_length: int
    router_address: Address
    security_group_ids: tuple[str, ...]
    is_filtered: bool
    source_dest_check: bool
    host_id: str
    device_index: int
    origin: Origin

    @property
    def key(self) -> str:
        return self.network_interface_id


@dataclass(frozen=True, slots=True, order=True)
class EndpointPort:
    """A network interface in the VPC's endpoint namespace: of an interface endpoint or of a resolver endpoint, its
    *owner*. It has no link of its own: groups, ACLs and route table are known by its address.

    It answers on `services` alone, pairs of IP protocol number and port, and begins no connection.
    """

    network_interface_id: str
    owner_id: str
    subnet_id: str
    route_table_id: str
    address: Address
    security_group_ids: tuple[str, ...]
    services: tuple[tuple[int, int], ...]
    origin: Origin

    @property
    def key(self) -> str:
        return self.network_interface_id


@dataclass(frozen=True, slots=True, order=True)
class ConntrackZone:
    """The conntrack zone of connections that begin with a packet from one leg of the router: `leg` is a network
    interface id, an endpoint id, or `internet`. Connections from other legs, and replies from everywhere, are in
    zone 0. Needed where one packet crosses twice: its second crossing, from an appliance, is a connection of its
    own, to be filtered and translated."""

    leg: str
    zone: int
    origin: Origin

    @property
    def key(self) -> str:
        return self.leg
