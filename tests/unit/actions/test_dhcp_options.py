from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.dhcp_options import (
    associate_dhcp_options,
    create_dhcp_options,
    default_dhcp_options,
    delete_dhcp_options,
    describe_dhcp_options,
)
from skywalk.actions.vpcs import create_vpc, describe_vpcs
from support.region import OTHER_ACCOUNT, OWNER, Client, Region


def test_the_default_set_is_made_once_in_each_region() -> None:
    ec2 = Region().client()
    with ec2.call() as call:
        made = default_dhcp_options(call)
        assert default_dhcp_options(call) == made
    assert made.options == {"domain-name": ("ec2.internal",), "domain-name-servers": ("AmazonProvidedDNS",)}
    with ec2.elsewhere("eu-west-1").call() as call:
        assert default_dhcp_options(call).options["domain-name"] == ("eu-west-1.compute.internal",)


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


def create(ec2: Client, **options: list[str]) -> Any:
    configurations = [{"Key": key.replace("_", "-"), "Values": values} for key, values in options.items()]
    return ec2(create_dhcp_options, DhcpConfigurations=configurations)["DhcpOptions"]


def test_a_set_with_everything(ec2: Client) -> None:
    made = ec2(
        create_dhcp_options,
        DhcpConfigurations=[
            {"Key": "domain-name", "Values": ["bank.example"]},
            {"Key": "domain-name-servers", "Values": ["10.2.5.1,10.2.5.2", "AmazonProvidedDNS"]},
            {"Key": "ntp-servers", "Values": ["169.254.169.123", "fd00:ec2::123"]},
            {"Key": "netbios-name-servers", "Values": ["10.2.5.1"]},
            {"Key": "netbios-node-type", "Values": ["2"]},
            {"Key": "ipv6-address-preferred-lease-time", "Values": ["140"]},
        ],
        TagSpecifications=[{"ResourceType": "dhcp-options", "Tags": [{"Key": "Name", "Value": "bank"}]}],
    )["DhcpOptions"]
    assert made["DhcpOptionsId"].startswith("dopt-")
    assert made["OwnerId"] == OWNER
    assert made["Tags"] == [{"Key": "Name", "Value": "bank"}]
    assert [(one["Key"], [value["Value"] for value in one["Values"]]) for one in made["DhcpConfigurations"]] == [
        ("domain-name", ["bank.example"]),
        ("domain-name-servers", ["10.2.5.1", "10.2.5.2", "AmazonProvidedDNS"]),
        ("ntp-servers", ["169.254.169.123", "fd00:ec2::123"]),
        ("netbios-name-servers", ["10.2.5.1"]),
        ("netbios-node-type", ["2"]),
        ("ipv6-address-preferred-lease-time", ["140"]),
    ]
    assert ec2(describe_dhcp_options)["DhcpOptions"] == [made]


@pytest.mark.parametrize(
    ("configurations", "message"),
    [
        (
            [{"Key": "router", "Values": ["10.0.0.1"]}],
            "Value (router) for parameter name is invalid. Unknown DHCP option",
        ),
        (
            [{"Key": "domain-name", "Values": ["a"]}, {"Key": "domain-name", "Values": ["b"]}],
            "Value (domain-name) for parameter name is invalid. Duplicate DHCP option",
        ),
        ([{"Key": "domain-name", "Values": []}], "The DHCP option domain-name must have a value"),
        ([{"Key": "ntp-servers", "Values": [" , "]}], "The DHCP option ntp-servers must have a value"),
        *(
            (
                [{"Key": key, "Values": [value]}],
                f"Value ({value}) for parameter value is invalid. Invalid DHCP option value",
            )
            for key, value in (
                ("domain-name-servers", "resolver.example"),
                ("domain-name-servers", "amazonprovideddns"),
                ("ntp-servers", "AmazonProvidedDNS"),
                ("netbios-name-servers", "10.0.0"),
                ("netbios-node-type", "3"),
                ("ipv6-address-preferred-lease-time", "139"),
                ("ipv6-address-preferred-lease-time", "2147483648"),
                ("ipv6-address-preferred-lease-time", "-140"),
                ("domain-name", "bänk.example"),
            )
        ),
        (
            [{"Key": "netbios-node-type", "Values": ["1", "2"]}],
            "Value (1, 2) for parameter value is invalid. Invalid DHCP option value",
        ),
        (
            [{"Key": "ntp-servers", "Values": [f"10.0.0.{n}" for n in range(5)]}],
            "The DHCP option ntp-servers must not have more than 4 addresses",
        ),
    ],
)
def test_refusals_of_create(ec2: Client, configurations: list[dict[str, object]], message: str) -> None:
    assert ec2.refusal(create_dhcp_options, DhcpConfigurations=configurations) == ("InvalidParameterValue", message)


