"""What an interface endpoint is to the edge, to the driver and to resolvers."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.route_table_associations import associate_route_table
from skywalk.actions.route_tables import create_route_table
from skywalk.actions.vpc_endpoints import delete_vpc_endpoints
from skywalk.actions.vpcs import modify_vpc_attribute
from skywalk.compile.compiler import compile_plan
from skywalk.plan.plan import Plan
from support.interface_endpoints import create, modify, with_host_names
from support.launching import Home
from support.region import OWNER, Region

S3 = "com.amazonaws.us-east-1.s3"


@pytest.fixture
def home() -> Home:
    return with_host_names(Home(Region()))


def plan(home: Home) -> Plan:
    snapshot = home.region.store.snapshot(home.vpc_id)
    assert snapshot is not None
    return compile_plan(snapshot)


def stem(made: dict[str, Any]) -> str:
    """What all of its own names begin with, but for S3's `*.`."""
    return str(made["DnsEntries"][0]["DnsName"].removeprefix("*.").partition(".")[0])


def test_its_row_for_the_edge(home: Home) -> None:
    made = create(home, home.subnet_id, home.subnet("10.0.2.0/24", "b"))
    (row,) = plan(home).interface_endpoints
    assert (row.vpc_endpoint_id, row.vpc_id, row.account_id) == (made["VpcEndpointId"], home.vpc_id, OWNER)
    assert (row.service, row.region, row.ports) == ("sqs", "us-east-1", (80, 443))
    assert [str(address) for address in row.addresses] == ["10.0.1.4", "10.0.2.4"]
    assert row.names == tuple(
        f"{stem(made)}{zone}.sqs.us-east-1.vpce.amazonaws.com" for zone in ("", "-us-east-1a", "-us-east-1b")
    )
    assert row.certificate_names == ("*.sqs.us-east-1.vpce.amazonaws.com",)
    assert row.policy == made["PolicyDocument"]
    assert plan(home).endpoints == (row,)


def test_its_ports_have_their_subnets_table_and_their_groups(home: Home) -> None:
    table = home.ec2(create_route_table, VpcId=home.vpc_id)["RouteTable"]["RouteTableId"]
    home.ec2(associate_route_table, RouteTableId=table, SubnetId=home.subnet_id)
    made = create(home, home.subnet_id, ServiceName="com.amazonaws.us-east-1.kms")
    (port,) = plan(home).endpoint_ports
    assert port.network_interface_id == made["NetworkInterfaceIds"][0]
    assert (port.owner_id, port.subnet_id, port.route_table_id) == (made["VpcEndpointId"], home.subnet_id, table)
    assert (str(port.address), port.security_group_ids) == ("10.0.1.4", (home.default_group_id,))
    assert port.services == ((6, 443),)
    assert {rule.security_group_id for rule in plan(home).filter_rules} == {home.default_group_id}
    assert plan(home).ports == ()


def test_everybody_resolves_its_own_names(home: Home) -> None:
    made = create(home, home.subnet_id, home.subnet("10.0.2.0/24", "b"))
    shown = {row.name: [str(address) for address in row.addresses] for row in plan(home).public_names}
    domain = "sqs.us-east-1.vpce.amazonaws.com"
    assert shown == {
        f"{stem(made)}.{domain}": ["10.0.1.4", "10.0.2.4"],
        f"{stem(made)}-us-east-1a.{domain}": ["10.0.1.4"],
        f"{stem(made)}-us-east-1b.{domain}": ["10.0.2.4"],
    }


def test_a_subnet_that_goes_takes_its_names_along(home: Home) -> None:
    second = home.subnet("10.0.2.0/24", "b")
    made = create(home, home.subnet_id, second)
    modify(home, made["VpcEndpointId"], RemoveSubnetIds=[home.subnet_id])
    assert {str(address) for row in plan(home).public_names for address in row.addresses} == {"10.0.2.4"}
    assert not [row for row in plan(home).public_names if "us-east-1a" in row.name]
    (zone,) = plan(home).name_view.zones
    assert zone.records[0].values == ("10.0.2.4",)


def test_private_names_are_hidden_zones(home: Home) -> None:
    create(home, home.subnet_id)
    (zone,) = plan(home).name_view.zones
    assert (zone.name, zone.for_instances) == ("sqs.us-east-1.amazonaws.com", True)
    assert [(one.name, one.type, one.ttl_seconds, one.values) for one in zone.records] == [
        ("sqs.us-east-1.amazonaws.com", "A", 60, ("10.0.1.4",))
    ]


def test_a_wildcard_is_in_the_zone_of_its_name(home: Home) -> None:
    options = {"PrivateDnsOnlyForInboundResolverEndpoint": False}
    create(home, home.subnet_id, ServiceName=S3, PrivateDnsEnabled=True, DnsOptions=options)
    zones = {zone.name: [record.name for record in zone.records] for zone in plan(home).name_view.zones}
    assert zones["s3.us-east-1.amazonaws.com"] == ["*.s3.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"]
    assert set(zones) == {f"{name}.us-east-1.amazonaws.com" for name in ("s3", "s3-accesspoint", "s3-control")}
    assert {zone.for_instances for zone in plan(home).name_view.zones} == {True}


@pytest.mark.parametrize("attribute", ["EnableDnsSupport", "EnableDnsHostnames"])
def test_a_vpc_without_names_has_no_hidden_zones(home: Home, attribute: str) -> None:
    create(home, home.subnet_id, PrivateDnsEnabled=True)
    home.ec2(modify_vpc_attribute, VpcId=home.vpc_id, **{attribute: {"Value": False}})
    assert plan(home).name_view.zones == ()
    assert len(plan(home).public_names) == 2


def test_without_private_dns_or_without_subnets_there_is_no_zone(home: Home) -> None:
    create(home, home.subnet_id, PrivateDnsEnabled=False)
    create(home, PrivateDnsEnabled=True)
    assert plan(home).name_view.zones == ()
    assert len(plan(home).public_names) == 2


def test_another_regions_service_has_no_zonal_names(home: Home) -> None:
    made = create(home, home.subnet_id, ServiceName="com.amazonaws.eu-west-1.kms", ServiceRegion="eu-west-1")
    (row,) = plan(home).interface_endpoints
    assert (row.service, row.region) == ("kms", "eu-west-1")
    assert row.names == (f"{stem(made)}.kms.eu-west-1.vpce.amazonaws.com",)
    assert [name.name for name in plan(home).public_names] == list(row.names)
    assert [zone.name for zone in plan(home).name_view.zones] == ["kms.eu-west-1.amazonaws.com"]


def test_one_that_is_being_deleted_is_in_no_plan(home: Home) -> None:
    made = create(home, home.subnet_id)
    home.ec2(delete_vpc_endpoints, VpcEndpointIds=[made["VpcEndpointId"]])
    empty = plan(home)
    assert (empty.interface_endpoints, empty.endpoint_ports, empty.public_names, empty.name_view.zones) == (
        (),
        (),
        (),
        (),
    )


def test_one_that_failed_stays_and_is_tried_again(home: Home) -> None:
    made = create(home, home.subnet_id)
    home.settle({made["VpcEndpointId"]: "no"})
    assert len(plan(home).interface_endpoints) == len(plan(home).endpoint_ports) == 1
