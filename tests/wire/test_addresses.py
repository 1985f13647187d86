"""Elastic IP addresses, spoken to by boto3's client and resource as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.stock_clients import Keys
from support.wire_region import WireRegion


@pytest.fixture(scope="module")
def interface(ec2: Any) -> str:
    """One in a VPC with an internet gateway."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    return str(ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"])


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_its_whole_life(ec2: Any, interface: str) -> None:
    made = ec2.allocate_address(Domain="vpc")
    allocation = made["AllocationId"]
    associated = ec2.associate_address(AllocationId=allocation, NetworkInterfaceId=interface)
    (shown,) = ec2.describe_addresses(Filters=[{"Name": "network-interface-id", "Values": [interface]}])["Addresses"]
    assert shown["AssociationId"] == associated["AssociationId"]
    assert shown["PublicIp"] == made["PublicIp"]
    (eni,) = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"]
    assert eni["Association"]["AllocationId"] == allocation
    assert refusal(ec2.release_address, AllocationId=allocation) == (400, "InvalidIPAddress.InUse")
    ec2.disassociate_address(AssociationId=associated["AssociationId"])
    ec2.release_address(AllocationId=allocation)
    assert refusal(ec2.release_address, AllocationId=allocation) == (400, "InvalidAllocationID.NotFound")
    assert refusal(ec2.describe_addresses, PublicIps=[made["PublicIp"]]) == (400, "InvalidAddress.NotFound")


def test_by_the_resource_interface(wire: WireRegion, interface: str) -> None:
    account = wire.account()
    keys = Keys(account.access_key_id, account.secret_access_key)
    ec2 = keys.resource("ec2", endpoint_url=f"http://127.0.0.1:{wire.port}")
    allocation = keys.client("ec2", endpoint_url=f"http://127.0.0.1:{wire.port}").allocate_address()["AllocationId"]
    address = ec2.VpcAddress(allocation)
    address.associate(NetworkInterfaceId=interface)
    address.reload()
    assert address.network_interface_id == interface
    assert ec2.NetworkInterface(interface).association_attribute["PublicIp"] == address.public_ip
    address.association.delete()
    address.release()


def test_dry_runs_and_refusals(wire: WireRegion, ec2: Any) -> None:
    before = wire.store.revision
    assert refusal(ec2.allocate_address, DryRun=True) == (412, "DryRunOperation")
    assert refusal(ec2.disassociate_address, AssociationId="eipassoc-1") == (400, "InvalidAssociationID.NotFound")
    assert wire.store.revision == before


def test_domain_names_in_pages(ec2: Any) -> None:
    made = [ec2.allocate_address()["AllocationId"] for _ in range(3)]
    pages = ec2.get_paginator("describe_addresses_attribute").paginate(
        AllocationIds=made, Attribute="domain-name", PaginationConfig={"PageSize": 2}
    )
    assert [one["AllocationId"] for page in pages for one in page["Addresses"]] == made
    for allocation in made:
        ec2.release_address(AllocationId=allocation)
