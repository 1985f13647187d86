"""A region built by the actions themselves, whose resources have names that a reader can follow.

    world = World()
    world.vpc("bank", "10.0.0.0/16")
    world.subnet("private", "bank", "10.0.1.0/24")
    world.instance("teller", "private")
    assert world.render("bank") == expected

What the world names stands under its name in a rendered plan; what the actions made on their own (interfaces, rules,
main tables) under its kind and its number in the order of creation, so that golden files do not depend on drawn ids.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from botocore import xform_name

from skywalk.actions.instances import terminate_instances
from skywalk.actions.internet_gateways import attach_internet_gateway, create_internet_gateway
from skywalk.actions.route_table_associations import associate_route_table
from skywalk.actions.route_tables import create_route_table
from skywalk.actions.routes import create_route
from skywalk.actions.run_instances import run_instances
from skywalk.actions.security_group_rules import (
    authorize_security_group_egress,
    authorize_security_group_ingress,
    revoke_security_group_egress,
)
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpc_endpoints import create_vpc_endpoint
from skywalk.actions.vpcs import create_vpc
from skywalk.api.dispatch import EC2
from skywalk.compile.compiler import compile_plan
from skywalk.plan.plan import Plan
from skywalk.plan.render import render_plan
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.network_acl import NetworkAcl
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.route_table import RouteTable
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.vpc_peering_connection import PeeringStatus, VpcPeeringConnection
from support.region import Client, Region

S3 = "com.amazonaws.us-east-1.s3"
IMAGE = "ami-0abcdef1234567890"
EVERYWHERE = "0.0.0.0/0"
ALL_TRAFFIC = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": EVERYWHERE}]}
ACTIONS = {xform_name(name): action.function for name, action in EC2.items()}
DRAWN = re.compile(r"\b(vpc|subnet|rtb|igw|sg|sgr|eni|i|vpce|r|acl|nat|pcx|pl|eipalloc)-[0-9a-f]{17}\b")

ZONE_NUMBER = re.compile(r"\bzone=[0-9]+")
PORT_GROUPS = re.compile(r"( security_group_ids=\[)([^]]*)\]")


def tcp(port: int, **peer: Any) -> dict[str, Any]:
    """One permission: `tcp(443, PrefixListIds=[…])`."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peer}