def test_a_set_without_options_is_refused(ec2: Client) -> None:
    assert ec2.refusal(create_dhcp_options, DhcpConfigurations=[]) == (
        "MissingParameter",
        "The request must contain the parameter dhcpConfiguration",
    )


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("key", "domain-name", [0, 1]),
        ("key", "ntp*", [1]),
        ("value", "two.example", [1]),
        ("value", "10.0.0.?", [1]),
        ("owner-id", OWNER, [0, 1]),
        ("tag-key", "Name", []),
    ],
)
def test_filters(ec2: Client, name: str, value: str, found: list[int]) -> None:
    ids = [
        create(ec2, domain_name=["one.example"])["DhcpOptionsId"],
        create(ec2, domain_name=["two.example"], ntp_servers=["10.0.0.1"])["DhcpOptionsId"],
    ]
    shown = ec2(describe_dhcp_options, Filters=[{"Name": name, "Values": [value]}])["DhcpOptions"]
    assert [one["DhcpOptionsId"] for one in shown] == [ids[place] for place in found]


def test_ids_and_pages(region: Region, ec2: Client) -> None:
    ids = [create(ec2, domain_name=[f"{n}.example"])["DhcpOptionsId"] for n in range(7)]
    first = ec2(describe_dhcp_options, MaxResults=5)
    second = ec2(describe_dhcp_options, MaxResults=5, NextToken=first["NextToken"])
    assert [one["DhcpOptionsId"] for one in [*first["DhcpOptions"], *second["DhcpOptions"]]] == ids
    by_id = [{"Name": "dhcp-options-id", "Values": [ids[3]]}]
    assert [one["DhcpOptionsId"] for one in ec2(describe_dhcp_options, Filters=by_id)["DhcpOptions"]] == [ids[3]]
    not_found = ("InvalidDhcpOptionsID.NotFound", f"The dhcpOption ID '{ids[0]}' does not exist")
    stranger = region.client(OTHER_ACCOUNT)
    assert stranger(describe_dhcp_options)["DhcpOptions"] == []
    assert stranger.refusal(describe_dhcp_options, DhcpOptionsIds=[ids[0]]) == not_found
    assert stranger.refusal(delete_dhcp_options, DhcpOptionsId=ids[0]) == not_found
    assert ec2.refusal(describe_dhcp_options, DhcpOptionsIds=["dopt-1"]) == (
        "InvalidDhcpOptionsId.Malformed",
        'Invalid id: "dopt-1" (expecting "dopt-...")',
    )


def test_a_set_is_associated_and_stays_while_it_is(ec2: Client) -> None:
    options_id = create(ec2, domain_name=["bank.example"])["DhcpOptionsId"]
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2(associate_dhcp_options, DhcpOptionsId=options_id, VpcId=vpc_id)
    by_options = [{"Name": "dhcp-options-id", "Values": [options_id]}]
    assert [vpc["DhcpOptionsId"] for vpc in ec2(describe_vpcs, Filters=by_options)["Vpcs"]] == [options_id]
    assert ec2.refusal(delete_dhcp_options, DhcpOptionsId=options_id) == (
        "DependencyViolation",
        f"The dhcpOptions '{options_id}' has dependencies and cannot be deleted.",
    )
    ec2(associate_dhcp_options, DhcpOptionsId="default", VpcId=vpc_id)
    assert ec2(describe_vpcs)["Vpcs"][0]["DhcpOptionsId"] == "default"
    ec2(delete_dhcp_options, DhcpOptionsId=options_id)
    assert ec2.refusal(associate_dhcp_options, DhcpOptionsId=options_id, VpcId=vpc_id) == (
        "InvalidDhcpOptionsID.NotFound",
        f"The dhcpOption ID '{options_id}' does not exist",
    )
    assert ec2.refusal(associate_dhcp_options, DhcpOptionsId="default", VpcId="vpc-00000000000000000") == (
        "InvalidVpcID.NotFound",
        "The vpc ID 'vpc-00000000000000000' does not exist",
    )
