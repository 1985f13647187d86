"""Who gets to an interface endpoint: its groups by network, group and prefix list, ACLs, peers; with the real edge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from support.live_region import REACHES_WITHIN, SILENT_FOR, Conversation, LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live

SQS = "com.amazonaws.us-east-1.sqs"
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
OPEN, SILENCE = "open", "silence"

CLIENT = """
import socket, sys
held = None
for line in sys.stdin:
    word, seconds, *host = line.split()
    try:
        if word == "connect":
            socket.create_connection((*host, 443), timeout=float(seconds)).close()
        elif word == "hold":
            held = socket.create_connection((*host, 443), timeout=float(seconds))
        else:
            held.sendall(b"neither HTTP nor TLS, but data\\r\\n\\r\\n")
            held.settimeout(float(seconds))
            held.recv(1)
        print("open", flush=True)
    except OSError:
        print("silence", flush=True)
"""
"""`connect SECONDS HOST`, `hold SECONDS HOST` (a connection is kept), `talk SECONDS` (on that one; any answer will do,
also its end)."""


@dataclass
class Client:
    """An instance with a program that connects."""

    instance: str
    address: str
    program: Conversation

    def _say(self, line: str) -> str:
        self.program.say(line)
        return self.program.hear()

    def connects(self, host: str) -> bool:
        return self._say(f"connect {REACHES_WITHIN} {host}") == OPEN

    def is_kept_out(self, host: str) -> bool:
        return self._say(f"connect {SILENT_FOR} {host}") == SILENCE

    def holds(self, host: str) -> bool:
        return self._say(f"hold {REACHES_WITHIN} {host}") == OPEN

    def is_answered(self, within: float = REACHES_WITHIN) -> bool:
        return self._say(f"talk {within}") == OPEN


@dataclass
class Place:
    """A VPC with an endpoint in its first subnet, whose group lets nobody in, and a client in each of two subnets."""

    region: LiveRegion
    vpc: str
    first: str
    second: str
    group: str
    endpoint: str
    address: str
    neighbour: Client
    client: Client

    @property
    def ec2(self) -> Any:
        return self.region.ec2

    def allow(self, **peer: Any) -> str:
        """The id of a new rule for HTTPS of the endpoint's group."""
        made = self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[{**HTTPS, **peer}])
        return str(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])

    def revoke(self, rule: str) -> None:
        self.ec2.revoke_security_group_ingress(GroupId=self.group, SecurityGroupRuleIds=[rule])

    def is_reached(self, *, neighbour: bool, client: bool) -> bool:
        """Whether these reach it, the neighbour and the client of the other subnet, once all changes count."""
        self.region.wait()
        return all(
            one.connects(self.address) if is_let_in else one.is_kept_out(self.address)
            for one, is_let_in in ((self.neighbour, neighbour), (self.client, client))
        )


def start_client(region: LiveRegion, subnet: str, stack: ExitStack) -> Client:
    instance = region.instance(subnet)
    (reservation,) = region.ec2.describe_instances(InstanceIds=[instance])["Reservations"]
    address = reservation["Instances"][0]["PrivateIpAddress"]
    return Client(instance, address, stack.enter_context(region.start(instance, CLIENT)))


@pytest.fixture(scope="module")
def place(region: LiveRegion) -> Iterator[Place]:
    vpc = region.vpc()
    first, second = region.subnet(vpc, "10.0.1.0/24"), region.subnet(vpc, "10.0.2.0/24")
    group = region.ec2.create_security_group(VpcId=vpc, GroupName="endpoint", Description="lets nobody in")["GroupId"]
    made = region.ec2.create_vpc_endpoint(
        VpcId=vpc,
        VpcEndpointType="Interface",
        ServiceName=SQS,
        SubnetIds=[first],
        SecurityGroupIds=[group],
        PrivateDnsEnabled=False,
    )["VpcEndpoint"]
    endpoint = made["VpcEndpointId"]

    def shown() -> Any:
        return region.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]

    wait_until(lambda: shown()["State"] == "available")
    (eni,) = region.ec2.describe_network_interfaces(NetworkInterfaceIds=shown()["NetworkInterfaceIds"])[
        "NetworkInterfaces"
    ]
    with ExitStack() as stack:
        neighbour, client = (start_client(region, subnet, stack) for subnet in (first, second))
        yield Place(region, vpc, first, second, group, endpoint, eni["PrivateIpAddress"], neighbour, client)


def test_by_network(place: Place) -> None:
    assert place.is_reached(neighbour=False, client=False)
    rule = place.allow(IpRanges=[{"CidrIp": "10.0.2.0/24"}])
    assert place.is_reached(neighbour=False, client=True)
    assert place.client.holds(place.address)
    place.revoke(rule)
    assert place.is_reached(neighbour=False, client=False)
    assert place.client.is_answered(), "what is tracked goes on"