class World:
    """Names to ids, and the actions that a story needs, one line each."""

    def __init__(self, seed: int = 0) -> None:
        self.region = Region(seed)
        self.ec2: Client = self.region.client()
        self.ids: dict[str, str] = {}

    def do(self, action: Callable[[Any, Any], Any], **request: Any) -> Any:
        return self.ec2(action, **request)

    def vpc(self, name: str, cidr: str = "10.0.0.0/16") -> str:
        return self._name(name, self.do(create_vpc, CidrBlock=cidr)["Vpc"]["VpcId"])

    def subnet(self, name: str, vpc: str, cidr: str = "10.0.1.0/24") -> str:
        made = self.do(create_subnet, VpcId=self.ids[vpc], CidrBlock=cidr, AvailabilityZone="us-east-1a")
        return self._name(name, made["Subnet"]["SubnetId"])

    def table(self, name: str, vpc: str, *subnets: str) -> str:
        made = self._name(name, self.do(create_route_table, VpcId=self.ids[vpc])["RouteTable"]["RouteTableId"])
        for subnet in subnets:
            self.do(associate_route_table, RouteTableId=made, SubnetId=self.ids[subnet])
        return made

    def internet_gateway(self, name: str, vpc: str, *tables: str) -> str:
        made = self._name(name, self.do(create_internet_gateway)["InternetGateway"]["InternetGatewayId"])
        self.do(attach_internet_gateway, InternetGatewayId=made, VpcId=self.ids[vpc])
        for table in tables:
            self.route(table, EVERYWHERE, made)
        return made

    def route(self, table: str, destination: str, gateway_id: str) -> None:
        self.do(create_route, RouteTableId=self.ids[table], DestinationCidrBlock=destination, GatewayId=gateway_id)

    def endpoint(self, name: str, vpc: str, *tables: str, **options: Any) -> str:
        made = self.do(
            create_vpc_endpoint,
            VpcId=self.ids[vpc],
            ServiceName=S3,
            RouteTableIds=[self.ids[table] for table in tables],
            **options,
        )
        return self._name(name, made["VpcEndpoint"]["VpcEndpointId"])

    def group(self, name: str, vpc: str, *, ingress: Any = (), egress: Any = (ALL_TRAFFIC,)) -> str:
        made = self.do(create_security_group, VpcId=self.ids[vpc], GroupName=name, Description=name)["GroupId"]
        self._name(name, made)
        if list(egress) != [ALL_TRAFFIC]:
            self.do(revoke_security_group_egress, GroupId=made, IpPermissions=[ALL_TRAFFIC])
        if egress and list(egress) != [ALL_TRAFFIC]:
            self.do(authorize_security_group_egress, GroupId=made, IpPermissions=list(egress))
        if ingress:
            self.do(authorize_security_group_ingress, GroupId=made, IpPermissions=list(ingress))
        return str(made)

    def instance(self, name: str, subnet: str, *groups: str, is_public: bool = False, **options: Any) -> str:
        interface: dict[str, Any] = {
            "DeviceIndex": 0,
            "SubnetId": self.ids[subnet],
            "AssociatePublicIpAddress": is_public,
        }
        if groups:
            interface["Groups"] = [self.ids[group] for group in groups]
        made = self.do(
            run_instances,
            ImageId=IMAGE,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            NetworkInterfaces=[interface],
            **options,
        )
        return self._name(name, made["Instances"][0]["InstanceId"])

    def call(self, action: str, **request: Any) -> Any:
        """An action of EC2 by boto3's name for it: `call("create_nat_gateway", SubnetId=…)`."""
        return self.do(ACTIONS[action], **request)

    def runs(self, instance: str) -> None:
        """As if a machine had started the instance."""
        with self.region.store.transaction() as tx:
            present = tx.get(Instance, self.ids[instance])
            assert present is not None
            tx.put(replace(present, state=InstanceState.RUNNING))

    def interface(self, instance: str) -> str:
        """The id of an instance's primary interface."""
        found = self.region.store.referring(NetworkInterface, self.ids[instance])
        return next(eni.id for eni in found if eni.attachment is not None and eni.attachment.device_index == 0)

    def address(self, name: str) -> str:
        """An Elastic IP address; its allocation's id."""
        return self._name(name, self.call("allocate_address", Domain="vpc")["AllocationId"])

    def nat_gateway(self, name: str, subnet: str, address: str) -> str:
        made = self.call("create_nat_gateway", SubnetId=self.ids[subnet], AllocationId=self.ids[address])
        return self._name(name, made["NatGateway"]["NatGatewayId"])

    def peering(self, name: str, vpc: str, peer: str) -> str:
        made = self.call("create_vpc_peering_connection", VpcId=self.ids[vpc], PeerVpcId=self.ids[peer])
        peering = self._name(name, made["VpcPeeringConnection"]["VpcPeeringConnectionId"])
        self.call("accept_vpc_peering_connection", VpcPeeringConnectionId=peering)
        with self.region.store.transaction() as tx:  # no machine makes it active here
            accepted = tx.get(VpcPeeringConnection, peering)
            assert accepted is not None
            tx.put(replace(accepted, status=PeeringStatus.ACTIVE))
        return peering

    def terminate(self, name: str) -> None:
        self.do(terminate_instances, InstanceIds=[self.ids[name]])

    def main_table(self, vpc: str) -> str:
        """The id of a VPC's main route table, from then on named `main of …`."""
        tables = self.region.store.of_vpc(RouteTable, self.ids[vpc])
        return self._name(f"main of {vpc}", next(table.id for table in tables if table.is_main))

    def plan(self, vpc: str) -> Plan:
        snapshot = self.region.store.snapshot(self.ids[vpc])
        assert snapshot is not None
        return compile_plan(snapshot)

    def render(self, vpc: str) -> str:
        """The plan's text with names for ids, the rows of each section in the order of their text."""
        text = render_plan(self.plan(vpc))
        for drawn, name in self._shown_names():
            text = text.replace(drawn, name)
        unnamed = DRAWN.search(text)
        assert unnamed is None, f"{unnamed and unnamed.group()} has no name"
        text = ZONE_NUMBER.sub("zone=own", text)  # made from a drawn id
        return "\n\n".join(_sorted_section(section) for section in text.strip().split("\n\n")) + "\n"

    def _name(self, name: str, resource_id: str) -> str:
        self.ids[name] = resource_id
        return resource_id

    def _shown_names(self) -> Iterator[tuple[str, str]]:
        yield from ((resource_id, name.replace(" ", "-")) for name, resource_id in self.ids.items())
        store = self.region.store
        named = set(self.ids.values())
        for number, table in enumerate((one for one in store.of_type(RouteTable) if one.id not in named), start=1):
            yield table.id, f"table-{number}"
        for number, group in enumerate((one for one in store.of_type(SecurityGroup) if one.id not in named), start=1):
            yield group.id, f"group-{number}"
        for group in store.of_type(SecurityGroup):
            for number, rule in enumerate(group.rules, start=1):
                yield rule.rule_id, f"rule-{number}-of-{self._name_of(group.id) or group.name}"
        for number, acl in enumerate((one for one in store.of_type(NetworkAcl) if one.id not in named), start=1):
            yield acl.id, f"acl-{number}"
        for number, instance in enumerate(store.of_type(Instance), start=1):
            yield instance.reservation_id, f"reservation-{number}"
        for number, eni in enumerate(store.of_type(NetworkInterface), start=1):
            holder = self._name_of(eni.instance_id or eni.managed_by or "")
            index = eni.attachment.device_index if eni.attachment and eni.instance_id else 0
            place = f"-{index}" if index else ""
            yield eni.id, f"interface{place}-of-{holder}".replace(" ", "-") if holder else f"interface-{number}"
            yield eni.mac, f"mac-{number}"
            for private in eni.addresses:
                if private.public is not None:
                    yield str(private.public.address), f"public-{private.address}"
                    yield str(private.public.address).replace(".", "-"), f"public-{private.address}"

    def _name_of(self, resource_id: str) -> str | None:
        return next((name for name, known in self.ids.items() if known == resource_id), None)


def _sorted_section(section: str) -> str:
    title, *rows = section.splitlines()
    if title == "ports":  # whose groups are in the order of their ids
        rows = [
            PORT_GROUPS.sub(lambda found: f"{found[1]}{', '.join(sorted(found[2].split(', ')))}]", row) for row in rows
        ]
    return "\n".join([title, *sorted(rows)])
