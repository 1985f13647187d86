"""Seeded random changes of a region through its API, in the words of boto3: `(action, parameters)`, one at a time.

Both a region in process and a running one can follow them; what AWS refuses (a subnet that overlaps, a table in use) is
part of the game, and must change nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

S3 = "com.amazonaws.us-east-1.s3"
IMAGE = "ami-0abcdef1234567890"
CIDRS = ("10.0.0.0/16", "10.1.0.0/16", "172.16.0.0/20")
POLICIES = (
    '{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}',
    '{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}',
    '{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}',
)

Perform = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Does an action (`create_vpc`) and gives its answer. Raises `Refused`."""


class Refused(Exception):
    """AWS's answer was an error; its code is the text."""


class Mutations:
    """Knows what it made, so that later changes have something to change. Instances are few: they cost most."""

    def __init__(self, seed: int, perform: Perform, *, most_vpcs: int = 4, most_instances: int = 4) -> None:
        self._random = random.Random(seed)
        self._perform = perform
        self._most_vpcs = most_vpcs
        self._most_instances = most_instances
        self._kinds: dict[str, dict[str, str]] = {
            kind: {} for kind in ("vpc", "subnet", "table", "gateway", "group", "endpoint", "instance", "association")
        }
        self.done: list[str] = []
        self.refused: list[str] = []

    def step(self) -> None:
        """One change; a kind that has nothing to change yet is drawn again."""
        moves = [move for move, weight in self._moves() for _ in range(weight)]
        while True:
            move = self._random.choice(moves)
            try:
                if move():
                    self.done.append(move.__name__.lstrip("_"))
                    return
            except Refused as refusal:
                self.refused.append(f"{move.__name__.lstrip('_')}: {refusal}")
                return

    def forget(self, resource_id: str) -> None:
        """One that may be gone."""
        for known in self._kinds.values():
            known.pop(resource_id, None)

    def _moves(self) -> list[tuple[Callable[[], bool], int]]:
        return [
            (self._create_vpc, 2),
            (self._create_subnet, 4),
            (self._create_table, 3),
            (self._associate, 3),
            (self._disassociate, 1),
            (self._attach_gateway, 2),
            (self._detach_gateway, 1),
            (self._create_route, 3),
            (self._delete_route, 1),
            (self._create_group, 2),
            (self._allow, 4),
            (self._revoke, 2),
            (self._create_endpoint, 3),
            (self._modify_endpoint, 3),
            (self._delete_endpoint, 1),
            (self._run_instance, 3),
            (self._terminate_instance, 2),
            (self._delete_subnet, 1),
            (self._delete_table, 1),
            (self._delete_group, 1),
            (self._delete_vpc, 1),
        ]

    def _any(self, kind: str, vpc_id: str | None = None) -> str | None:
        found = [one for one, vpc in self._kinds[kind].items() if vpc_id in (None, vpc)]
        return self._random.choice(found) if found else None

    def _vpc_of(self, kind: str, resource_id: str) -> str:
        return self._kinds[kind][resource_id]

    def _create_vpc(self) -> bool:
        if len(self._kinds["vpc"]) >= self._most_vpcs:
            return False
        made = self._perform("create_vpc", {"CidrBlock": self._random.choice(CIDRS)})["Vpc"]
        self._kinds["vpc"][made["VpcId"]] = made["CidrBlock"]
        return True

    def _create_subnet(self) -> bool:
        vpc = self._any("vpc")
        if vpc is None:
            return False
        first, second = self._kinds["vpc"][vpc].split(".")[:2]
        cidr = f"{first}.{second}.{self._random.randrange(8)}.0/24"
        made = self._perform("create_subnet", {"VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": "us-east-1a"})
        self._kinds["subnet"][made["Subnet"]["SubnetId"]] = vpc
        return True

    def _create_table(self) -> bool:
        vpc = self._any("vpc")
        if vpc is None:
            return False
        made = self._perform("create_route_table", {"VpcId": vpc})["RouteTable"]["RouteTableId"]
        self._kinds["table"][made] = vpc
        return True

    def _associate(self) -> bool:
        table = self._any("table")
        subnet = self._any("subnet", self._vpc_of("table", table)) if table else None
        if table is None or subnet is None:
            return False
        made = self._perform("associate_route_table", {"RouteTableId": table, "SubnetId": subnet})
        self._kinds["association"][made["AssociationId"]] = self._vpc_of("table", table)
        return True

    def _disassociate(self) -> bool:
        association = self._any("association")
        if association is None:
            return False
        del self._kinds["association"][association]
        self._perform("disassociate_route_table", {"AssociationId": association})
        return True

    def _attach_gateway(self) -> bool:
        vpc = self._any("vpc")
        if vpc is None or vpc in self._kinds["gateway"].values():
            return False
        made = self._perform("create_internet_gateway", {})["InternetGateway"]["InternetGatewayId"]
        self._perform("attach_internet_gateway", {"InternetGatewayId": made, "VpcId": vpc})
        self._kinds["gateway"][made] = vpc
        return True

    def _detach_gateway(self) -> bool:
        gateway = self._any("gateway")
        if gateway is None:
            return False
        vpc = self._vpc_of("gateway", gateway)
        self._perform("detach_internet_gateway", {"InternetGatewayId": gateway, "VpcId": vpc})
        del self._kinds["gateway"][gateway]
        return True

    def _destination(self) -> str:
        return self._random.choice(("0.0.0.0/0", "52.216.0.0/15", "54.231.1.0/24", "203.0.113.0/24"))

    def _create_route(self) -> bool:
        gateway = self._any("gateway")
        table = self._any("table", self._vpc_of("gateway", gateway)) if gateway else None
        if table is None:
            return False
        route = {"RouteTableId": table, "DestinationCidrBlock": self._destination(), "GatewayId": gateway}
        self._perform("create_route", route)
        return True

    def _delete_route(self) -> bool:
        table = self._any("table")
        if table is None:
            return False
        self._perform("delete_route", {"RouteTableId": table, "DestinationCidrBlock": self._destination()})
        return True

    def _create_group(self) -> bool:
        vpc = self._any("vpc")
        if vpc is None:
            return False
        name = f"group {self._random.randrange(10**9)}"
        made = self._perform("create_security_group", {"VpcId": vpc, "GroupName": name, "Description": name})
        self._kinds["group"][made["GroupId"]] = vpc
        return True

    def _permission(self, group: str) -> dict[str, Any]:
        peers = (
            {"IpRanges": [{"CidrIp": self._random.choice(("0.0.0.0/0", "10.0.0.0/8", "10.0.1.0/24"))}]},
            {"UserIdGroupPairs": [{"GroupId": self._any("group", self._vpc_of("group", group))}]},
            {"PrefixListIds": [{"PrefixListId": "pl-63a5400a"}]},
        )
        kinds = (
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443},
            {"IpProtocol": "tcp", "FromPort": 1000, "ToPort": 2000},
            {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53},
            {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1},
            {"IpProtocol": "-1"},
        )
        return {**self._random.choice(kinds), **self._random.choice(peers)}

    def _change_group(self, verb: str) -> bool:
        group = self._any("group")
        if group is None:
            return False
        direction = self._random.choice(("ingress", "egress"))
        request = {"GroupId": group, "IpPermissions": [self._permission(group)]}
        self._perform(f"{verb}_security_group_{direction}", request)
        return True

    def _allow(self) -> bool:
        return self._change_group("authorize")

    def _revoke(self) -> bool:
        return self._change_group("revoke")

    def _create_endpoint(self) -> bool:
        vpc = self._any("vpc")
        if vpc is None:
            return False
        table = self._any("table", vpc)
        request = {"VpcId": vpc, "ServiceName": S3, "RouteTableIds": [table] if table else []}
        if self._random.random() < 0.5:
            request["PolicyDocument"] = self._random.choice(POLICIES)
        made = self._perform("create_vpc_endpoint", request)["VpcEndpoint"]["VpcEndpointId"]
        self._kinds["endpoint"][made] = vpc
        return True

    def _modify_endpoint(self) -> bool:
        endpoint = self._any("endpoint")
        if endpoint is None:
            return False
        table = self._any("table", self._vpc_of("endpoint", endpoint))
        changes: list[dict[str, Any]] = [{"PolicyDocument": self._random.choice(POLICIES)}, {"ResetPolicy": True}]
        if table is not None:
            changes += [{"AddRouteTableIds": [table]}, {"RemoveRouteTableIds": [table]}]
        self._perform("modify_vpc_endpoint", {"VpcEndpointId": endpoint, **self._random.choice(changes)})
        return True

    def _delete_endpoint(self) -> bool:
        endpoint = self._any("endpoint")
        if endpoint is None:
            return False
        del self._kinds["endpoint"][endpoint]
        self._perform("delete_vpc_endpoints", {"VpcEndpointIds": [endpoint]})
        return True

    def _run_instance(self) -> bool:
        subnet = self._any("subnet")
        if subnet is None or len(self._kinds["instance"]) >= self._most_instances:
            return False
        vpc = self._vpc_of("subnet", subnet)
        interface: dict[str, Any] = {
            "DeviceIndex": 0,
            "SubnetId": subnet,
            "AssociatePublicIpAddress": self._random.random() < 0.5,
        }
        groups = {self._any("group", vpc), self._any("group", vpc)} - {None}
        if groups:
            interface["Groups"] = sorted(str(group) for group in groups)
        made = self._perform(
            "run_instances",
            {
                "ImageId": IMAGE,
                "InstanceType": "t3.micro",
                "MinCount": 1,
                "MaxCount": 1,
                "NetworkInterfaces": [interface],
            },
        )
        self._kinds["instance"][made["Instances"][0]["InstanceId"]] = vpc
        return True

    def _terminate_instance(self) -> bool:
        instance = self._any("instance")
        if instance is None:
            return False
        del self._kinds["instance"][instance]
        self._perform("terminate_instances", {"InstanceIds": [instance]})
        return True

    def _delete(self, kind: str, action: str, parameter: str) -> bool:
        resource = self._any(kind)
        if resource is None:
            return False
        self._perform(action, {parameter: resource})
        del self._kinds[kind][resource]
        return True

    def _delete_subnet(self) -> bool:
        return self._delete("subnet", "delete_subnet", "SubnetId")

    def _delete_table(self) -> bool:
        return self._delete("table", "delete_route_table", "RouteTableId")

    def _delete_group(self) -> bool:
        return self._delete("group", "delete_security_group", "GroupId")

    def _delete_vpc(self) -> bool:
        """Only what AWS lets go: an empty one."""
        return self._delete("vpc", "delete_vpc", "VpcId")
