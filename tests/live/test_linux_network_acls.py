"""Network ACLs on real packets: stateless, in order, between subnets and to the outside, never within a subnet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from skywalk.drivers.linux.netns import inside
from skywalk.drivers.linux.sysctl import write_setting
from support.linux_region import LinuxRegion, linux_region
from support.packets import SILENT_FOR, call, connected, echoes, listening, ping, silent
from support.plans import ICMP, OPEN_ACL, S3_NETWORK, TCP, VpcBuilder, internet_plan, resource_id

pytestmark = pytest.mark.live

VPC = resource_id("vpc", 1)
SUBNET, OTHER_SUBNET = resource_id("subnet", 1), resource_id("subnet", 2)
TABLE = resource_id("rtb", 1)
CLIENT, NEIGHBOUR, SERVER = (resource_id("i", number) for number in (1, 2, 3))
CLIENT_ENI, NEIGHBOUR_ENI, SERVER_ENI = (resource_id("eni", number) for number in (1, 2, 3))
CLIENT_ADDRESS, NEIGHBOUR_ADDRESS, SERVER_ADDRESS = "10.0.1.10", "10.0.1.11", "10.0.2.10"
GROUP = resource_id("sg", 1)
ACL, OTHER_ACL = resource_id("acl", 1), resource_id("acl", 2)
EPHEMERAL = (1024, 65535)


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        yield made


def two_subnets(acl: str = ACL) -> VpcBuilder:
    """A client with a neighbour in its subnet, and a server in a subnet with `acl`. Groups let everything through."""
    vpc = VpcBuilder(VPC)
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE)
    vpc.subnet(OTHER_SUBNET, "10.0.2.0/24", TABLE, acl)
    vpc.port(CLIENT_ENI, CLIENT_ADDRESS, subnet=SUBNET, instance=CLIENT, groups=(GROUP,))
    vpc.port(NEIGHBOUR_ENI, NEIGHBOUR_ADDRESS, subnet=SUBNET, instance=NEIGHBOUR, groups=(GROUP,))
    vpc.port(SERVER_ENI, SERVER_ADDRESS, subnet=OTHER_SUBNET, instance=SERVER, groups=(GROUP,))
    vpc.allow_all(GROUP)
    return vpc


def test_an_acl_without_rules_lets_nothing_through(region: LinuxRegion) -> None:
    region.apply(two_subnets().plan())
    client, server = region.path(VPC, CLIENT), region.path(VPC, SERVER)
    with listening(server, 80) as called, listening(client, 80) as caller:
        assert silent(client, SERVER_ADDRESS, 80)
        assert silent(server, CLIENT_ADDRESS, 80)
        assert (called.callers, caller.callers) == ([], [])


def test_replies_need_a_rule_of_their_own(region: LinuxRegion) -> None:
    vpc = two_subnets()
    vpc.acl_rule(ACL, "in", 100, protocol=TCP, ports=(80, 80), network="10.0.1.0/24")
    region.apply(vpc.plan())
    client = region.path(VPC, CLIENT)
    with listening(region.path(VPC, SERVER), 80):
        assert silent(client, SERVER_ADDRESS, 80), "nothing lets the answer out"
        vpc.acl_rule(ACL, "out", 100, protocol=TCP, ports=EPHEMERAL, network="10.0.1.0/24")
        region.apply(vpc.plan())
        with connected(client, SERVER_ADDRESS, 80) as connection:
            assert echoes(connection)
            del vpc.acl_rules[f"{ACL} out 00100"]
            region.apply(vpc.plan())
            assert not echoes(connection, SILENT_FOR), "no connection is remembered"


def test_the_first_rule_that_matches_decides(region: LinuxRegion) -> None:
    vpc = two_subnets()
    vpc.acl_rule(ACL, "out", 100)
    vpc.acl_rule(ACL, "in", 100, protocol=TCP, ports=(80, 90), network="10.0.0.0/16")
    vpc.acl_rule(ACL, "in", 90, allow=False, protocol=TCP, ports=(85, 85), network=f"{CLIENT_ADDRESS}/32")
    vpc.acl_rule(ACL, "in", 110, allow=False, protocol=TCP, ports=(80, 80))
    region.apply(vpc.plan())
    client, neighbour, server = (region.path(VPC, each) for each in (CLIENT, NEIGHBOUR, SERVER))
    with listening(server, 80), listening(server, 85), listening(server, 91):
        assert call(client, SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        assert silent(client, SERVER_ADDRESS, 85)
        assert call(neighbour, SERVER_ADDRESS, 85) == f"here {NEIGHBOUR_ADDRESS}"
        assert silent(client, SERVER_ADDRESS, 91)


def test_rules_for_icmp_and_for_all_protocols(region: LinuxRegion) -> None:
    vpc = two_subnets()
    vpc.acl_rule(ACL, "in", 100, protocol=ICMP, ports=(8, -1))
    vpc.acl_rule(ACL, "out", 100, protocol=ICMP, ports=(0, -1))
    region.apply(vpc.plan())
    client = region.path(VPC, CLIENT)
    assert ping(client, SERVER_ADDRESS) == "reply"
    assert ping(region.path(VPC, SERVER), CLIENT_ADDRESS, SILENT_FOR) == "silence"
    vpc.acl_rule(ACL, "in", 90, allow=False, network=f"{CLIENT_ADDRESS}/32")
    region.apply(vpc.plan())
    assert ping(client, SERVER_ADDRESS, SILENT_FOR) == "silence"
    assert ping(region.path(VPC, NEIGHBOUR), SERVER_ADDRESS) == "reply"


def test_within_a_subnet_nothing_is_asked(region: LinuxRegion) -> None:
    vpc = two_subnets()
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE, ACL)
    region.apply(vpc.plan())
    client = region.path(VPC, CLIENT)
    with listening(region.path(VPC, NEIGHBOUR), 80), listening(region.path(VPC, SERVER), 80):
        assert call(client, NEIGHBOUR_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        assert silent(client, SERVER_ADDRESS, 80)


def test_the_hop_to_an_appliance_of_the_same_subnet_is_within_it(region: LinuxRegion) -> None:
    """The ACL takes nothing that comes from the client; it is asked where the appliance sends on, and not before."""
    vpc = two_subnets(OPEN_ACL)
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE, ACL)
    vpc.acl_rule(ACL, "out", 100)
    vpc.acl_rule(ACL, "in", 90, allow=False, network=f"{CLIENT_ADDRESS}/32")
    vpc.acl_rule(ACL, "in", 100)
    vpc.port(
        NEIGHBOUR_ENI, NEIGHBOUR_ADDRESS, subnet=SUBNET, instance=NEIGHBOUR, groups=(GROUP,), source_dest_check=False
    )
    vpc.zone(NEIGHBOUR_ENI, 3)
    vpc.subnet(OTHER_SUBNET, "10.0.2.0/24", resource_id("rtb", 2))
    vpc.route(TABLE, "10.0.2.0/24", "port", NEIGHBOUR_ENI)
    start_forwarding(region, vpc)
    client = region.path(VPC, CLIENT)
    with listening(region.path(VPC, SERVER), 80):
        assert silent(client, SERVER_ADDRESS, 80), "the appliance's own table leads back to it"
        vpc.subnet(SUBNET, "10.0.1.0/24", resource_id("rtb", 2), ACL)
        vpc.ports[CLIENT_ENI] = replace(vpc.ports[CLIENT_ENI], route_table_id=TABLE)
        start_forwarding(region, vpc)
        assert call(client, SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        vpc.acl_rule(ACL, "out", 90, allow=False, protocol=TCP, ports=(80, 80), network="10.0.2.0/24")
        start_forwarding(region, vpc)
        assert silent(client, SERVER_ADDRESS, 80)


def start_forwarding(region: LinuxRegion, vpc: VpcBuilder) -> None:
    region.apply(vpc.plan())
    with inside(region.path(VPC, NEIGHBOUR)):
        write_setting("ipv4/ip_forward", "1")
        write_setting("ipv4/conf/all/send_redirects", "0")
        write_setting("ipv4/conf/eth0/send_redirects", "0")


def test_both_subnets_are_asked(region: LinuxRegion) -> None:
    vpc = two_subnets()
    vpc.subnet(SUBNET, "10.0.1.0/24", TABLE, OTHER_ACL)
    for direction in ("in", "out"):
        vpc.acl_rule(ACL, direction, 100, protocol=TCP, ports=(0, 65535))
        vpc.acl_rule(OTHER_ACL, direction, 100, protocol=TCP, ports=(0, 65535))
    region.apply(vpc.plan())
    client = region.path(VPC, CLIENT)
    with listening(region.path(VPC, SERVER), 80):
        assert call(client, SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        vpc.acl_rule(OTHER_ACL, "out", 50, allow=False, protocol=TCP, ports=(80, 80), network="10.0.2.0/24")
        region.apply(vpc.plan())
        assert silent(client, SERVER_ADDRESS, 80)


def test_an_acl_follows_its_association_and_its_rules(region: LinuxRegion) -> None:
    vpc = two_subnets()
    region.apply(vpc.plan())
    client = region.path(VPC, CLIENT)
    with listening(region.path(VPC, SERVER), 80):
        assert silent(client, SERVER_ADDRESS, 80)
        vpc.acl_rule(OTHER_ACL, "in", 100)
        vpc.acl_rule(OTHER_ACL, "out", 100)
        vpc.subnet(OTHER_SUBNET, "10.0.2.0/24", TABLE, OTHER_ACL)
        region.apply(vpc.plan())
        assert call(client, SERVER_ADDRESS, 80) == f"here {CLIENT_ADDRESS}"
        vpc.acl_rule(OTHER_ACL, "in", 50, allow=False, network="10.0.1.8/29")
        region.apply(vpc.plan())
        assert silent(client, SERVER_ADDRESS, 80)


def test_the_routers_own_services_are_not_subject_to_acls(region: LinuxRegion) -> None:
    region.apply(two_subnets().plan())
    router = region.path(VPC, "router")
    with listening(router, 80), listening(router, 53):
        assert call(region.path(VPC, SERVER), "169.254.169.254", 80) == f"here {SERVER_ADDRESS}"
        assert call(region.path(VPC, SERVER), "10.0.0.2", 53) == f"here {SERVER_ADDRESS}"


def test_acls_see_private_addresses_here_and_public_ones_outside(region: LinuxRegion) -> None:
    assert region.driver.apply_internet(internet_plan(("s3", S3_NETWORK, (443,)))).failures == {}
    vpc = two_subnets()
    vpc.has_internet = True
    vpc.route(TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.public_address(SERVER_ENI, "203.0.113.10")
    vpc.acl_rule(ACL, "out", 100, protocol=TCP, ports=(443, 443), network=S3_NETWORK)
    vpc.acl_rule(ACL, "in", 100, protocol=TCP, ports=EPHEMERAL, network=S3_NETWORK)
    region.apply(vpc.plan())
    server = region.path(VPC, SERVER)
    with listening(region.internet, 443):
        assert call(server, "52.216.10.20", 443) == "here 203.0.113.10"
        vpc.acl_rule(ACL, "in", 100, protocol=TCP, ports=EPHEMERAL, network="10.0.0.0/16")
        region.apply(vpc.plan())
        assert silent(server, "52.216.10.20", 443)


def test_acls_apply_on_the_way_to_an_endpoint(region: LinuxRegion) -> None:
    vpc = two_subnets()
    vpc.endpoint(resource_id("vpce", 1), TABLE)
    vpc.acl_rule(ACL, "out", 100, protocol=TCP, ports=(443, 443), network=S3_NETWORK)
    region.apply(vpc.plan())
    place = region.driver.places(VPC)[1]
    with listening(region.path(VPC, "endpoints"), 443, "edge", place.device):
        assert silent(region.path(VPC, SERVER), "52.216.10.20", 443)
        vpc.acl_rule(ACL, "in", 100, protocol=TCP, ports=EPHEMERAL, network=S3_NETWORK)
        region.apply(vpc.plan())
        assert call(region.path(VPC, SERVER), "52.216.10.20", 443) == f"edge {SERVER_ADDRESS}"
