"""Small plans, built up: a VPC with what a test needs in it.

    vpc = VpcBuilder("vpc-0000000000000000a", "10.0.0.0/16")
    vpc.subnet("subnet-…", "10.0.1.0/24", table="rtb-…")
    vpc.port("eni-…", "10.0.1.10", subnet="subnet-…", instance="i-…", groups=("sg-…",))
    vpc.allow("sg-…", "in", protocol=6, ports=(443, 443), network="10.0.0.0/16")
    vpc.acl_rule("acl-…", "in", 90, allow=False, protocol=6, ports=(22, 22), network="10.0.2.0/24")
    driver.apply(vpc.plan())

Ids come from `resource_id("eni", 3)`; rows can be changed and taken out between plans. Subnets have the network ACL
`OPEN_ACL`, which lets everything through, unless another is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TypeVar

from skywalk.plan.filters import Direction, FilterRule, GroupMembers, PrefixSet
from skywalk.plan.guests import Guest
from skywalk.plan.name_views import NameView
from skywalk.plan.nat_gateways import NatGateway
from skywalk.plan.network_acls import AclRule
from skywalk.plan.origin import Origin
from skywalk.plan.peerings import Peering
from skywalk.plan.plan import InternetPlan, Plan
from skywalk.plan.routes import Route, TargetKind
from skywalk.plan.segments import ConntrackZone, EndpointPort, Port, Router, Segment
from skywalk.plan.services import GatewayEndpoint, PublicService
from skywalk.plan.translations import Translation
from skywalk.values.addresses import Address, Network

T = TypeVar("T")

TCP, UDP, ICMP = 6, 17, 1
S3_NETWORK = "52.216.0.0/15"
S3_ADDRESS = "52.216.10.20"
ACCOUNT = "123456789012"
OPEN_ACL = "acl-00000000000000000"


def resource_id(prefix: str, number: int) -> str:
    return f"{prefix}-{number:017x}"


def _origin(resource: str) -> Origin:
    return Origin(resource, "test")


@dataclass
class VpcBuilder:
    """One VPC. The maps hold its rows by key."""

    vpc_id: str
    network: str = "10.0.0.0/16"
    has_internet: bool = False
    more_networks: tuple[str, ...] = ()
    gateway_table: str | None = None
    segments: dict[str, Segment] = field(default_factory=dict)
    ports: dict[str, Port] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    prefix_sets: dict[str, PrefixSet] = field(default_factory=dict)
    rules: dict[str, FilterRule] = field(default_factory=dict)
    acl_rules: dict[str, AclRule] = field(default_factory=dict)
    foreign_members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nat_gateways: dict[str, NatGateway] = field(default_factory=dict)
    peerings: dict[str, Peering] = field(default_factory=dict)
    translations: dict[str, Translation] = field(default_factory=dict)
    zones: dict[str, ConntrackZone] = field(default_factory=dict)
    endpoints: dict[str, GatewayEndpoint] = field(default_factory=dict)
    endpoint_ports: dict[str, EndpointPort] = field(default_factory=dict)
    guests: dict[str, Guest] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.acl_rule(OPEN_ACL, "in", 100)
        self.acl_rule(OPEN_ACL, "out", 100)

    def subnet(self, subnet_id: str, network: str, table: str, acl: str = OPEN_ACL) -> None:
        parsed = ip_network(network)
        self.segments[subnet_id] = Segment(subnet_id, parsed, parsed[1], table, acl, "us-east-1a", _origin(subnet_id))
        self._move_ports(subnet_id)

    def _move_ports(self, subnet_id: str) -> None:
        for port in [each for each in self.ports.values() if each.subnet_id == subnet_id]:
            self.port(
                port.network_interface_id,
                *map(str, port.addresses),
                subnet=subnet_id,
                instance=port.host_id,
                groups=port.security_group_ids,
                device_index=port.device_index,
                source_dest_check=port.source_dest_check,
                is_filtered=port.is_filtered,
            )
        for each in [each for each in self.endpoint_ports.values() if each.subnet_id == subnet_id]:
            self.endpoint_port(
                each.network_interface_id,
                str(each.address),
                subnet=subnet_id,
                owner=each.owner_id,
                groups=each.security_group_ids,
                services=each.services,
            )

    def port(
        self,
        eni: str,
        *addresses: str,
        subnet: str,
        instance: str,
        groups: tuple[str, ...] = (),
        device_index: int = 0,
        source_dest_check: bool = True,
        is_filtered: bool = True,
    ) -> None:
        segment = self.segments[subnet]
        self.ports[eni] = Port(
            network_interface_id=eni,
            subnet_id=subnet,
            route_table_id=segment.route_table_id,
            mac="02:" + ":".join(f"{byte:02x}" for byte in (0, *ip_address(addresses[0]).packed)),
            addresses=tuple(ip_address(each) for each in addresses),
            prefix_length=segment.network.prefixlen,
            router_address=segment.router_address,
            security_group_ids=tuple(sorted(groups)),
            is_filtered=is_filtered,
            source_dest_check=source_dest_check,
            host_id=instance,
            device_index=device_index,
            origin=_origin(eni),
        )

    def allow(
        self,
        group: str,
        direction: str,
        *,
        protocol: int = -1,
        ports: tuple[int, int] = (-1, -1),
        network: str | None = None,
        peer_group: str | None = None,
        prefix_list: str | None = None,
        rule_id: str | None = None,
    ) -> str:
        key = rule_id or resource_id("sgr", len(self.rules) + 1)
        self.rules[key] = FilterRule(
            rule_id=key,
            security_group_id=group,
            direction=Direction(direction),
            protocol=protocol,
            from_port=ports[0],
            to_port=ports[1],
            peer_network=ip_network(network) if network else None,
            peer_group_id=peer_group,
            peer_prefix_list_id=prefix_list,
            origin=_origin(group),
        )
        return key

    def allow_all(self, group: str) -> None:
        self.allow(group, "in", network="0.0.0.0/0", rule_id=f"{group}-all-in")
        self.allow(group, "out", network="0.0.0.0/0", rule_id=f"{group}-all-out")

    def acl_rule(
        self,
        acl: str,
        direction: str,
        number: int,
        *,
        allow: bool = True,
        protocol: int = -1,
        ports: tuple[int, int] = (-1, -1),
        network: str = "0.0.0.0/0",
    ) -> str:
        rule = AclRule(
            acl, Direction(direction), number, allow, protocol, ports[0], ports[1], ip_network(network), _origin(acl)
        )
        self.acl_rules[rule.key] = rule
        return rule.key

    def nat_gateway(self, nat_gateway_id: str, eni: str, address: str, *, subnet: str, public: str | None) -> None:
        self.port(eni, address, subnet=subnet, instance=nat_gateway_id, source_dest_check=False, is_filtered=False)
        self.nat_gateways[nat_gateway_id] = NatGateway(
            nat_gateway_id, eni, ip_address(address), _origin(nat_gateway_id)
        )
        if public is not None:
            self.public_address(eni, public)

    def peer(self, peering_id: str, vpc_id: str, *networks: str) -> None:
        """This VPC's side of a peering with the VPC of those networks."""
        self.peerings[peering_id] = Peering(peering_id, vpc_id, tuple(map(_network, networks)), _origin(peering_id))

    def prefix_list(self, prefix_list_id: str, *networks: str) -> None:
        self.prefix_sets[prefix_list_id] = PrefixSet(
            prefix_list_id, tuple(sorted(map(_network, networks), key=str)), _origin(prefix_list_id)
        )

    def route(self, table: str, destination: str, kind: str, target: str) -> str:
        route = Route(table, ip_network(destination), TargetKind(kind), target, _origin(target))
        self.routes[route.key] = route
        return route.key

    def public_address(self, eni: str, public: str, private: str | None = None) -> None:
        """Of the port's primary address, or of the `private` one named."""
        inside = ip_address(private) if private else self.ports[eni].addresses[0]
        self.translations[public] = Translation(ip_address(public), inside, eni, _origin(eni))

    def endpoint(self, endpoint_id: str, *tables: str, networks: tuple[str, ...] = (S3_NETWORK,)) -> None:
        """A gateway endpoint for S3 and its routes in the tables named."""
        self.endpoints[endpoint_id] = GatewayEndpoint(
            endpoint_id, self.vpc_id, ACCOUNT, "us-east-1", "s3", tuple(map(_network, networks)), (80, 443), "{}",
            _origin(endpoint_id),
        )  # fmt: skip
        for table in tables:
            for network in networks:
                self.route(table, network, "gateway_endpoint", endpoint_id)

    def remove_endpoint(self, endpoint_id: str) -> None:
        del self.endpoints[endpoint_id]
        self.routes = {key: route for key, route in self.routes.items() if route.target_id != endpoint_id}

    def endpoint_port(
        self,
        eni: str,
        address: str,
        *,
        subnet: str,
        owner: str,
        groups: tuple[str, ...] = (),
        services: tuple[tuple[int, int], ...] = ((TCP, 443),),
    ) -> None:
        """A network interface of an interface endpoint, or of whatever else the `owner` is."""
        self.endpoint_ports[eni] = EndpointPort(
            network_interface_id=eni,
            owner_id=owner,
            subnet_id=subnet,
            route_table_id=self.segments[subnet].route_table_id,
            address=ip_address(address),
            security_group_ids=tuple(sorted(groups)),
            services=services,
            origin=_origin(eni),
        )

    def zone(self, leg: str, zone: int) -> None:
        self.zones[leg] = ConntrackZone(leg, zone, _origin(leg))

    def guest(self, instance: str) -> None:
        self.guests[instance] = Guest(
            instance, ACCOUNT, "us-east-1", "us-east-1a", "use1-az1", "t3.micro", "ami-1", "x86_64", "host", "internal",
            (), "r-1", 0, "2026-01-01T00:00:00.000Z", "", None, None, None, None, True, False, 1, (), _origin(instance),
        )  # fmt: skip

    def plan(self) -> Plan:
        network = ip_network(self.network)
        networks = (network, *map(_network, self.more_networks))
        resolvers = (network[2], ip_address("169.254.169.253"))
        origin = _origin(self.vpc_id)
        return Plan(
            vpc_id=self.vpc_id,
            router=Router(self.vpc_id, networks, resolvers, self.has_internet, self.gateway_table, origin),
            segments=_sorted(self.segments),
            ports=_sorted(self.ports),
            routes=_sorted(self.routes),
            group_members=self._members(),
            prefix_sets=_sorted(self.prefix_sets),
            filter_rules=_sorted(self.rules),
            acl_rules=_sorted(self.acl_rules),
            translations=_sorted(self.translations),
            conntrack_zones=_sorted(self.zones),
            nat_gateways=_sorted(self.nat_gateways),
            peerings=_sorted(self.peerings),
            gateway_endpoints=_sorted(self.endpoints),
            guests=_sorted(self.guests),
            name_view=NameView(self.vpc_id, resolvers, True, "ec2.internal", networks, (), origin),
            endpoint_ports=_sorted(self.endpoint_ports),
        )

    def _members(self) -> tuple[GroupMembers, ...]:
        groups = {rule.peer_group_id for rule in self.rules.values() if rule.peer_group_id}
        return tuple(
            GroupMembers(group, tuple(sorted(self._members_of(group), key=str)), _origin(group))
            for group in sorted(groups)
        )

    def _members_of(self, group: str) -> set[Address]:
        own = (port.addresses for port in self.ports.values() if group in port.security_group_ids)
        endpoints = {each.address for each in self.endpoint_ports.values() if group in each.security_group_ids}
        foreign = map(ip_address, self.foreign_members.get(group, ()))
        return {*(address for addresses in own for address in addresses), *endpoints, *foreign}


def internet_plan(*services: tuple[str, str, tuple[int, ...]]) -> InternetPlan:
    """Public services as (name, network, ports)."""
    return InternetPlan(
        tuple(
            PublicService(
                name,
                "us-east-1",
                (ip_network(network),),
                (ip_network(network)[1],),
                (f"{name}.example",),
                ports,
                _origin(name),
            )
            for name, network, ports in services
        ),
        (),
        (),
    )


def _network(text: str) -> Network:
    return ip_network(text)


def _sorted(rows: dict[str, T]) -> tuple[T, ...]:
    return tuple(row for _, row in sorted(rows.items()))
