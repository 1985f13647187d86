"""A VPC with a client, an appliance and a server, and the routes that lead through the appliance."""

from __future__ import annotations

from pathlib import Path

from skywalk.drivers.linux.libnftables import run_commands
from skywalk.drivers.linux.netns import inside
from skywalk.drivers.linux.sysctl import write_setting
from support.linux_region import LinuxRegion
from support.plans import VpcBuilder, resource_id

VPC, OTHER_VPC = resource_id("vpc", 1), resource_id("vpc", 2)
CLIENTS_SUBNET, APPLIANCE_SUBNET, SERVERS_SUBNET = (resource_id("subnet", number) for number in (1, 2, 3))
CLIENTS_TABLE, APPLIANCE_TABLE, SERVERS_TABLE, GATEWAY_TABLE = (resource_id("rtb", number) for number in (1, 2, 3, 4))
CLIENT, APPLIANCE, SERVER, SECOND = (resource_id("i", number) for number in (1, 2, 3, 4))
CLIENT_ENI, APPLIANCE_ENI, SERVER_ENI, SECOND_ENI = (resource_id("eni", number) for number in (1, 2, 3, 4))
CLIENT_ADDRESS, APPLIANCE_ADDRESS, SERVER_ADDRESS, SECOND_ADDRESS = "10.0.1.10", "10.0.2.10", "10.0.3.10", "10.0.2.20"
CLIENT_PUBLIC, APPLIANCE_PUBLIC = "203.0.113.10", "203.0.113.20"
INSTANCES_GROUP, APPLIANCE_GROUP = resource_id("sg", 1), resource_id("sg", 2)
STS_ADDRESS = "198.51.100.20"
ZONE = 5


def three_subnets(zone: int = ZONE) -> VpcBuilder:
    """A client, an appliance and a server, each in a subnet and with a route table of its own; only the local route
    leads anywhere. Groups let everything through."""
    vpc = VpcBuilder(VPC)
    vpc.subnet(CLIENTS_SUBNET, "10.0.1.0/24", CLIENTS_TABLE)
    vpc.subnet(APPLIANCE_SUBNET, "10.0.2.0/24", APPLIANCE_TABLE)
    vpc.subnet(SERVERS_SUBNET, "10.0.3.0/24", SERVERS_TABLE)
    vpc.port(CLIENT_ENI, CLIENT_ADDRESS, subnet=CLIENTS_SUBNET, instance=CLIENT, groups=(INSTANCES_GROUP,))
    vpc.port(SERVER_ENI, SERVER_ADDRESS, subnet=SERVERS_SUBNET, instance=SERVER, groups=(INSTANCES_GROUP,))
    appliance(vpc, APPLIANCE_ENI, APPLIANCE_ADDRESS, APPLIANCE, zone)
    for table in (CLIENTS_TABLE, APPLIANCE_TABLE, SERVERS_TABLE):
        vpc.route(table, "10.0.0.0/16", "local", "local")
    vpc.allow_all(INSTANCES_GROUP)
    vpc.allow_all(APPLIANCE_GROUP)
    return vpc


def appliance(vpc: VpcBuilder, eni: str, address: str, instance: str, zone: int) -> None:
    vpc.port(
        eni,
        address,
        subnet=APPLIANCE_SUBNET,
        instance=instance,
        groups=(APPLIANCE_GROUP,),
        source_dest_check=False,
    )
    if zone:
        vpc.zone(eni, zone)


def lead(vpc: VpcBuilder, *, there: bool = True, back: bool = True) -> VpcBuilder:
    """By way of the appliance: from the client to the server and back."""
    if there:
        vpc.route(CLIENTS_TABLE, "10.0.3.0/24", "port", APPLIANCE_ENI)
    if back:
        vpc.route(SERVERS_TABLE, "10.0.1.0/24", "port", APPLIANCE_ENI)
    return vpc


def with_internet(vpc: VpcBuilder, *, edge: bool = True) -> VpcBuilder:
    """The client's way out is the appliance, whose own is the internet gateway; with `edge` replies come the same
    way."""
    vpc.has_internet = True
    vpc.route(CLIENTS_TABLE, "0.0.0.0/0", "port", APPLIANCE_ENI)
    vpc.route(APPLIANCE_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.public_address(CLIENT_ENI, CLIENT_PUBLIC)
    vpc.public_address(APPLIANCE_ENI, APPLIANCE_PUBLIC)
    if edge:
        vpc.gateway_table = GATEWAY_TABLE
        vpc.route(GATEWAY_TABLE, "10.0.0.0/16", "local", "local")
        vpc.route(GATEWAY_TABLE, "10.0.1.0/24", "port", APPLIANCE_ENI)
    return vpc


def start(region: LinuxRegion, vpc: VpcBuilder, *instances: str) -> None:
    """Applies a plan; the appliances of the region forward from then on."""
    region.apply(vpc.plan())
    for instance in instances or (APPLIANCE,):
        with inside(region.path(VPC, instance)):
            write_setting("ipv4/ip_forward", "1")
            write_setting("ipv4/conf/all/send_redirects", "0")
            write_setting("ipv4/conf/eth0/send_redirects", "0")


def forwarded(region: LinuxRegion, instance: str = APPLIANCE) -> int:
    """Packets that an instance has forwarded."""
    with inside(region.path(VPC, instance)), open("/proc/thread-self/net/snmp") as counters:
        names, values = (line.split() for line in counters if line.startswith("Ip:"))
    return int(dict(zip(names, values, strict=True))["ForwDatagrams"])


def outside(region: LinuxRegion) -> Path:
    """An instance of another VPC, whose public address is 203.0.113.99."""
    other = VpcBuilder(OTHER_VPC, "10.9.0.0/16", has_internet=True)
    other.subnet(CLIENTS_SUBNET, "10.9.1.0/24", CLIENTS_TABLE)
    other.port(CLIENT_ENI, "10.9.1.10", subnet=CLIENTS_SUBNET, instance=CLIENT, groups=(INSTANCES_GROUP,))
    other.route(CLIENTS_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 2))
    other.public_address(CLIENT_ENI, "203.0.113.99")
    other.allow_all(INSTANCES_GROUP)
    region.apply(other.plan())
    return region.path(OTHER_VPC, CLIENT)


def masquerade(region: LinuxRegion) -> None:
    with inside(region.path(VPC, APPLIANCE)):
        run_commands(
            "add table ip nat\n"
            "add chain ip nat out { type nat hook postrouting priority 100; }\n"
            "add rule ip nat out masquerade\n"
        )
