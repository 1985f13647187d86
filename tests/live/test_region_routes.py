"""Routes on a running region: prefix lists that change, appliances between subnets and behind an internet gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from support.live_callers import answering, is_silent, open_group, told
from support.live_region import LiveRegion
from support.waiting import wait_until

pytestmark = pytest.mark.live

EVERYWHERE = "0.0.0.0/0"
CLIENTS, APPLIANCES, SERVERS = "10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"
CLIENT, APPLIANCE, SERVER = "10.0.1.4", "10.0.2.4", "10.0.3.4"

FORWARD = """
for name in ("ip_forward", "conf/all/send_redirects", "conf/eth0/send_redirects"):
    with open(f"/proc/sys/net/ipv4/{name}", "w") as setting:
        setting.write("1" if name == "ip_forward" else "0")
"""
FORWARDED = """
with open("/proc/self/net/snmp") as counters:
    names, values = (line.split() for line in counters if line.startswith("Ip:"))
print(dict(zip(names, values))["ForwDatagrams"])
"""


@dataclass(frozen=True)
class Place:
    """A client, an appliance and a server, each in a subnet with a route table of its own."""

    vpc: str
    tables: dict[str, str]
    client: str
    appliance: str
    server: str
    appliance_eni: str


def described(region: LiveRegion, instance: str) -> dict[str, Any]:
    (reservation,) = region.ec2.describe_instances(InstanceIds=[instance])["Reservations"]
    return dict(reservation["Instances"][0])


def place(region: LiveRegion) -> Place:
    vpc = region.vpc()
    subnets = {network: region.subnet(vpc, network) for network in (CLIENTS, APPLIANCES, SERVERS)}
    tables = {network: region.table(vpc, subnet) for network, subnet in subnets.items()}
    groups = [everything(region, vpc)]
    client = region.instance(subnets[CLIENTS], public=True, groups=groups)
    appliance = region.instance(subnets[APPLIANCES], groups=groups)
    server = region.instance(subnets[SERVERS], groups=groups)
    region.ec2.modify_instance_attribute(InstanceId=appliance, SourceDestCheck={"Value": False})
    region.wait()
    region.python(appliance, FORWARD)
    (interface,) = described(region, appliance)["NetworkInterfaces"]
    return Place(vpc, tables, client, appliance, server, interface["NetworkInterfaceId"])


def everything(region: LiveRegion, vpc: str) -> str:
    """A group that lets everything in and out."""
    group = str(region.ec2.create_security_group(VpcId=vpc, GroupName="all", Description="all")["GroupId"])
    permission = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": EVERYWHERE}]}
    region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    return group


def forwarded(region: LiveRegion, at: Place) -> int:
    """Packets that the appliance has sent on."""
    return int(region.python(at.appliance, FORWARDED))


def outside_server(region: LiveRegion) -> tuple[str, str]:
    """An instance of another VPC, and its public address."""
    vpc = region.vpc("10.9.0.0/16")
    subnet = region.subnet(vpc, "10.9.1.0/24")
    region.internet_gateway(vpc, region.table(vpc, subnet))
    instance = region.instance(subnet, public=True, groups=[open_group(region, vpc)])
    return instance, str(described(region, instance)["PublicIpAddress"])


def test_an_appliance_between_subnets(region: LiveRegion) -> None:
    at = place(region)
    with answering(region, at.server):
        assert told(region, at.client, SERVER) == f"{CLIENT} at {SERVER}"
        assert forwarded(region, at) == 0
        region.ec2.create_route(RouteTableId=at.tables[CLIENTS], DestinationCidrBlock=SERVERS, InstanceId=at.appliance)
        region.ec2.create_route(
            RouteTableId=at.tables[SERVERS], DestinationCidrBlock=CLIENTS, NetworkInterfaceId=at.appliance_eni
        )
        region.wait()
        assert told(region, at.client, SERVER) == f"{CLIENT} at {SERVER}", "the appliance changes nothing"
        assert forwarded(region, at) > 0

        region.ec2.stop_instances(InstanceIds=[at.appliance])
        region.ec2.get_waiter("instance_stopped").wait(
            InstanceIds=[at.appliance], WaiterConfig={"Delay": 1, "MaxAttempts": 180}
        )
        assert is_silent(region, at.client, SERVER), "the route leads to nobody"
        (table,) = region.ec2.describe_route_tables(RouteTableIds=[at.tables[CLIENTS]])["RouteTables"]
        assert [one["State"] for one in table["Routes"] if one.get("InstanceId")] == ["blackhole"]

        region.ec2.delete_route(RouteTableId=at.tables[CLIENTS], DestinationCidrBlock=SERVERS)
        region.ec2.delete_route(RouteTableId=at.tables[SERVERS], DestinationCidrBlock=CLIENTS)
        region.wait()
        assert told(region, at.client, SERVER) == f"{CLIENT} at {SERVER}"


def test_an_appliance_behind_the_internet_gateway(region: LiveRegion) -> None:
    at = place(region)
    outside, outside_address = outside_server(region)
    gateway = region.internet_gateway(at.vpc, at.tables[APPLIANCES])
    region.ec2.create_route(
        RouteTableId=at.tables[CLIENTS], DestinationCidrBlock=EVERYWHERE, NetworkInterfaceId=at.appliance_eni
    )
    edge = region.table(at.vpc)
    region.ec2.create_route(RouteTableId=edge, DestinationCidrBlock=CLIENTS, NetworkInterfaceId=at.appliance_eni)
    association = region.ec2.associate_route_table(RouteTableId=edge, GatewayId=gateway)["AssociationId"]
    region.wait()
    public = described(region, at.client)["PublicIpAddress"]
    with answering(region, outside):
        before = forwarded(region, at)
        assert told(region, at.client, outside_address).startswith(f"{public} at 10.9.1.")
        there_and_back = forwarded(region, at) - before
        assert there_and_back >= 6, "a connection's packets of both directions"
    with answering(region, at.client):
        before = forwarded(region, at)
        assert told(region, outside, public) == f"{outside_address} at {CLIENT}"
        assert forwarded(region, at) - before >= 6
        region.ec2.disassociate_route_table(AssociationId=association)
        region.ec2.replace_route(RouteTableId=at.tables[CLIENTS], DestinationCidrBlock=EVERYWHERE, GatewayId=gateway)
        region.wait()
        before = forwarded(region, at)
        assert told(region, outside, public) == f"{outside_address} at {CLIENT}"
        assert forwarded(region, at) == before, "both directions pass by"


def prefix_list(region: LiveRegion, *networks: str) -> str:
    made = region.ec2.create_managed_prefix_list(
        PrefixListName="offices",
        MaxEntries=10,
        AddressFamily="IPv4",
        Entries=[{"Cidr": network} for network in networks],
    )
    return str(made["PrefixList"]["PrefixListId"])


def test_a_prefix_list_that_changes_in_a_route_and_in_a_group(region: LiveRegion) -> None:
    outside, outside_address = outside_server(region)
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    table = region.table(vpc, subnet)
    gateway = region.internet_gateway(vpc)
    listed = prefix_list(region, "192.0.2.0/24")
    group = str(region.ec2.create_security_group(VpcId=vpc, GroupName="listed", Description="x")["GroupId"])
    permission = {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": listed}]}
    region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    region.ec2.create_route(RouteTableId=table, DestinationPrefixListId=listed, GatewayId=gateway)
    client = region.instance(subnet, public=True, groups=[group])
    public = described(region, client)["PublicIpAddress"]
    with answering(region, outside), answering(region, client):
        assert is_silent(region, client, outside_address), "no member of the list, so no route"
        changed = region.ec2.modify_managed_prefix_list(
            PrefixListId=listed, CurrentVersion=1, AddEntries=[{"Cidr": f"{outside_address}/32"}]
        )["PrefixList"]
        assert changed["State"] == "modify-in-progress"
        # Answered when packets obey: there is nothing to wait for.
        assert told(region, client, outside_address).startswith(f"{public} at ")
        assert told(region, outside, public) == f"{outside_address} at {CLIENT}", "the group names the list too"

        region.ec2.restore_managed_prefix_list_version(PrefixListId=listed, PreviousVersion=1, CurrentVersion=2)
        assert is_silent(region, client, outside_address)
        assert is_silent(region, outside, public)

    region.ec2.delete_managed_prefix_list(PrefixListId=listed)

    def state() -> str:
        (shown,) = region.ec2.describe_managed_prefix_lists(PrefixListIds=[listed])["PrefixLists"]
        return str(shown["State"])

    wait_until(lambda: state() == "delete-failed")
