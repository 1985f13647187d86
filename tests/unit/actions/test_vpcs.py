from __future__ import annotations

import pytest

from skywalk.actions.internet_gateways import attach_internet_gateway, create_internet_gateway
from skywalk.actions.route_tables import create_route_table, describe_route_tables
from skywalk.actions.security_groups import create_security_group, describe_security_groups
from skywalk.actions.subnets import create_subnet, delete_subnet
from skywalk.actions.vpcs import (
    create_vpc,
    delete_vpc,
    describe_vpc_attribute,
    describe_vpcs,
    modify_vpc_attribute,
    modify_vpc_tenancy,
)
from skywalk.resources.vpc import Vpc
from support.region import OTHER_ACCOUNT, OWNER, Client, Region

GONE = "vpc-00000000000000000"


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


def test_a_new_vpc(ec2: Client) -> None:
    vpc = ec2(
        create_vpc,
        CidrBlock="10.0.0.5/16",
        TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "bank"}]}],
    )["Vpc"]
    assert vpc["VpcId"].startswith("vpc-")
    assert len(vpc["VpcId"]) == 21
    assert vpc["State"] == "pending"
    assert vpc["CidrBlock"] == "10.0.0.0/16"
    assert vpc["OwnerId"] == OWNER
    assert vpc["InstanceTenancy"] == "default"
    assert vpc["IsDefault"] is False
    assert vpc["Tags"] == [{"Key": "Name", "Value": "bank"}]
    [association] = vpc["CidrBlockAssociationSet"]
    assert association["AssociationId"].startswith("vpc-cidr-assoc-")
    assert association["CidrBlockState"] == {"State": "associated"}
    [described] = ec2(describe_vpcs)["Vpcs"]
    assert described == {**vpc, "State": "available"}


def test_a_vpc_is_born_with_a_main_table_a_default_group_and_an_acl(region: Region, ec2: Client) -> None:
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    [table] = ec2(describe_route_tables)["RouteTables"]
    assert table["VpcId"] == vpc_id
    assert [one["Main"] for one in table["Associations"]] == [True]
    assert table["Routes"] == [
        {
            "DestinationCidrBlock": "10.0.0.0/16",
            "GatewayId": "local",
            "Origin": "CreateRouteTable",
            "State": "active",
        }
    ]
    [group] = ec2(describe_security_groups)["SecurityGroups"]
    assert (group["GroupName"], group["Description"]) == ("default", "default VPC security group")
    [permission] = group["IpPermissions"]
    assert permission["IpProtocol"] == "-1"
    assert "FromPort" not in permission
    assert permission["UserIdGroupPairs"] == [{"GroupId": group["GroupId"], "UserId": OWNER}]
    [egress] = group["IpPermissionsEgress"]
    assert (egress["IpProtocol"], egress["IpRanges"]) == ("-1", [{"CidrIp": "0.0.0.0/0"}])
    stored = region.store.get(Vpc, vpc_id)
    assert stored is not None


def test_vpcs_of_an_account_share_dhcp_options_and_may_have_one_cidr(ec2: Client) -> None:
    one, two = (ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"] for _ in range(2))
    assert one["VpcId"] != two["VpcId"]
    assert one["DhcpOptionsId"] == two["DhcpOptionsId"]


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({}, "MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided."),
        ({"CidrBlock": "10.0.0.0/15"}, "InvalidVpc.Range", "The CIDR '10.0.0.0/15' is invalid."),
        ({"CidrBlock": "10.0.0.0/29"}, "InvalidVpc.Range", "The CIDR '10.0.0.0/29' is invalid."),
        ({"CidrBlock": "127.0.0.0/16"}, "InvalidVpc.Range", "The CIDR '127.0.0.0/16' is invalid."),
        ({"CidrBlock": "169.254.0.0/20"}, "InvalidVpc.Range", "The CIDR '169.254.0.0/20' is invalid."),
        *(
            (
                {"CidrBlock": text},
                "InvalidParameterValue",
                f"Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
            )
            for text in ("", "10.0.0.0", "10.0.0/16", "10.0.0.0/255.255.0.0", "10.0.0.0/33", "10.0.0.0/٢٠", "::/64")
        ),
        (
            {"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "host"},
            "UnsupportedTenancy",
            "The tenancy value host is not supported.",
        ),
        (
            {"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "shared"},
            "InvalidParameterValue",
            "Value (shared) for parameter instanceTenancy is invalid.",
        ),
        (
            {"CidrBlock": "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock": True},
            "UnsupportedOperation",
            "The parameter AmazonProvidedIpv6CidrBlock is not supported.",
        ),
        (
            {"CidrBlock": "10.0.0.0/16", "Ipv6CidrBlock": "2001:db8::/56", "Ipv6Pool": "ipv6pool-ec2-1"},
            "UnsupportedOperation",
            "The parameter Ipv6CidrBlock is not supported.",
        ),
        (
            {"Ipv4IpamPoolId": "ipam-pool-1"},
            "UnsupportedOperation",
            "The parameter Ipv4IpamPoolId is not supported.",
        ),
        (
            {"CidrBlock": "10.0.0.0/16", "TagSpecifications": [{"ResourceType": "subnet", "Tags": []}]},
            "InvalidParameterValue",
            "'subnet' is not a valid taggable resource type for this operation.",
        ),
    ],
)
def test_refusals_of_create_vpc(ec2: Client, request_: dict[str, object], code: str, message: str) -> None:
    assert ec2.refusal(create_vpc, **request_) == (code, message)
    assert ec2(describe_vpcs)["Vpcs"] == []


def test_asking_for_no_ipv6_is_no_refusal(ec2: Client) -> None:
    ec2(create_vpc, CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=False)


def test_a_dedicated_vpc(ec2: Client) -> None:
    ec2(create_vpc, CidrBlock="10.0.0.0/16", InstanceTenancy="dedicated")
    [vpc] = ec2(describe_vpcs)["Vpcs"]
    assert vpc["InstanceTenancy"] == "dedicated"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("cidr", "10.1.0.0/16", [1]),
        ("cidr", "10.?.0.0/16", [0, 1]),
        ("cidr-block", "10.1.0.0/16", [1]),
        ("cidr-block-association.cidr-block", "10.0.*", [0]),
        ("cidr-block-association.state", "associated", [0, 1]),
        ("is-default", "false", [0, 1]),
        ("isDefault", "true", []),
        ("owner-id", OWNER, [0, 1]),
        ("state", "available", [0, 1]),
        ("state", "pending", []),
        ("tag:Name", "b*", [1]),
        ("tag-key", "Name", [1]),
        ("ipv6-cidr-block-association.state", "*", []),
    ],
)
def test_filters_of_describe_vpcs(ec2: Client, name: str, value: str, found: list[int]) -> None:
    ids = [
        ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"],
        ec2(
            create_vpc,
            CidrBlock="10.1.0.0/16",
            TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "bank"}]}],
        )["Vpc"]["VpcId"],
    ]
    shown = ec2(describe_vpcs, Filters=[{"Name": name, "Values": [value]}])["Vpcs"]
    assert [vpc["VpcId"] for vpc in shown] == [ids[place] for place in found]


