"""Real packets that leave a VPC: public addresses through the internet gateway, gateway endpoints, counters."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from skywalk.drivers.linux.netns import inside
from support.linux_region import LinuxRegion, linux_region
from support.packets import (
    REACHES_WITHIN,
    SILENT_FOR,
    Listener,
    arrives,
    call,
    connected,
    echoes,
    listening,
    open_socket,
    ping,
    put_on_link,
    silent,
)
from support.plans import S3_ADDRESS, S3_NETWORK, TCP, VpcBuilder, internet_plan, resource_id

pytestmark = pytest.mark.live

VPC, OTHER_VPC = resource_id("vpc", 1), resource_id("vpc", 2)
PUBLIC_SUBNET, PRIVATE_SUBNET = resource_id("subnet", 1), resource_id("subnet", 2)
PUBLIC_TABLE, PRIVATE_TABLE = resource_id("rtb", 1), resource_id("rtb", 2)
PUBLIC, PRIVATE, NAMELESS = (resource_id("i", number) for number in (1, 2, 3))
PUBLIC_ENI, PRIVATE_ENI, NAMELESS_ENI = (resource_id("eni", number) for number in (1, 2, 3))
GROUP = resource_id("sg", 1)
ENDPOINT, OTHER_ENDPOINT = resource_id("vpce", 1), resource_id("vpce", 2)
PUBLIC_ADDRESS = "203.0.113.10"
STS_ADDRESS = "198.51.100.20"


@pytest.fixture
def region() -> Iterator[LinuxRegion]:
    with linux_region() as made:
        internet = internet_plan(("sts", "198.51.100.0/24", (443,)), ("s3", S3_NETWORK, (80, 443)))
        assert made.driver.apply_internet(internet).failures == {}
        yield made


def public_and_private(vpc_id: str = VPC, public: str = PUBLIC_ADDRESS) -> VpcBuilder:
    """An instance with a public address and one without in a subnet with an internet route, and one in a subnet
    that has none. Groups let everything through."""
    vpc = VpcBuilder(vpc_id, has_internet=True)
    vpc.subnet(PUBLIC_SUBNET, "10.0.1.0/24", PUBLIC_TABLE)
    vpc.subnet(PRIVATE_SUBNET, "10.0.2.0/24", PRIVATE_TABLE)
    vpc.port(PUBLIC_ENI, "10.0.1.10", subnet=PUBLIC_SUBNET, instance=PUBLIC, groups=(GROUP,))
    vpc.port(NAMELESS_ENI, "10.0.1.11", subnet=PUBLIC_SUBNET, instance=NAMELESS, groups=(GROUP,))
    vpc.port(PRIVATE_ENI, "10.0.2.10", subnet=PRIVATE_SUBNET, instance=PRIVATE, groups=(GROUP,))
    for table in (PUBLIC_TABLE, PRIVATE_TABLE):
        vpc.route(table, "10.0.0.0/16", "local", "local")
    vpc.route(PUBLIC_TABLE, "0.0.0.0/0", "internet", resource_id("igw", 1))
    vpc.public_address(PUBLIC_ENI, public)
    vpc.allow_all(GROUP)
    return vpc


def endpoint_listener(
    region: LinuxRegion, endpoint_id: str, port: int = 443, vpc_id: str = VPC
) -> AbstractContextManager[Listener]:
    place = next(each for each in region.driver.places(vpc_id) if each.owner_id == endpoint_id)
    return listening(Path(place.namespace), port, endpoint_id, place.device)


def test_a_public_address_works_both_ways(region: LinuxRegion) -> None:
    region.apply(public_and_private().plan())
    instance = region.path(VPC, PUBLIC)
    with listening(region.internet, 443):
        assert call(instance, STS_ADDRESS, 443) == f"here {PUBLIC_ADDRESS}"
    # Nothing but services' ports answers there, and what comes from there cannot be sent from its own sockets:
    # a caller from outside is another VPC's instance.
    region.apply(public_and_private(OTHER_VPC, "203.0.113.99").plan())
    with listening(instance, 8080):
        assert call(region.path(OTHER_VPC, PUBLIC), PUBLIC_ADDRESS, 8080) == "here 203.0.113.99"
    assert ping(region.path(OTHER_VPC, PUBLIC), PUBLIC_ADDRESS) == "reply"


def test_groups_see_public_callers_by_their_public_address(region: LinuxRegion) -> None:
    vpc = public_and_private()
    vpc.rules.clear()
    vpc.allow(GROUP, "in", protocol=TCP, ports=(8080, 8080), network="203.0.113.99/32")
    region.apply(vpc.plan())
    region.apply(public_and_private(OTHER_VPC, "203.0.113.99").plan())
    with listening(region.path(VPC, PUBLIC), 8080):
        assert call(region.path(OTHER_VPC, PUBLIC), PUBLIC_ADDRESS, 8080) == "here 203.0.113.99"
        del vpc.rules[next(iter(vpc.rules))]
        region.apply(vpc.plan())
        assert silent(region.path(OTHER_VPC, PUBLIC), PUBLIC_ADDRESS, 8080)


def test_without_a_public_address_nothing_leaves(region: LinuxRegion) -> None:
    region.apply(public_and_private().plan())
    with listening(region.internet, 443) as service:
        assert silent(region.path(VPC, NAMELESS), STS_ADDRESS, 443)
        assert silent(region.path(VPC, PRIVATE), STS_ADDRESS, 443)
        assert service.callers == []
    assert region.driver.read_counters()[VPC].received_packets == 0


def test_the_internet_has_the_services_ports_only(region: LinuxRegion) -> None:
    region.apply(public_and_private().plan())
    instance = region.path(VPC, PUBLIC)
    with listening(region.internet, 80), listening(region.internet, 22):
        assert call(instance, S3_ADDRESS, 80) == f"here {PUBLIC_ADDRESS}"
        assert silent(instance, STS_ADDRESS, 80)
        assert silent(instance, S3_ADDRESS, 22)
        assert ping(instance, S3_ADDRESS, SILENT_FOR) == "silence"
        assert silent(instance, "192.0.2.1", 80)
    assert not arrives(instance, region.internet, STS_ADDRESS, 443), "UDP"
    with open_socket(region.internet, socket.SOCK_DGRAM) as caller, pytest.raises(PermissionError):
        caller.sendto(b"?", (PUBLIC_ADDRESS, 5000))


def test_an_instance_reaches_another_by_its_public_address(region: LinuxRegion) -> None:
    vpc = public_and_private()
    vpc.public_address(NAMELESS_ENI, "203.0.113.11")
    region.apply(vpc.plan())
    with listening(region.path(VPC, NAMELESS), 8080), listening(region.path(VPC, PUBLIC), 8080):
        assert call(region.path(VPC, PUBLIC), "203.0.113.11", 8080) == f"here {PUBLIC_ADDRESS}"
        assert call(region.path(VPC, PUBLIC), PUBLIC_ADDRESS, 8080) == f"here {PUBLIC_ADDRESS}"
        with connected(region.path(VPC, PUBLIC), "203.0.113.11", 8080) as connection:
            assert echoes(connection)


def test_a_public_address_that_is_taken_away_cuts_what_used_it(region: LinuxRegion) -> None:
    vpc = public_and_private()
    region.apply(vpc.plan())
    with listening(region.internet, 443), connected(region.path(VPC, PUBLIC), STS_ADDRESS, 443) as connection:
        vpc.translations.clear()
        region.apply(vpc.plan())
        assert not echoes(connection, SILENT_FOR)
        assert silent(region.path(VPC, PUBLIC), STS_ADDRESS, 443)


def test_sources_inside_the_vpc_do_not_come_from_outside(region: LinuxRegion) -> None:
    """Datagrams put onto the internet's end of the VPC's link, as if another gateway had let them out."""
    region.apply(public_and_private().plan())
    device = next(name for name in _devices(region.internet) if name.startswith("v-"))
    with open_socket(region.path(VPC, PUBLIC), socket.SOCK_DGRAM) as receiver:
        receiver.bind(("0.0.0.0", 5000))
        for source, destination in (
            ("10.0.1.11", PUBLIC_ADDRESS),
            ("192.0.2.1", "10.0.1.10"),
            ("192.0.2.2", PUBLIC_ADDRESS),
        ):
            put_on_link(region.internet, device, source, destination, 5000)
        receiver.settimeout(REACHES_WITHIN)
        assert receiver.recvfrom(100)[1][0] == "192.0.2.2"
        receiver.settimeout(SILENT_FOR)
        with pytest.raises(TimeoutError):
            receiver.recvfrom(100)


def _devices(namespace: Path) -> list[str]:
    with inside(namespace):
        return [name for _, name in socket.if_nameindex()]


def test_a_gateway_endpoint_opens_a_private_subnet(region: LinuxRegion) -> None:
    vpc = public_and_private()
    region.apply(vpc.plan())
    instance = region.path(VPC, PRIVATE)
    assert silent(instance, S3_ADDRESS, 443)
    vpc.endpoint(ENDPOINT, PRIVATE_TABLE)
    region.apply(vpc.plan())
    with endpoint_listener(region, ENDPOINT):
        assert call(instance, S3_ADDRESS, 443) == f"{ENDPOINT} 10.0.2.10"
        with connected(instance, S3_ADDRESS, 443) as connection:
            vpc.remove_endpoint(ENDPOINT)
            region.apply(vpc.plan())
            assert not echoes(connection, SILENT_FOR)
    assert silent(instance, S3_ADDRESS, 443)
    assert not region.path(VPC, "endpoints").exists()


def test_an_endpoint_answers_on_its_ports_only(region: LinuxRegion) -> None:
    vpc = public_and_private()
    vpc.endpoint(ENDPOINT, PRIVATE_TABLE)
    region.apply(vpc.plan())
    instance = region.path(VPC, PRIVATE)
    with endpoint_listener(region, ENDPOINT, 80), endpoint_listener(region, ENDPOINT, 22):
        assert call(instance, S3_ADDRESS, 80) == f"{ENDPOINT} 10.0.2.10"
        assert silent(instance, S3_ADDRESS, 22)
        assert ping(instance, S3_ADDRESS, SILENT_FOR) == "silence"
    assert not arrives(instance, region.path(VPC, "endpoints"), S3_ADDRESS, 443), "UDP"


def test_groups_apply_on_the_way_to_an_endpoint(region: LinuxRegion) -> None:
    vpc = public_and_private()
    prefix_list = resource_id("pl", 1)
    vpc.endpoint(ENDPOINT, PRIVATE_TABLE)
    vpc.rules.clear()
    vpc.prefix_list(prefix_list, S3_NETWORK)
    rule = vpc.allow(GROUP, "out", protocol=TCP, ports=(443, 443), prefix_list=prefix_list)
    region.apply(vpc.plan())
    instance = region.path(VPC, PRIVATE)
    with endpoint_listener(region, ENDPOINT), endpoint_listener(region, ENDPOINT, 80):
        assert call(instance, S3_ADDRESS, 443) == f"{ENDPOINT} 10.0.2.10"
        assert silent(instance, S3_ADDRESS, 80)
        del vpc.rules[rule]
        region.apply(vpc.plan())
        assert silent(instance, S3_ADDRESS, 443)


def test_the_prefix_beats_the_default_route_and_the_gateway_sees_nothing(region: LinuxRegion) -> None:
    vpc = public_and_private()
    vpc.endpoint(ENDPOINT, PUBLIC_TABLE)
    region.apply(vpc.plan())
    instance = region.path(VPC, PUBLIC)
    with endpoint_listener(region, ENDPOINT), listening(region.internet, 443, "internet"):
        assert call(instance, S3_ADDRESS, 443) == f"{ENDPOINT} 10.0.1.10"
        counters = region.driver.read_counters()
        assert (counters[VPC].received_packets, counters[VPC].sent_packets) == (0, 0)
        assert counters[ENDPOINT].received_packets > 2
        assert counters[ENDPOINT].sent_bytes > 100
        assert call(instance, STS_ADDRESS, 443) == f"internet {PUBLIC_ADDRESS}"
        assert region.driver.read_counters()[VPC].received_packets > 2
        vpc.remove_endpoint(ENDPOINT)
        region.apply(vpc.plan())
        assert call(instance, S3_ADDRESS, 443) == f"internet {PUBLIC_ADDRESS}"


def test_switching_to_an_endpoint_drops_open_connections(region: LinuxRegion) -> None:
    vpc = public_and_private()
    region.apply(vpc.plan())
    instance = region.path(VPC, PUBLIC)
    with listening(region.internet, 443, "internet"), connected(instance, S3_ADDRESS, 443) as connection:
        vpc.endpoint(ENDPOINT, PUBLIC_TABLE)
        region.apply(vpc.plan())
        with endpoint_listener(region, ENDPOINT) as edge:
            assert not echoes(connection, SILENT_FOR)
            assert edge.callers == []
            assert region.driver.read_counters()[ENDPOINT].received_packets == 0
            assert call(instance, S3_ADDRESS, 443) == f"{ENDPOINT} 10.0.1.10"


def test_a_table_without_the_endpoint_keeps_the_public_path(region: LinuxRegion) -> None:
    vpc = public_and_private()
    vpc.endpoint(ENDPOINT, PRIVATE_TABLE)
    region.apply(vpc.plan())
    with endpoint_listener(region, ENDPOINT), listening(region.internet, 443, "internet"):
        assert call(region.path(VPC, PRIVATE), S3_ADDRESS, 443) == f"{ENDPOINT} 10.0.2.10"
        assert call(region.path(VPC, PUBLIC), S3_ADDRESS, 443) == f"internet {PUBLIC_ADDRESS}"
        vpc.subnet(PRIVATE_SUBNET, "10.0.2.0/24", PUBLIC_TABLE)
        region.apply(vpc.plan())
        assert silent(region.path(VPC, PRIVATE), S3_ADDRESS, 443)


def test_two_endpoints_for_one_service_stay_apart(region: LinuxRegion) -> None:
    vpc = public_and_private()
    vpc.endpoint(ENDPOINT, PUBLIC_TABLE)
    vpc.endpoint(OTHER_ENDPOINT, PRIVATE_TABLE)
    region.apply(vpc.plan())
    devices = [place.device for place in region.driver.places(VPC) if place.device]
    assert len(set(devices)) == 2
    with endpoint_listener(region, ENDPOINT) as first, endpoint_listener(region, OTHER_ENDPOINT) as second:
        assert call(region.path(VPC, PUBLIC), S3_ADDRESS, 443) == f"{ENDPOINT} 10.0.1.10"
        assert call(region.path(VPC, PRIVATE), S3_ADDRESS, 443) == f"{OTHER_ENDPOINT} 10.0.2.10"
        assert (first.callers, second.callers) == (["10.0.1.10"], ["10.0.2.10"])
        vpc.remove_endpoint(ENDPOINT)
        region.apply(vpc.plan())
        assert call(region.path(VPC, PRIVATE), S3_ADDRESS, 443) == f"{OTHER_ENDPOINT} 10.0.2.10"


def test_nothing_starts_from_an_endpoints_side(region: LinuxRegion) -> None:
    vpc = public_and_private()
    vpc.endpoint(ENDPOINT, PRIVATE_TABLE)
    region.apply(vpc.plan())
    with listening(region.path(VPC, PRIVATE), 443) as instance:
        assert silent(region.path(VPC, "endpoints"), "10.0.2.10", 443)
        assert instance.callers == []
    with open_socket(region.path(VPC, "endpoints"), socket.SOCK_DGRAM) as caller, pytest.raises(PermissionError):
        caller.sendto(b"?", ("10.0.2.10", 5000))
    with open_socket(region.path(VPC, PRIVATE), socket.SOCK_DGRAM) as receiver:
        receiver.bind(("0.0.0.0", 5000))
        receiver.settimeout(SILENT_FOR)
        device = next(name for name in _devices(region.path(VPC, "endpoints")) if name.startswith("e-"))
        for source in (S3_ADDRESS, "10.0.2.99"):
            put_on_link(region.path(VPC, "endpoints"), device, source, "10.0.2.10", 5000)
        with pytest.raises(TimeoutError):
            receiver.recv(100)


def test_a_blackhole_route_wins_over_a_wider_one(region: LinuxRegion) -> None:
    vpc = public_and_private()
    vpc.route(PUBLIC_TABLE, S3_NETWORK, "blackhole", resource_id("vpce", 9))
    region.apply(vpc.plan())
    with listening(region.internet, 443):
        assert silent(region.path(VPC, PUBLIC), S3_ADDRESS, 443)
        assert call(region.path(VPC, PUBLIC), STS_ADDRESS, 443) == f"here {PUBLIC_ADDRESS}"


def test_detaching_the_internet_gateway_cuts_the_path(region: LinuxRegion) -> None:
    vpc = public_and_private()
    region.apply(vpc.plan())
    with listening(region.internet, 443):
        assert call(region.path(VPC, PUBLIC), STS_ADDRESS, 443) == f"here {PUBLIC_ADDRESS}"
        vpc.has_internet = False
        region.apply(vpc.plan())
        assert silent(region.path(VPC, PUBLIC), STS_ADDRESS, 443)
        assert VPC not in region.driver.read_counters()
        vpc.has_internet = True
        region.apply(vpc.plan())
        assert call(region.path(VPC, PUBLIC), STS_ADDRESS, 443) == f"here {PUBLIC_ADDRESS}"


def test_services_of_the_internet_come_and_go(region: LinuxRegion) -> None:
    region.apply(public_and_private().plan())
    instance = region.path(VPC, PUBLIC)
    with listening(region.internet, 443):
        assert call(instance, STS_ADDRESS, 443) == f"here {PUBLIC_ADDRESS}"
        assert region.driver.apply_internet(internet_plan(("s3", S3_NETWORK, (443,)))).failures == {}
        assert silent(instance, STS_ADDRESS, 443)
        assert call(instance, S3_ADDRESS, 443) == f"here {PUBLIC_ADDRESS}"
