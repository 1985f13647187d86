"""Inbound resolver endpoints in a VPC's plan."""

from __future__ import annotations

from skywalk.actions.resolver_endpoints import create_resolver_endpoint, delete_resolver_endpoint
from skywalk.actions.security_groups import describe_security_groups
from skywalk.actions.subnets import create_subnet
from skywalk.actions.vpcs import create_vpc
from skywalk.compile.compiler import compile_plan
from skywalk.plan.plan import Plan
from support.region import Region


def plan_of(region: Region, vpc_id: str) -> Plan:
    snapshot = region.store.snapshot(vpc_id)
    assert snapshot is not None
    return compile_plan(snapshot)


def test_an_endpoint_listens_at_its_addresses_until_it_is_deleted() -> None:
    region = Region()
    client = region.client()
    vpc_id = client(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet_id = client(create_subnet, VpcId=vpc_id, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    group_id = client(describe_security_groups, Filters=filters)["SecurityGroups"][0]["GroupId"]
    endpoint_id = client(
        create_resolver_endpoint,
        CreatorRequestId="1",
        SecurityGroupIds=[group_id],
        Direction="INBOUND",
        IpAddresses=[{"SubnetId": subnet_id}, {"SubnetId": subnet_id}],
    )["ResolverEndpoint"]["Id"]
    plan = plan_of(region, vpc_id)
    assert [(one.endpoint_id, [str(each) for each in one.addresses]) for one in plan.name_view.inbound] == [
        (endpoint_id, ["10.0.1.4", "10.0.1.5"])
    ]
    table = plan.segments[0].route_table_id
    rows = sorted(plan.endpoint_ports, key=lambda port: port.address)
    assert [
        (str(row.address), row.owner_id, row.subnet_id, row.route_table_id, row.security_group_ids, row.services)
        for row in rows
    ] == [
        (address, endpoint_id, subnet_id, table, (group_id,), ((6, 53), (17, 53)))
        for address in ("10.0.1.4", "10.0.1.5")
    ]
    assert plan.ports == (), "its interfaces have no links of their own"
    assert {rule.security_group_id for rule in plan.filter_rules} == {group_id}, "the rules of its groups guard it"
    client(delete_resolver_endpoint, ResolverEndpointId=endpoint_id)
    gone = plan_of(region, vpc_id)
    assert (gone.name_view.inbound, gone.endpoint_ports) == ((), ())