def test_ids_and_filters_together(ec2: Client) -> None:
    one, two = (ec2(create_vpc, CidrBlock=f"10.{n}.0.0/16")["Vpc"]["VpcId"] for n in range(2))
    by_cidr = [{"Name": "cidr", "Values": ["10.0.0.0/16"]}]
    assert [vpc["VpcId"] for vpc in ec2(describe_vpcs, VpcIds=[two, one], Filters=by_cidr)["Vpcs"]] == [one]
    assert ec2(describe_vpcs, VpcIds=[two], Filters=by_cidr)["Vpcs"] == []


def test_pages(ec2: Client) -> None:
    ids = [ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(7)]
    first = ec2(describe_vpcs, MaxResults=5)
    second = ec2(describe_vpcs, MaxResults=5, NextToken=first["NextToken"])
    assert "NextToken" not in second
    assert [vpc["VpcId"] for vpc in [*first["Vpcs"], *second["Vpcs"]]] == ids


def test_refusals_of_describe_vpcs(ec2: Client) -> None:
    assert ec2.refusal(describe_vpcs, Filters=[{"Name": "colour", "Values": ["red"]}]) == (
        "InvalidParameterValue",
        "The filter 'colour' is invalid",
    )
    assert ec2.refusal(describe_vpcs, VpcIds=["vpc-1"]) == (
        "InvalidVpcID.Malformed",
        'Invalid id: "vpc-1" (expecting "vpc-...")',
    )
    assert ec2.refusal(describe_vpcs, VpcIds=[GONE]) == (
        "InvalidVpcID.NotFound",
        f"The vpc ID '{GONE}' does not exist",
    )
    other = "vpc-11111111111111111"
    assert ec2.refusal(describe_vpcs, VpcIds=[GONE, other, GONE]) == (
        "InvalidVpcID.NotFound",
        f"The vpc IDs '{GONE}, {other}' do not exist",
    )


def test_deleting_takes_the_main_table_and_the_default_group_along(region: Region, ec2: Client) -> None:
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2(delete_vpc, VpcId=vpc_id)
    assert ec2(describe_vpcs)["Vpcs"] == []
    assert ec2(describe_route_tables)["RouteTables"] == []
    assert ec2(describe_security_groups)["SecurityGroups"] == []
    assert ec2.refusal(delete_vpc, VpcId=vpc_id) == (
        "InvalidVpcID.NotFound",
        f"The vpc ID '{vpc_id}' does not exist",
    )


@pytest.mark.parametrize("dependency", ["subnet", "gateway", "group", "table"])
def test_a_vpc_with_dependencies_stays(ec2: Client, dependency: str) -> None:
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    if dependency == "subnet":
        ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")
    elif dependency == "gateway":
        gateway_id = ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
        ec2(attach_internet_gateway, InternetGatewayId=gateway_id, VpcId=vpc_id)
    elif dependency == "group":
        ec2(create_security_group, VpcId=vpc_id, GroupName="web", Description="web")
    else:
        ec2(create_route_table, VpcId=vpc_id)
    assert ec2.refusal(delete_vpc, VpcId=vpc_id) == (
        "DependencyViolation",
        f"The vpc '{vpc_id}' has dependencies and cannot be deleted.",
    )


