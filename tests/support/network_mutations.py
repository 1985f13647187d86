"""Random changes of one VPC's plan: anything that can change in the rows that the driver carries."""

from __future__ import annotations

import random
from dataclasses import dataclass

from skywalk.plan.segments import Port
from support.plans import ICMP, OPEN_ACL, TCP, VpcBuilder, resource_id

VPC = resource_id("vpc", 1)
TABLES = [resource_id("rtb", number) for number in range(1, 4)]
SUBNETS = [resource_id("subnet", number) for number in range(1, 4)]
GROUPS = [resource_id("sg", number) for number in range(1, 5)]
PREFIX_LISTS = [resource_id("pl", number) for number in range(1, 3)]
ENDPOINTS = [resource_id("vpce", number) for number in range(1, 4)]
ACLS = [OPEN_ACL, *(resource_id("acl", number) for number in range(1, 3))]
PEERS = [resource_id("vpc", number) for number in range(8, 10)]
PEERINGS = [resource_id("pcx", number) for number in range(1, 4)]
NETWORKS = ["52.216.0.0/15", "3.5.0.0/19", "54.231.0.0/16", "16.182.0.0/16"]


@dataclass
class Mutator:
    """Changes a VPC at random, in any way in which a plan can change."""

    vpc: VpcBuilder
    chance: random.Random
    made: int = 0

    def mutate(self) -> str:
        name = self.chance.choice([name for name in dir(self) if name.startswith("do_")])
        getattr(self, name)()
        return name

    def do_port(self) -> None:
        self.made += 1
        subnet = self.chance.choice(SUBNETS)
        place = SUBNETS.index(subnet) + 1
        self.vpc.port(
            resource_id("eni", self.made),
            f"10.0.{place}.{9 + self.made}",
            *([f"10.0.{place}.{120 + self.made}"] if self.chance.random() < 0.3 else []),
            subnet=subnet,
            instance=resource_id("i", self.made),
            groups=tuple(self.chance.sample(GROUPS, self.chance.randint(0, 3))),
            source_dest_check=self.chance.random() < 0.8,
        )

    def instance_ports(self) -> list[Port]:
        return [port for _, port in sorted(self.vpc.ports.items()) if port.is_filtered]

    def do_further_interface(self) -> None:
        """Of an instance that has one."""
        if ports := self.instance_ports():
            host = self.chance.choice(ports).host_id
            self.made += 1
            place = self.chance.randint(1, 3)
            self.vpc.port(
                resource_id("eni", self.made),
                f"10.0.{place}.{9 + self.made}",
                *([f"10.0.{place}.{120 + self.made}"] if self.chance.random() < 0.5 else []),
                subnet=SUBNETS[place - 1],
                instance=host,
                groups=(GROUPS[0],),
                device_index=1 + max(port.device_index for port in ports if port.host_id == host),
            )

    def do_secondary_address(self) -> None:
        """A port gets another address besides its first, or has the first alone again."""
        if ports := self.instance_ports():
            port = self.chance.choice(ports)
            self.made += 1
            first = str(port.addresses[0])
            more = [f"{first.rpartition('.')[0]}.{120 + self.made}"] if self.chance.random() < 0.7 else []
            self.vpc.port(
                port.network_interface_id,
                first,
                *more,
                subnet=port.subnet_id,
                instance=port.host_id,
                groups=port.security_group_ids,
                device_index=port.device_index,
                source_dest_check=port.source_dest_check,
            )

    def do_nat_gateway(self) -> None:
        self.made += 1
        place = self.chance.randint(1, 3)
        eni = resource_id("eni", self.made)
        self.vpc.nat_gateway(
            resource_id("nat", self.made),
            eni,
            f"10.0.{place}.{9 + self.made}",
            subnet=SUBNETS[place - 1],
            public=f"203.0.114.{self.made}" if self.chance.random() < 0.7 else None,
        )
        if self.chance.random() < 0.5:
            self.vpc.route(self.chance.choice(TABLES), "0.0.0.0/0", "port", eni)

    def do_remove_nat_gateway(self) -> None:
        if self.vpc.nat_gateways:
            gateway = self.vpc.nat_gateways.pop(self.chance.choice(sorted(self.vpc.nat_gateways)))
            self.remove_port(gateway.network_interface_id)

    def do_route_to_a_port(self) -> None:
        target = self.chance.choice([*sorted(self.vpc.ports), resource_id("eni", 999)])
        destination = self.chance.choice(["0.0.0.0/0", "10.0.0.0/16", "10.0.2.0/24", "10.0.3.0/24", "192.0.2.0/24"])
        self.vpc.route(self.chance.choice(TABLES), destination, "port", target)

    def do_local_route(self) -> None:
        self.vpc.route(self.chance.choice(TABLES), self.chance.choice(["10.0.0.0/16", "10.0.2.0/24"]), "local", "local")

    def do_gateway_table(self) -> None:
        self.vpc.gateway_table = self.chance.choice([None, *TABLES])

    def do_network(self) -> None:
        self.vpc.more_networks = self.chance.choice([(), ("10.7.0.0/16",), ("10.7.0.0/16", "10.8.0.0/16")])

    def do_acl_rule(self) -> None:
        self.vpc.acl_rule(
            self.chance.choice(ACLS[1:]),
            self.chance.choice(["in", "out"]),
            self.chance.randint(1, 5),
            allow=self.chance.random() < 0.7,
            protocol=self.chance.choice([TCP, -1, ICMP]),
            network=self.chance.choice(["0.0.0.0/0", "10.0.2.0/24"]),
        )

    def do_remove_acl_rule(self) -> None:
        if rules := [key for key, rule in self.vpc.acl_rules.items() if rule.network_acl_id != OPEN_ACL]:
            del self.vpc.acl_rules[self.chance.choice(sorted(rules))]

    def do_peering(self) -> None:
        peering = self.chance.choice(PEERINGS)
        networks = self.chance.sample(["10.20.0.0/16", "10.21.0.0/16", "10.30.0.0/24"], self.chance.randint(1, 3))
        # A peering is with one VPC for all its life.
        self.vpc.peer(peering, PEERS[PEERINGS.index(peering) % len(PEERS)], *networks)
        if self.chance.random() < 0.7:
            self.vpc.route(self.chance.choice(TABLES), networks[0], "peering", peering)

    def do_remove_peering(self) -> None:
        if self.vpc.peerings:
            del self.vpc.peerings[self.chance.choice(sorted(self.vpc.peerings))]

    def do_remove_port(self) -> None:
        if ports := self.instance_ports():
            self.remove_port(self.chance.choice(ports).network_interface_id)

    def remove_port(self, eni: str) -> None:
        del self.vpc.ports[eni]
        self.vpc.translations = {
            key: row for key, row in self.vpc.translations.items() if row.network_interface_id != eni
        }

    def do_regroup(self) -> None:
        if ports := self.instance_ports():
            port = self.chance.choice(ports)
            self.vpc.port(
                port.network_interface_id,
                *map(str, port.addresses),
                subnet=port.subnet_id,
                instance=port.host_id,
                groups=tuple(self.chance.sample(GROUPS, self.chance.randint(0, 3))),
                device_index=port.device_index,
                source_dest_check=self.chance.random() < 0.5,
            )

    def do_reassign_address(self) -> None:
        """An instance ends and another starts at its address, in one plan."""
        if ports := self.instance_ports():
            port = self.chance.choice(ports)
            self.remove_port(port.network_interface_id)
            self.made += 1
            self.vpc.port(
                resource_id("eni", self.made),
                *map(str, port.addresses),
                subnet=port.subnet_id,
                instance=resource_id("i", self.made),
                groups=port.security_group_ids,
            )

    def do_rule(self) -> None:
        peer = self.chance.choice(["network", "peer_group", "prefix_list"])
        value = {
            "network": self.chance.choice(["0.0.0.0/0", "10.0.0.0/16", "192.0.2.7/32"]),
            "peer_group": self.chance.choice(GROUPS),
            "prefix_list": self.chance.choice(PREFIX_LISTS),
        }[peer]
        protocol, ports = self.chance.choice(
            [(TCP, (443, 443)), (17, (1000, 2000)), (TCP, (0, 65535)), (ICMP, (8, -1)), (ICMP, (-1, -1)),
             (-1, (-1, -1)), (50, (-1, -1))]
        )  # fmt: skip
        self.vpc.allow(
            self.chance.choice(GROUPS),
            self.chance.choice(["in", "out"]),
            protocol=protocol,
            ports=ports,
            rule_id=resource_id("sgr", self.chance.randint(1, 30)),
            **{peer: value},
        )

    def do_remove_rule(self) -> None:
        if self.vpc.rules:
            del self.vpc.rules[self.chance.choice(sorted(self.vpc.rules))]

    def do_prefix_list(self) -> None:
        networks = self.chance.sample(
            [*NETWORKS, "52.216.0.0/16", "10.0.0.0/8", "0.0.0.0/1"], self.chance.randint(0, 5)
        )
        self.vpc.prefix_list(self.chance.choice(PREFIX_LISTS), *networks)

    def do_endpoint(self) -> None:
        endpoint = self.chance.choice(ENDPOINTS)
        if endpoint in self.vpc.endpoints:
            self.vpc.remove_endpoint(endpoint)
        tables = self.chance.sample(TABLES, self.chance.randint(0, 2))
        self.vpc.endpoint(endpoint, *tables, networks=tuple(self.chance.sample(NETWORKS, self.chance.randint(1, 3))))

    def do_remove_endpoint(self) -> None:
        if self.vpc.endpoints:
            self.vpc.remove_endpoint(self.chance.choice(sorted(self.vpc.endpoints)))

    def do_endpoint_port(self) -> None:
        """Of an interface endpoint, which has one in a subnet; or it gets other groups and services."""
        place, number = self.chance.randint(1, 3), self.chance.randint(1, 4)
        self.vpc.endpoint_port(
            resource_id("eni", 1000 * place + number),
            f"10.0.{place}.{240 + number}",
            subnet=SUBNETS[place - 1],
            owner=resource_id("vpce", 10 + number),
            groups=tuple(self.chance.sample(GROUPS, self.chance.randint(0, 3))),
            services=self.chance.choice([((TCP, 443),), ((TCP, 25), (TCP, 587)), ((17, 53), (TCP, 53))]),
        )

    def do_remove_endpoint_port(self) -> None:
        if self.vpc.endpoint_ports:
            del self.vpc.endpoint_ports[self.chance.choice(sorted(self.vpc.endpoint_ports))]

    def do_internet(self) -> None:
        self.vpc.has_internet = not self.vpc.has_internet

    def do_route(self) -> None:
        kind, target = self.chance.choice([("internet", resource_id("igw", 1)), ("blackhole", resource_id("igw", 2))])
        destination = self.chance.choice(["0.0.0.0/0", "198.51.100.0/24", "52.216.0.0/15"])
        self.vpc.route(self.chance.choice(TABLES), destination, kind, target)

    def do_remove_route(self) -> None:
        if self.vpc.routes:
            del self.vpc.routes[self.chance.choice(sorted(self.vpc.routes))]

    def do_associate(self) -> None:
        place = self.chance.randrange(len(SUBNETS))
        self.vpc.subnet(SUBNETS[place], f"10.0.{place + 1}.0/24", self.chance.choice(TABLES), self.chance.choice(ACLS))

    def do_public_address(self) -> None:
        """Of any of a port's addresses, in place of all that the port has had."""
        if self.vpc.ports:
            eni = self.chance.choice(sorted(self.vpc.ports))
            self.vpc.translations = {
                key: row for key, row in self.vpc.translations.items() if row.network_interface_id != eni
            }
            private = str(self.chance.choice(self.vpc.ports[eni].addresses))
            self.vpc.public_address(eni, f"203.0.113.{self.chance.randint(1, 250)}", private)

    def do_zone(self) -> None:
        legs = ["internet", *sorted(self.vpc.ports), *sorted(self.vpc.endpoints)]
        self.vpc.zone(self.chance.choice(legs), self.chance.randint(1, 9))
        self.vpc.zones = {leg: zone for leg, zone in self.vpc.zones.items() if leg in legs}


def small_vpc(chance: random.Random) -> Mutator:
    vpc = VpcBuilder(VPC)
    for place, subnet in enumerate(SUBNETS):
        vpc.subnet(subnet, f"10.0.{place + 1}.0/24", TABLES[place])
    mutator = Mutator(vpc, chance)
    for _ in range(3):
        mutator.do_port()
    return mutator
