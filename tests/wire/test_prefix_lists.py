"""Customers' prefix lists by stock boto3, and what a change of one does to the plans of the VPCs that name it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.wire_region import WireRegion


def _create(ec2: Any, *cidrs: str) -> str:
    made = ec2.create_managed_prefix_list(
        PrefixListName="offices",
        MaxEntries=10,
        AddressFamily="IPv4",
        Entries=[{"Cidr": cidr, "Description": "one"} for cidr in cidrs],
        TagSpecifications=[{"ResourceType": "prefix-list", "Tags": [{"Key": "Name", "Value": "offices"}]}],
    )["PrefixList"]
    assert made["State"] == "create-in-progress"
    return str(made["PrefixListId"])


def _state(ec2: Any, list_id: str) -> str:
    [shown] = ec2.describe_managed_prefix_lists(PrefixListIds=[list_id])["PrefixLists"]
    return str(shown["State"])


def test_a_list_and_its_versions(ec2: Any) -> None:
    list_id = _create(ec2, "192.0.2.0/24")
    assert _state(ec2, list_id) == "create-complete"
    ec2.modify_managed_prefix_list(PrefixListId=list_id, CurrentVersion=1, AddEntries=[{"Cidr": "198.51.100.0/24"}])
    assert _state(ec2, list_id) == "modify-complete"
    with pytest.raises(ClientError, match="PrefixListVersionMismatch"):
        ec2.modify_managed_prefix_list(PrefixListId=list_id, CurrentVersion=1, AddEntries=[{"Cidr": "10.0.0.0/8"}])
    ec2.restore_managed_prefix_list_version(PrefixListId=list_id, PreviousVersion=1, CurrentVersion=2)
    assert _state(ec2, list_id) == "restore-complete"
    assert ec2.get_managed_prefix_list_entries(PrefixListId=list_id)["Entries"] == [
        {"Cidr": "192.0.2.0/24", "Description": "one"}
    ]
    tagged = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [list_id]}])["Tags"]
    assert [(tag["ResourceType"], tag["Value"]) for tag in tagged] == [("prefix-list", "offices")]
    ec2.delete_managed_prefix_list(PrefixListId=list_id)
    with pytest.raises(ClientError, match=r"InvalidPrefixListID\.NotFound"):
        _state(ec2, list_id)


def test_pages_of_lists_and_of_entries(ec2: Any) -> None:
    list_id = _create(ec2, *(f"10.{number}.0.0/16" for number in range(10)))
    pages = ec2.get_paginator("get_managed_prefix_list_entries").paginate(
        PrefixListId=list_id, PaginationConfig={"PageSize": 3}
    )
    assert [entry["Cidr"] for page in pages for entry in page["Entries"]] == [f"10.{n}.0.0/16" for n in range(10)]
    lists = ec2.get_paginator("describe_managed_prefix_lists").paginate(PaginationConfig={"PageSize": 1})
    assert list_id in [one["PrefixListId"] for page in lists for one in page["PrefixLists"]]


def test_a_change_reaches_every_vpc_that_names_the_list(wire: WireRegion, ec2: Any) -> None:
    list_id = _create(ec2, "192.0.2.0/24")
    vpcs = [ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"] for number in (1, 2)]
    for vpc in vpcs:
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        [table] = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
        ec2.create_route(RouteTableId=table["RouteTableId"], DestinationPrefixListId=list_id, GatewayId=gateway)
    using = ec2.get_managed_prefix_list_associations(PrefixListId=list_id)["PrefixListAssociations"]
    assert len(using) == 2
    ec2.modify_managed_prefix_list(
        PrefixListId=list_id, AddEntries=[{"Cidr": "203.0.113.0/24"}], RemoveEntries=[{"Cidr": "192.0.2.0/24"}]
    )
    for vpc in vpcs:
        # The call is answered when the machine obeys.
        assert {str(route.destination) for route in wire.driver.plans[vpc].routes} >= {"203.0.113.0/24"}
        assert "192.0.2.0/24" not in {str(route.destination) for route in wire.driver.plans[vpc].routes}
    ec2.delete_managed_prefix_list(PrefixListId=list_id)
    assert _state(ec2, list_id) == "delete-failed"