def test_by_source_group(place: Place) -> None:
    group = place.ec2.create_security_group(VpcId=place.vpc, GroupName="clients", Description="clients")["GroupId"]
    rule = place.allow(UserIdGroupPairs=[{"GroupId": group}])
    assert place.is_reached(neighbour=False, client=False)
    (former,) = place.ec2.describe_instances(InstanceIds=[place.client.instance])["Reservations"][0]["Instances"][0][
        "SecurityGroups"
    ]
    place.ec2.modify_instance_attribute(InstanceId=place.client.instance, Groups=[former["GroupId"], group])
    assert place.is_reached(neighbour=False, client=True)
    place.ec2.modify_instance_attribute(InstanceId=place.client.instance, Groups=[former["GroupId"]])
    assert place.is_reached(neighbour=False, client=False)
    place.revoke(rule)


def test_by_prefix_list(place: Place) -> None:
    made = place.ec2.create_managed_prefix_list(
        PrefixListName="clients", MaxEntries=5, AddressFamily="IPv4", Entries=[{"Cidr": "10.0.1.0/24"}]
    )["PrefixList"]
    rule = place.allow(PrefixListIds=[{"PrefixListId": made["PrefixListId"]}])
    assert place.is_reached(neighbour=True, client=False)
    place.ec2.modify_managed_prefix_list(
        PrefixListId=made["PrefixListId"],
        CurrentVersion=1,
        AddEntries=[{"Cidr": f"{place.client.address}/32"}],
        RemoveEntries=[{"Cidr": "10.0.1.0/24"}],
    )
    assert place.is_reached(neighbour=False, client=True)
    place.revoke(rule)
    assert place.is_reached(neighbour=False, client=False)


@pytest.mark.parametrize("is_egress", [False, True], ids=["in", "out"])
def test_network_acls_of_its_subnet(place: Place, is_egress: bool) -> None:
    rule = place.allow(IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    acl = place.ec2.create_network_acl(VpcId=place.vpc)["NetworkAcl"]["NetworkAclId"]
    open_all = {"NetworkAclId": acl, "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}
    for egress in (False, True):
        place.ec2.create_network_acl_entry(**open_all, RuleNumber=100, RuleAction="allow", Egress=egress)
    found = place.ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [place.first]}])
    default = found["NetworkAcls"][0]
    association = next(each for each in default["Associations"] if each["SubnetId"] == place.first)
    changed = place.ec2.replace_network_acl_association(
        AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl
    )["NewAssociationId"]
    assert place.is_reached(neighbour=True, client=True)
    assert place.client.holds(place.address)
    place.ec2.create_network_acl_entry(
        NetworkAclId=acl,
        Protocol="-1",
        CidrBlock="10.0.2.0/24",
        RuleNumber=50,
        RuleAction="deny",
        Egress=is_egress,
    )
    assert place.is_reached(neighbour=True, client=False), "within a subnet no ACL applies"
    assert not place.client.is_answered(SILENT_FOR), "and it knows no connections"
    place.ec2.replace_network_acl_association(AssociationId=changed, NetworkAclId=default["NetworkAclId"])
    assert place.is_reached(neighbour=True, client=True)
    place.revoke(rule)


def test_over_a_peering_by_the_peers_group(place: Place) -> None:
    region, ec2 = place.region, place.ec2
    peer = region.vpc("10.9.0.0/16")
    subnet = region.subnet(peer, "10.9.1.0/24")
    with ExitStack() as stack:
        caller = start_client(region, subnet, stack)
        peering = ec2.create_vpc_peering_connection(VpcId=place.vpc, PeerVpcId=peer)["VpcPeeringConnection"]
        peering_id = peering["VpcPeeringConnectionId"]
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering_id)
        for vpc, network in ((place.vpc, "10.9.0.0/16"), (peer, "10.0.0.0/16")):
            tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
            ec2.create_route(
                RouteTableId=tables[0]["RouteTableId"],
                DestinationCidrBlock=network,
                VpcPeeringConnectionId=peering_id,
            )
        region.wait()
        assert caller.is_kept_out(place.address)
        (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [peer]}])["SecurityGroups"]
        rule = place.allow(UserIdGroupPairs=[{"GroupId": group["GroupId"]}])
        assert place.is_reached(neighbour=False, client=False)
        assert caller.connects(place.address)
        place.revoke(rule)
        region.wait()
        assert caller.is_kept_out(place.address)
        ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering_id)