def test_a_vpc_goes_when_its_dependencies_are_gone(ec2: Client) -> None:
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    ec2(delete_subnet, SubnetId=subnet_id)
    ec2(delete_vpc, VpcId=vpc_id)
    assert ec2(describe_vpcs)["Vpcs"] == []


def test_attributes(ec2: Client) -> None:
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    def read(attribute: str) -> dict[str, object]:
        return dict(ec2(describe_vpc_attribute, VpcId=vpc_id, Attribute=attribute))

    assert read("enableDnsSupport") == {"VpcId": vpc_id, "EnableDnsSupport": {"Value": True}}
    assert read("enableDnsHostnames") == {"VpcId": vpc_id, "EnableDnsHostnames": {"Value": False}}
    ec2(modify_vpc_attribute, VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    ec2(modify_vpc_attribute, VpcId=vpc_id, EnableNetworkAddressUsageMetrics={"Value": True})
    assert read("enableDnsHostnames")["EnableDnsHostnames"] == {"Value": True}
    assert read("enableNetworkAddressUsageMetrics")["EnableNetworkAddressUsageMetrics"] == {"Value": True}
    ec2(modify_vpc_attribute, VpcId=vpc_id, EnableDnsSupport={"Value": False})
    assert read("enableDnsSupport")["EnableDnsSupport"] == {"Value": False}


def test_refusals_of_attributes(ec2: Client) -> None:
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert ec2.refusal(describe_vpc_attribute, VpcId=vpc_id, Attribute="colour") == (
        "InvalidParameterValue",
        "Value (colour) for parameter attribute is invalid. Unknown attribute.",
    )
    both = {"EnableDnsSupport": {"Value": True}, "EnableDnsHostnames": {"Value": True}}
    assert ec2.refusal(modify_vpc_attribute, VpcId=vpc_id, **both) == (
        "InvalidParameterCombination",
        "Fields for multiple attribute types specified",
    )
    assert ec2.refusal(modify_vpc_attribute, VpcId=vpc_id) == (
        "InvalidParameterCombination",
        "No attributes specified.",
    )
    ec2(modify_vpc_attribute, VpcId=vpc_id, EnableDnsSupport={"Value": False})
    assert ec2.refusal(modify_vpc_attribute, VpcId=vpc_id, EnableDnsHostnames={"Value": True}) == (
        "InvalidParameterCombination",
        "enableDnsHostnames can only be true if enableDnsSupport is true.",
    )


def test_vpcs_of_other_accounts_and_regions_are_unknown(region: Region, ec2: Client) -> None:
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    unknown = ("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist")
    for stranger in (region.client(OTHER_ACCOUNT), ec2.elsewhere("eu-west-1")):
        assert stranger(describe_vpcs)["Vpcs"] == []
        assert stranger.refusal(describe_vpcs, VpcIds=[vpc_id]) == unknown
        assert stranger.refusal(delete_vpc, VpcId=vpc_id) == unknown
        assert stranger.refusal(describe_vpc_attribute, VpcId=vpc_id, Attribute="enableDnsSupport") == unknown
        assert stranger.refusal(modify_vpc_attribute, VpcId=vpc_id, EnableDnsSupport={"Value": False}) == unknown
    assert len(ec2(describe_vpcs)["Vpcs"]) == 1


def test_a_dedicated_vpc_becomes_a_default_one_and_never_the_other_way(ec2: Client) -> None:
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16", InstanceTenancy="dedicated")["Vpc"]["VpcId"]
    assert ec2(modify_vpc_tenancy, VpcId=vpc_id, InstanceTenancy="default") == {"ReturnValue": True}
    assert ec2(describe_vpcs)["Vpcs"][0]["InstanceTenancy"] == "default"
    assert ec2.refusal(modify_vpc_tenancy, VpcId=vpc_id, InstanceTenancy="dedicated") == (
        "UnsupportedTenancy",
        "The tenancy value dedicated is not supported.",
    )
    assert ec2.refusal(modify_vpc_tenancy, VpcId=GONE, InstanceTenancy="default")[0] == "InvalidVpcID.NotFound"


def test_filters_by_what_a_vpc_refers_to(ec2: Client) -> None:
    one, two = (ec2(create_vpc, CidrBlock=f"10.{n}.0.0/16")["Vpc"] for n in range(2))
    association = two["CidrBlockAssociationSet"][0]["AssociationId"]

    def found(name: str, value: str) -> list[str]:
        return [vpc["VpcId"] for vpc in ec2(describe_vpcs, Filters=[{"Name": name, "Values": [value]}])["Vpcs"]]

    assert found("cidr-block-association.association-id", association) == [two["VpcId"]]
    assert found("dhcp-options-id", one["DhcpOptionsId"]) == [one["VpcId"], two["VpcId"]]
    assert found("dhcp-options-id", "dopt-00000000000000000") == []
    assert found("dhcp-options-id", one["DhcpOptionsId"][:-1] + "?") == [one["VpcId"], two["VpcId"]]
