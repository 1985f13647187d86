"""Random changes of two accounts in one region: those of `TrafficMutations`, what names, DNS and groups of several VPCs
depend on, and what crosses between VPCs and accounts.

    world = RegionMutations(seed, performing(region.client()), performing(region.client(OTHER_ACCOUNT)))
    world.step()

AWS's refusals are part of the game here too, and must change nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from botocore import xform_name

from skywalk.api.dispatch import EC2, IAM, ROUTE53, ROUTE53_RESOLVER
from skywalk.values.errors import AwsError
from support.hosted_zones import change
from support.mutations import Perform, Refused
from support.region import OTHER_ACCOUNT, OWNER, Client
from support.traffic_mutations import TrafficMutations

SERVICES = ("sqs", "kms", "ecr.dkr", "execute-api", "monitoring", "s3", "s3", "dynamodb")
"""Of interface endpoints: with one private name and several, with wildcards, with gateway endpoints besides, with none
at all."""
ZONES = ("corp.internal", "deep.corp.internal", "ec2.internal", "sqs.us-east-1.amazonaws.com")
RECORDS = (("", "A", "10.9.0.1"), ("www.", "A", "10.9.0.2"), ("*.", "A", "10.9.0.3"), ("www.", "TXT", '"a"'))
CIDRS = {
    OWNER: ("10.0.0.0/16", "10.1.0.0/16", "172.16.0.0/20"),
    OTHER_ACCOUNT: ("10.2.0.0/16", "10.3.0.0/16", "10.0.0.0/16"),
}
"""Most of them can be peered."""
DENY_ALL = '{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}'
KINDS = ("zone", "resolver endpoint", "dhcp options", "profile")

ACTIONS = {
    xform_name(name): action.function
    for service in (ROUTE53, ROUTE53_RESOLVER, IAM, EC2)
    for name, action in service.items()
}

Moves = list[tuple[Callable[[], bool], int]]


def performing(client: Client) -> Perform:
    """The actions of a region in this process, as one account."""

    def call(action: str, request: dict[str, Any]) -> Any:
        try:
            return client(ACTIONS[action], **request)
        except AwsError as error:
            raise Refused(error.code) from None

    return call


class AccountMutations(TrafficMutations):
    """One account's."""

    def __init__(self, seed: int, perform: Perform, account_id: str) -> None:
        super().__init__(seed, perform, most_vpcs=3, most_instances=3)
        self.account_id = account_id
        self._made = 0
        self._kinds.update({kind: {} for kind in KINDS})
        self._zone_names: dict[str, str] = {}

    def any_of(self, kind: str) -> str | None:
        """One of those that this account has made; it may be gone."""
        return self._any(kind)

    def learn(self, kind: str, resource_id: str, vpc_id: str) -> None:
        """What it may change as its own."""
        self._kinds[kind][resource_id] = vpc_id

    def perform(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        return self._perform(action, request)

    def _moves(self) -> Moves:
        return [
            *super()._moves(),
            (self._attach_gateway, 3),
            (self._route_prefix_list, 6),
            (self._modify_prefix_list, 6),
            (self._modify_peering, 6),
            (self._create_subnet_in_any_zone, 4),
            (self._change_dns, 6),
            (self._create_named_endpoint, 8),
            (self._change_named_endpoint, 8),
            (self._move_endpoint_s_address, 2),
            (self._create_zone, 4),
            (self._see_zone, 3),
            (self._see_zone_no_more, 2),
            (self._delete_zone, 1),
            (self._change_records, 8),
            (self._create_alias, 2),
            (self._create_resolver_endpoint, 2),
            (self._change_resolver_endpoint, 2),
            (self._delete_resolver_endpoint, 1),
            (self._create_dhcp_options, 1),
            (self._associate_dhcp_options, 2),
            (self._delete_dhcp_options, 1),
            (self._main_table, 2),
            (self._edge_table, 1),
            (self._replace_route, 2),
            (self._delete_acl, 1),
            (self._delete_prefix_list, 1),
            (self._drop_network, 1),
            (self._run_instance, 4),
            (self._create_profile, 3),
            (self._give_profile, 6),
            (self._change_profile, 6),
            (self._name_resources, 1),
        ]

    def _name(self) -> str:
        self._made += 1
        return f"{self.account_id}-{self._made}"

    # -- VPCs and subnets -----------------------------------------------------------------------------------------

    def _create_vpc(self) -> bool:
        """With host names more often than not, which other VPCs may resolve."""
        if len(self._kinds["vpc"]) >= self._most_vpcs:
            return False
        made = self._perform("create_vpc", {"CidrBlock": self._random.choice(CIDRS[self.account_id])})["Vpc"]
        self._kinds["vpc"][made["VpcId"]] = made["CidrBlock"]
        names = {"Value": self._random.random() < 0.7}
        self._perform("modify_vpc_attribute", {"VpcId": made["VpcId"], "EnableDnsHostnames": names})
        return True

    def _create_subnet_in_any_zone(self) -> bool:
        vpc = self._any("vpc")
        if vpc is None:
            return False
        first, second = self._kinds["vpc"][vpc].split(".")[:2]
        cidr, zone = f"{first}.{second}.{self._random.randrange(8, 15)}.0/24", self._random.choice("bcd")
        request = {"VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": f"us-east-1{zone}"}
        self._kinds["subnet"][self._perform("create_subnet", request)["Subnet"]["SubnetId"]] = vpc
        return True

    def _change_dns(self) -> bool:
        """On more often than off: without it there are no private zones."""
        vpc = self._any("vpc")
        if vpc is None:
            return False
        name = self._random.choice(("EnableDnsSupport", "EnableDnsHostnames", "EnableDnsHostnames"))
        self._perform("modify_vpc_attribute", {"VpcId": vpc, name: {"Value": self._random.random() < 0.8}})
        return True

    def _name_resources(self) -> bool:
        subnet = self._any("subnet")
        if subnet is None:
            return False
        request = {"SubnetId": subnet, "EnableResourceNameDnsARecordOnLaunch": {"Value": True}}
        self._perform("modify_subnet_attribute", request)
        return True

    def _drop_network(self) -> bool:
        vpc = self._any("vpc")
        if vpc is None:
            return False
        found = self._perform("describe_vpcs", {"VpcIds": [vpc]})["Vpcs"][0]["CidrBlockAssociationSet"]
        association = self._random.choice(found)["AssociationId"]
        self._perform("disassociate_vpc_cidr_block", {"AssociationId": association})
        return True

    # -- interface endpoints --------------------------------------------------------------------------------------

    def _create_named_endpoint(self) -> bool:
        vpc = self._any("vpc")
        subnets = [one for one, owner in self._kinds["subnet"].items() if owner == vpc]
        if vpc is None or not subnets:
            return False
        request: dict[str, Any] = {
            "VpcId": vpc,
            "VpcEndpointType": "Interface",
            "ServiceName": f"com.amazonaws.us-east-1.{self._random.choice(SERVICES)}",
            "SubnetIds": self._random.sample(subnets, self._random.randint(0, min(2, len(subnets)))),
        }
        if self._random.random() < 0.7:
            request["PrivateDnsEnabled"] = self._random.random() < 0.8
        if self._random.random() < 0.2:
            request["PolicyDocument"] = DENY_ALL
        if self._random.random() < 0.1:
            request |= {"ServiceRegion": "eu-west-1", "ServiceName": "com.amazonaws.eu-west-1.kms"}
        made = self._perform("create_vpc_endpoint", request)["VpcEndpoint"]["VpcEndpointId"]
        self._kinds["interface endpoint"][made] = vpc
        return True

    def _change_named_endpoint(self) -> bool:
        endpoint = self._any("interface endpoint")
        if endpoint is None:
            return False
        is_on = self._random.random() < 0.6
        changes: list[dict[str, Any]] = [
            {"PrivateDnsEnabled": is_on},
            {"PrivateDnsEnabled": True, "DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": is_on}},
            {"DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": is_on}},
            {"PolicyDocument": DENY_ALL},
            {"ResetPolicy": True},
        ]
        self._perform("modify_vpc_endpoint", {"VpcEndpointId": endpoint, **self._random.choice(changes)})
        return True

    def _move_endpoint_s_address(self) -> bool:
        """Another interface in the same subnet."""
        endpoint = self._any("interface endpoint")
        subnet = self._any("subnet", self._vpc_of("interface endpoint", endpoint)) if endpoint else None
        if subnet is None:
            return False
        network = self._perform("describe_subnets", {"SubnetIds": [subnet]})["Subnets"][0]["CidrBlock"]
        address = f"{network.rpartition('.')[0]}.{self._random.randrange(200, 210)}"
        configuration = {"SubnetId": subnet, "Ipv4": address}
        self._perform("modify_vpc_endpoint", {"VpcEndpointId": endpoint, "SubnetConfigurations": [configuration]})
        return True

    # -- private zones --------------------------------------------------------------------------------------------

    def _create_zone(self) -> bool:
        vpc = self._any("vpc")
        if vpc is None:
            return False
        name = self._random.choice(ZONES)
        request = {"Name": name, "CallerReference": self._name(), "VPC": _place(vpc)}
        made = self._perform("create_hosted_zone", request)["HostedZone"]["Id"]
        self._kinds["zone"][made], self._zone_names[made] = vpc, name
        return True

    def _see_zone(self) -> bool:
        return self._zone_of_vpc("associate_vpc_with_hosted_zone")

    def _see_zone_no_more(self) -> bool:
        return self._zone_of_vpc("disassociate_vpc_from_hosted_zone")

    def _zone_of_vpc(self, action: str) -> bool:
        zone, vpc = self._any("zone"), self._any("vpc")
        if zone is None or vpc is None:
            return False
        self._perform(action, {"HostedZoneId": zone, "VPC": _place(vpc)})
        return True

    def _delete_zone(self) -> bool:
        return self._delete("zone", "delete_hosted_zone", "Id")

    def _change_records(self) -> bool:
        """Up to three at once."""
        zone = self._any("zone")
        if zone is None:
            return False
        changes = [
            change(self._random.choice(("UPSERT", "UPSERT", "DELETE")), label + self._zone_names[zone], type_, value)
            for label, type_, value in self._random.sample(RECORDS, self._random.randint(1, 3))
        ]
        self._perform("change_resource_record_sets", {"HostedZoneId": zone, "ChangeBatch": {"Changes": changes}})
        return True

    def _create_alias(self) -> bool:
        """Of an endpoint's own name."""
        zone, endpoint = self._any("zone"), self._any("interface endpoint")
        if zone is None or endpoint is None:
            return False
        shown = self._perform("describe_vpc_endpoints", {"VpcEndpointIds": [endpoint]})["VpcEndpoints"][0]
        entry = self._random.choice(shown["DnsEntries"])
        target = {"HostedZoneId": entry["HostedZoneId"], "DNSName": entry["DnsName"], "EvaluateTargetHealth": False}
        wish = change("UPSERT", f"www.{self._zone_names[zone]}", "A", AliasTarget=target)
        self._perform("change_resource_record_sets", {"HostedZoneId": zone, "ChangeBatch": {"Changes": [wish]}})
        return True

    # -- resolver endpoints ---------------------------------------------------------------------------------------

    def _create_resolver_endpoint(self) -> bool:
        subnet = self._any("subnet")
        group = self._any("group", self._vpc_of("subnet", subnet)) if subnet else None
        if group is None:
            return False
        request = {
            "CreatorRequestId": self._name(),
            "Direction": "INBOUND",
            "SecurityGroupIds": [group],
            "IpAddresses": [{"SubnetId": subnet}, {"SubnetId": subnet}],
        }
        made = self._perform("create_resolver_endpoint", request)["ResolverEndpoint"]["Id"]
        self._kinds["resolver endpoint"][made] = self._vpc_of("subnet", str(subnet))
        return True

    def _change_resolver_endpoint(self) -> bool:
        endpoint = self._any("resolver endpoint")
        subnet = self._any("subnet", self._vpc_of("resolver endpoint", endpoint)) if endpoint else None
        if subnet is None:
            return False
        request: dict[str, Any] = {"ResolverEndpointId": endpoint}
        if self._random.random() < 0.6:
            self._perform("associate_resolver_endpoint_ip_address", {**request, "IpAddress": {"SubnetId": subnet}})
        else:
            found = self._perform("list_resolver_endpoint_ip_addresses", request)["IpAddresses"]
            wish = {"IpId": self._random.choice(found)["IpId"]}
            self._perform("disassociate_resolver_endpoint_ip_address", {**request, "IpAddress": wish})
        return True

    def _delete_resolver_endpoint(self) -> bool:
        return self._delete("resolver endpoint", "delete_resolver_endpoint", "ResolverEndpointId")

    # -- DHCP options, tables, lists, profiles --------------------------------------------------------------------

    def _create_dhcp_options(self) -> bool:
        servers = self._random.choice((["AmazonProvidedDNS"], ["10.0.1.9", "AmazonProvidedDNS"]))
        configurations = [
            {"Key": "domain-name-servers", "Values": servers},
            {"Key": "domain-name", "Values": [f"{self._random.choice('ab')}.example.com"]},
        ]
        made = self._perform("create_dhcp_options", {"DhcpConfigurations": configurations})["DhcpOptions"]
        self._kinds["dhcp options"][made["DhcpOptionsId"]] = ""
        return True

    def _associate_dhcp_options(self) -> bool:
        vpc, options = self._any("vpc"), self._any("dhcp options") or "default"
        if vpc is None:
            return False
        self._perform("associate_dhcp_options", {"VpcId": vpc, "DhcpOptionsId": options})
        return True

    def _delete_dhcp_options(self) -> bool:
        return self._delete("dhcp options", "delete_dhcp_options", "DhcpOptionsId")

    def _main_table(self) -> bool:
        """Another table becomes the VPC's main one, or a subnet's."""
        table = self._any("table")
        if table is None:
            return False
        named = [{"Name": "vpc-id", "Values": [self._vpc_of("table", table)]}]
        tables = self._perform("describe_route_tables", {"Filters": named})["RouteTables"]
        found = [one["RouteTableAssociationId"] for each in tables for one in each["Associations"]]
        request = {"AssociationId": self._random.choice(found), "RouteTableId": table}
        self._perform("replace_route_table_association", request)
        return True

    def _edge_table(self) -> bool:
        gateway = self._any("gateway")
        table = self._any("table", self._vpc_of("gateway", gateway)) if gateway else None
        if table is None:
            return False
        made = self._perform("associate_route_table", {"RouteTableId": table, "GatewayId": gateway})
        self._kinds["association"][made["AssociationId"]] = self._vpc_of("table", table)
        return True

    def _replace_route(self) -> bool:
        table, nat = self._any("table"), self._any("nat")
        if table is None or nat is None:
            return False
        request = {"RouteTableId": table, "DestinationCidrBlock": self._destination(), "NatGatewayId": nat}
        self._perform("replace_route", request)
        return True

    def _delete_acl(self) -> bool:
        return self._delete("acl", "delete_network_acl", "NetworkAclId")

    def _delete_prefix_list(self) -> bool:
        return self._delete("prefix list", "delete_managed_prefix_list", "PrefixListId")

    def _create_profile(self) -> bool:
        name = self._name()
        statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = str({"Version": "2012-10-17", "Statement": statement}).replace("'", '"')
        self._perform("create_role", {"RoleName": name, "AssumeRolePolicyDocument": document})
        self._perform("create_instance_profile", {"InstanceProfileName": name})
        self._perform("add_role_to_instance_profile", {"InstanceProfileName": name, "RoleName": name})
        self._kinds["profile"][name] = ""
        return True

    def _give_profile(self) -> bool:
        profile, instance = self._any("profile"), self._any("instance")
        if profile is None or instance is None:
            return False
        named = {"Name": profile}
        self._perform("associate_iam_instance_profile", {"IamInstanceProfile": named, "InstanceId": instance})
        return True

    def _change_profile(self) -> bool:
        """Its role, which has its name, comes or goes."""
        profile = self._any("profile")
        if profile is None:
            return False
        verb = self._random.choice(("add_role_to", "remove_role_from"))
        self._perform(f"{verb}_instance_profile", {"InstanceProfileName": profile, "RoleName": profile})
        return True


