"""Random changes within one VPC: interface endpoints and what their rows depend on, private zones and their records.

    world = OneVpc(seed)
    world.step()
    world.snapshot()

What AWS refuses (a second private name, a subnet twice) is part of the game, and must change nothing. `settle` is the
machine's part: states move on.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from skywalk.actions.hosted_zones import create_hosted_zone, delete_hosted_zone
from skywalk.actions.record_set_changes import change_resource_record_sets
from skywalk.actions.resolver_endpoints import create_resolver_endpoint
from skywalk.actions.route_table_associations import associate_route_table
from skywalk.actions.route_tables import create_route_table
from skywalk.actions.security_group_rules import authorize_security_group_ingress
from skywalk.actions.security_groups import create_security_group
from skywalk.actions.vpc_endpoints import create_vpc_endpoint, delete_vpc_endpoints, modify_vpc_endpoint
from skywalk.actions.vpcs import modify_vpc_attribute
from skywalk.resources.snapshot import Snapshot
from skywalk.values.errors import AwsError
from support.hosted_zones import change
from support.launching import Home
from support.region import Region

SERVICES = ("sqs", "sns", "kms", "ssm", "logs", "ec2", "sts", "lambda", "monitoring", "email-smtp")
ZONES = ("corp.internal", "deep.corp.internal", "example.com")
NAMES = ("", "www.", "*.", "a.b.", "*.b.", "c.a.b.")
TYPES = {"A": ("10.9.0.1", "10.9.0.2"), "TXT": ('"one"', '"two"'), "AAAA": ("2001:db8::1", "2001:db8::2")}


class OneVpc:
    def __init__(self, seed: int) -> None:
        self.region = Region(seed)
        self.home = Home(self.region)
        self.chance = random.Random(seed)
        self.subnets = [self.home.subnet_id, *(self.home.subnet(f"10.0.{n}.0/24", "bcd"[n - 2]) for n in (2, 3))]
        self.groups = [self.home.default_group_id]
        self.tables: list[str] = []
        self.endpoints: list[str] = []
        self.zones: dict[str, str] = {}
        self.records: set[tuple[str, str, str, str]] = set()
        self.done: Counter[str] = Counter()
        self._call(modify_vpc_attribute, VpcId=self.home.vpc_id, EnableDnsHostnames={"Value": True})

    def snapshot(self) -> Snapshot:
        found = self.region.store.snapshot(self.home.vpc_id)
        assert found is not None
        return found

    def settle(self) -> None:
        self.home.settle()

    def step(self) -> str:
        moves: dict[Callable[[], None], int] = {
            self._create_endpoint: 6,
            self._delete_endpoint: 2,
            self._change_endpoint: 6,
            self._create_group: 1,
            self._let_group_in: 2,
            self._create_table: 1,
            self._put_subnet_into_table: 2,
            self._launch: 1,
            self._create_resolver_endpoint: 1,
            self._change_dns: 1,
            self._create_zone: 2,
            self._delete_zone: 2,
            self._change_record: 8,
            self._delete_record: 4,
        }
        (move,) = self.chance.choices(list(moves), list(moves.values()))
        name = move.__name__.lstrip("_")
        try:
            move()
            self.done[name] += 1
        except (AwsError, IndexError):  # refused, or there is nothing yet that it could change
            name = f"no {name}"
        return name

    def _call(self, action: Callable[..., Any], **request: Any) -> Any:
        return self.home.ec2(action, **request)

    def _create_endpoint(self) -> None:
        made = self._call(
            create_vpc_endpoint,
            VpcId=self.home.vpc_id,
            VpcEndpointType="Interface",
            ServiceName=f"com.amazonaws.us-east-1.{self.chance.choice(SERVICES)}",
            SubnetIds=self.chance.sample(self.subnets, self.chance.randint(1, 3)),
            SecurityGroupIds=self.chance.sample(self.groups, self.chance.randint(1, len(self.groups))),
            PrivateDnsEnabled=self.chance.random() < 0.7,
        )
        self.endpoints.append(made["VpcEndpoint"]["VpcEndpointId"])

    def _delete_endpoint(self) -> None:
        gone = self.chance.choice(self.endpoints)
        self._call(delete_vpc_endpoints, VpcEndpointIds=[gone])
        self.endpoints.remove(gone)

    def _change_endpoint(self) -> None:
        verb = self.chance.choice(("Add", "Remove"))
        changes: list[dict[str, Any]] = [
            {f"{verb}SubnetIds": [self.chance.choice(self.subnets)]},
            {f"{verb}SecurityGroupIds": [self.chance.choice(self.groups)]},
            {"PrivateDnsEnabled": self.chance.random() < 0.5},
        ]
        self._call(modify_vpc_endpoint, VpcEndpointId=self.chance.choice(self.endpoints), **self.chance.choice(changes))

    def _create_group(self) -> None:
        name = f"group-{len(self.groups)}"
        made = self._call(create_security_group, GroupName=name, Description="a", VpcId=self.home.vpc_id)
        self.groups.append(made["GroupId"])

    def _let_group_in(self) -> None:
        pairs = [{"GroupId": self.chance.choice(self.groups)}]
        permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": pairs}
        group = self.chance.choice(self.groups)
        self._call(authorize_security_group_ingress, GroupId=group, IpPermissions=[permission])

    def _create_table(self) -> None:
        self.tables.append(self._call(create_route_table, VpcId=self.home.vpc_id)["RouteTable"]["RouteTableId"])

    def _put_subnet_into_table(self) -> None:
        table = self.chance.choice(self.tables)
        self._call(associate_route_table, RouteTableId=table, SubnetId=self.chance.choice(self.subnets))

    def _launch(self) -> None:
        subnet, groups = self.chance.choice(self.subnets), [self.chance.choice(self.groups)]
        self.home.launch(SubnetId=subnet, SecurityGroupIds=groups)

    def _create_resolver_endpoint(self) -> None:
        addresses = [{"SubnetId": self.chance.choice(self.subnets)} for _ in range(2)]
        request = {"Direction": "INBOUND", "SecurityGroupIds": [self.chance.choice(self.groups)]}
        reference = str(self.done["create_resolver_endpoint"])
        self._call(create_resolver_endpoint, CreatorRequestId=reference, IpAddresses=addresses, **request)

    def _change_dns(self) -> None:
        """Off now and then, and on again soon: without it there are no private zones."""
        is_on = self.chance.random() < 0.7
        self._call(modify_vpc_attribute, VpcId=self.home.vpc_id, EnableDnsHostnames={"Value": is_on})

    def _create_zone(self) -> None:
        name, place = self.chance.choice(ZONES), {"VPCRegion": "us-east-1", "VPCId": self.home.vpc_id}
        reference = str(self.chance.random())
        made = self._call(create_hosted_zone, Name=name, CallerReference=reference, VPC=place)
        self.zones[made["HostedZone"]["Id"].removeprefix("/hostedzone/")] = name

    def _delete_zone(self) -> None:
        zone_id = self.chance.choice(sorted(self.zones))
        for record in sorted(one for one in self.records if one[0] == zone_id):
            self.records.remove(record)
            self._change("DELETE", record)
        self._call(delete_hosted_zone, Id=zone_id)
        del self.zones[zone_id]

    def _change_record(self) -> None:
        zone_id, type_ = self.chance.choice(sorted(self.zones)), self.chance.choice(sorted(TYPES))
        record = zone_id, self.chance.choice(NAMES) + self.zones[zone_id], type_, self.chance.choice(TYPES[type_])
        self.records = {one for one in self.records if one[:3] != record[:3]}
        self._change("UPSERT", record)
        self.records.add(record)

    def _delete_record(self) -> None:
        record = self.chance.choice(sorted(self.records))
        self.records.remove(record)
        self._change("DELETE", record)

    def _change(self, action: str, record: tuple[str, str, str, str]) -> None:
        zone_id, *rest = record
        batch = {"Changes": [change(action, *rest)]}
        self._call(change_resource_record_sets, HostedZoneId=zone_id, ChangeBatch=batch)
