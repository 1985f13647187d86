"""Inbound resolver endpoints through stock boto3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.waiting import wait_until
from support.wire_region import OWNER, WireRegion, wire_region


@pytest.fixture(scope="module")
def wire() -> Iterator[WireRegion]:
    with wire_region() as one:
        yield one


@pytest.fixture
def resolver(wire: WireRegion) -> Any:
    return wire.client("route53resolver")


def wishes(wire: WireRegion) -> dict[str, Any]:
    """A VPC with two subnets, as CreateResolverEndpoint takes them."""
    ec2 = wire.client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"] for number in (1, 2)
    ]
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["SecurityGroups"]
    return {
        "CreatorRequestId": vpc_id,
        "SecurityGroupIds": [groups[0]["GroupId"]],
        "Direction": "INBOUND",
        "IpAddresses": [{"SubnetId": subnets[0], "Ip": "10.0.1.53"}, {"SubnetId": subnets[1]}],
    }


def refused(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def status(resolver: Any, endpoint_id: str) -> str:
    shown = resolver.get_resolver_endpoint(ResolverEndpointId=endpoint_id)["ResolverEndpoint"]
    return str(shown["Status"])


def test_an_endpoint_from_its_making_to_its_end(wire: WireRegion, resolver: Any) -> None:
    asked = wishes(wire)
    made = resolver.create_resolver_endpoint(**asked, Name="names", Tags=[{"Key": "a", "Value": "1"}])
    made = made["ResolverEndpoint"]
    endpoint_id, arn = made["Id"], made["Arn"]
    assert arn == f"arn:aws:route53resolver:us-east-1:{OWNER}:resolver-endpoint/{endpoint_id}"
    assert {name: made[name] for name in ("Name", "Direction", "IpAddressCount", "HostVPCId", "Status")} == {
        "Name": "names",
        "Direction": "INBOUND",
        "IpAddressCount": 2,
        "HostVPCId": asked["CreatorRequestId"],
        "Status": "CREATING",
    }
    wait_until(lambda: status(resolver, endpoint_id) == "OPERATIONAL")
    addresses = resolver.list_resolver_endpoint_ip_addresses(ResolverEndpointId=endpoint_id)["IpAddresses"]
    assert [(one["Ip"], one["Status"]) for one in addresses] == [("10.0.1.53", "ATTACHED"), ("10.0.2.4", "ATTACHED")]
    updated = resolver.update_resolver_endpoint(ResolverEndpointId=endpoint_id, Name="other")
    assert updated["ResolverEndpoint"]["Name"] == "other"

    more = {"SubnetId": asked["IpAddresses"][1]["SubnetId"], "Ip": "10.0.2.53"}
    grown = resolver.associate_resolver_endpoint_ip_address(ResolverEndpointId=endpoint_id, IpAddress=more)
    assert grown["ResolverEndpoint"]["IpAddressCount"] == 3
    wait_until(lambda: status(resolver, endpoint_id) == "OPERATIONAL")
    gone = {"IpId": addresses[0]["IpId"]}
    shrunk = resolver.disassociate_resolver_endpoint_ip_address(ResolverEndpointId=endpoint_id, IpAddress=gone)
    assert shrunk["ResolverEndpoint"]["IpAddressCount"] == 2

    resolver.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    resolver.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert resolver.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]

    filters = [{"Name": "HostVPCId", "Values": [asked["CreatorRequestId"]]}]
    pages = resolver.get_paginator("list_resolver_endpoints").paginate(Filters=filters)
    assert [one["Id"] for page in pages for one in page["ResolverEndpoints"]] == [endpoint_id]

    ec2 = wire.client("ec2")
    of_endpoint = [{"Name": "vpc-id", "Values": [asked["CreatorRequestId"]]}]
    interfaces = ec2.describe_network_interfaces(Filters=of_endpoint)["NetworkInterfaces"]
    assert {one["RequesterManaged"] for one in interfaces} == {True}
    assert all(one["Description"].startswith(f"Route 53 Resolver: {endpoint_id}:rni-") for one in interfaces)
    deleted = resolver.delete_resolver_endpoint(ResolverEndpointId=endpoint_id)["ResolverEndpoint"]
    assert deleted["Status"] == "DELETING"
    wait_until(lambda: not ec2.describe_network_interfaces(Filters=of_endpoint)["NetworkInterfaces"])
    assert refused(resolver.get_resolver_endpoint, ResolverEndpointId=endpoint_id) == (
        "ResourceNotFoundException",
        f"Resolver endpoint with ID '{endpoint_id}' does not exist.",
    )


def test_what_is_not_carried_is_refused_by_name(wire: WireRegion, resolver: Any) -> None:
    asked = wishes(wire)
    assert refused(resolver.create_resolver_endpoint, **{**asked, "Direction": "OUTBOUND"}) == (
        "UnsupportedOperation",
        "Resolver endpoints of the direction OUTBOUND are not supported.",
    )
    assert refused(resolver.list_resolver_rules) == ("UnknownOperationException", "")