class RegionMutations:
    """Two accounts', and what passes between them."""

    def __init__(self, seed: int, perform: Perform, perform_other: Perform) -> None:
        self._random = random.Random(seed)
        self._accounts = (
            AccountMutations(seed, perform, OWNER),
            AccountMutations(seed + 1000, perform_other, OTHER_ACCOUNT),
        )
        self._done: list[str] = []

    @property
    def done(self) -> list[str]:
        """The names of the changes that were made."""
        return [*self._done, *(name for account in self._accounts for name in account.done)]

    def step(self) -> str:
        """One change; says which, or whose, and how it went."""
        giver, taker = self._random.sample(self._accounts, 2)
        if self._random.random() < 0.75:
            giver.step()
            return f"{giver.account_id}: {giver.done[-1:]} {giver.refused[-1:]}"
        moves = (self._peer, self._peer, self._name_their_group, self._name_any_group, self._share_zone)
        move = self._random.choice(moves)
        name = move.__name__.lstrip("_")
        try:
            if move(giver, taker):
                self._done.append(name)
        except Refused as refusal:
            return f"no {name}: {refusal}"
        return name

    def _peer(self, giver: AccountMutations, taker: AccountMutations) -> bool:
        ours, theirs = giver.any_of("vpc"), taker.any_of("vpc")
        if ours is None or theirs is None:
            return False
        request = {"VpcId": ours, "PeerVpcId": theirs, "PeerOwnerId": taker.account_id}
        made = giver.perform("create_vpc_peering_connection", request)
        peering = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        taker.perform("accept_vpc_peering_connection", {"VpcPeeringConnectionId": peering})
        giver.learn("peering", peering, ours)
        taker.learn("peering", peering, theirs)
        return True

    def _name_their_group(self, giver: AccountMutations, taker: AccountMutations) -> bool:
        return self._name_group(giver, taker)

    def _name_any_group(self, giver: AccountMutations, _taker: AccountMutations) -> bool:
        """Of another VPC of the account, maybe."""
        return self._name_group(giver, giver)

    def _name_group(self, giver: AccountMutations, owner: AccountMutations) -> bool:
        ours, theirs = giver.any_of("group"), owner.any_of("group")
        if ours is None or theirs is None:
            return False
        pair = {"GroupId": theirs, "UserId": owner.account_id}
        permission = {"IpProtocol": "-1", "UserIdGroupPairs": [pair]}
        giver.perform("authorize_security_group_ingress", {"GroupId": ours, "IpPermissions": [permission]})
        return True

    def _share_zone(self, giver: AccountMutations, taker: AccountMutations) -> bool:
        """The VPC of another account sees a zone, or no longer does."""
        zone, vpc = giver.any_of("zone"), taker.any_of("vpc")
        if zone is None or vpc is None:
            return False
        request = {"HostedZoneId": zone, "VPC": _place(vpc)}
        if self._random.random() < 0.3:
            self._random.choice((giver, taker)).perform("disassociate_vpc_from_hosted_zone", request)
        else:
            giver.perform("create_vpc_association_authorization", request)
            taker.perform("associate_vpc_with_hosted_zone", request)
        return True


def _place(vpc_id: str) -> dict[str, str]:
    return {"VPCRegion": "us-east-1", "VPCId": vpc_id}
