from __future__ import annotations

from dataclasses import replace

import pytest

from skywalk.actions.internet_gateways import attach_internet_gateway, create_internet_gateway
from skywalk.actions.route_tables import create_route_table, describe_route_tables
from skywalk.actions.routes import create_route
from skywalk.actions.subnets import create_subnet, delete_subnet
from skywalk.actions.vpc_cidr_blocks import associate_vpc_cidr_block, disassociate_vpc_cidr_block
from skywalk.actions.vpc_peering_connections import create_vpc_peering_connection
from skywalk.actions.vpcs import create_vpc, describe_vpcs
from skywalk.resources.vpc_peering_connection import PeeringStatus, VpcPeeringConnection
from support.region import OTHER_ACCOUNT, Client, Region

RESTRICTED = (
    " is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a "
    "publicly-routable CIDR. For additional restrictions, see "
    "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
)


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def ec2(region: Region) -> Client:
    return region.client()


def vpc(ec2: Client, *cidrs: str) -> str:
    first, *others = cidrs or ("10.0.0.0/16",)
    vpc_id = ec2(create_vpc, CidrBlock=first)["Vpc"]["VpcId"]
    for cidr in others:
        ec2(associate_vpc_cidr_block, VpcId=vpc_id, CidrBlock=cidr)
    return vpc_id


def destinations(ec2: Client) -> list[list[str]]:
    tables = ec2(describe_route_tables)["RouteTables"]
    return [[route["DestinationCidrBlock"] for route in table["Routes"]] for table in tables]


def test_a_second_block_is_routed_locally_and_takes_subnets(ec2: Client) -> None:
    vpc_id = vpc(ec2)
    ec2(create_route_table, VpcId=vpc_id)
    gateway = ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    ec2(attach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc_id)
    [main, _] = ec2(describe_route_tables)["RouteTables"]
    ec2(create_route, RouteTableId=main["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    answer = ec2(associate_vpc_cidr_block, VpcId=vpc_id, CidrBlock="100.64.0.5/24")
    association = answer["CidrBlockAssociation"]
    assert answer["VpcId"] == vpc_id
    assert association["AssociationId"].startswith("vpc-cidr-assoc-")
    assert (association["CidrBlock"], association["CidrBlockState"]) == ("100.64.0.0/24", {"State": "associating"})
    [shown] = ec2(describe_vpcs)["Vpcs"]
    assert shown["CidrBlock"] == "10.0.0.0/16"
    assert shown["CidrBlockAssociationSet"][1] == {**association, "CidrBlockState": {"State": "associated"}}
    assert destinations(ec2) == [["10.0.0.0/16", "100.64.0.0/24", "0.0.0.0/0"], ["10.0.0.0/16", "100.64.0.0/24"]]
    ec2(create_subnet, VpcId=vpc_id, CidrBlock="100.64.0.0/28")
    assert ec2.refusal(create_subnet, VpcId=vpc_id, CidrBlock="100.64.0.0/25") == (
        "InvalidSubnet.Conflict",
        "The CIDR '100.64.0.0/25' conflicts with another subnet",
    )
    assert ec2.refusal(create_subnet, VpcId=vpc_id, CidrBlock="100.64.1.0/24") == (
        "InvalidSubnet.Range",
        "The CIDR '100.64.1.0/24' is invalid.",
    )
    later = ec2(create_route_table, VpcId=vpc_id)["RouteTable"]
    assert [route["DestinationCidrBlock"] for route in later["Routes"]] == ["10.0.0.0/16", "100.64.0.0/24"]


def test_a_block_goes_with_its_routes_when_no_subnet_is_in_it(ec2: Client) -> None:
    vpc_id = vpc(ec2)
    added = ec2(associate_vpc_cidr_block, VpcId=vpc_id, CidrBlock="10.2.0.0/16")["CidrBlockAssociation"]
    subnet_id = ec2(create_subnet, VpcId=vpc_id, CidrBlock="10.2.0.0/24")["Subnet"]["SubnetId"]
    assert ec2.refusal(disassociate_vpc_cidr_block, AssociationId=added["AssociationId"]) == (
        "InvalidCidrBlock.InUse",
        f"The vpc {vpc_id} currently has a subnet within CIDR block 10.2.0.0/16",
    )
    ec2(delete_subnet, SubnetId=subnet_id)
    answer = ec2(disassociate_vpc_cidr_block, AssociationId=added["AssociationId"])
    assert answer == {"VpcId": vpc_id, "CidrBlockAssociation": {**added, "CidrBlockState": {"State": "disassociating"}}}
    assert destinations(ec2) == [["10.0.0.0/16"]]
    [shown] = ec2(describe_vpcs)["Vpcs"]
    assert len(shown["CidrBlockAssociationSet"]) == 1


def test_refusals_of_disassociate(region: Region, ec2: Client) -> None:
    vpc(ec2)
    primary = ec2(describe_vpcs)["Vpcs"][0]["CidrBlockAssociationSet"][0]["AssociationId"]
    assert ec2.refusal(disassociate_vpc_cidr_block, AssociationId=primary) == (
        "OperationNotPermitted",
        f"The vpc CIDR block with association ID {primary} may not be disassociated. "
        "It is the primary IPv4 CIDR block of the VPC",
    )
    assert ec2.refusal(disassociate_vpc_cidr_block, AssociationId="vpc-cidr-assoc-1") == (
        "InvalidVpcCidrBlockAssociationID.Malformed",
        'Invalid id: "vpc-cidr-assoc-1" (expecting "vpc-cidr-assoc-...")',
    )
    not_found = (
        "InvalidVpcCidrBlockAssociationID.NotFound",
        f"The vpc CIDR block association ID '{primary}' does not exist",
    )
    assert region.client(OTHER_ACCOUNT).refusal(disassociate_vpc_cidr_block, AssociationId=primary) == not_found


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({}, "MissingParameter", "The request must contain the parameter cidrBlock"),
        ({"CidrBlock": "10.1.0.0/15"}, "InvalidVpc.Range", "The CIDR '10.0.0.0/15' is invalid."),
        ({"CidrBlock": "10.1.0.0/29"}, "InvalidVpc.Range", "The CIDR '10.1.0.0/29' is invalid."),
        ({"CidrBlock": "169.254.0.0/16"}, "InvalidVpc.Range", "The CIDR '169.254.0.0/16' is invalid."),
        (
            {"CidrBlock": "ten"},
            "InvalidParameterValue",
            "Value (ten) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
        ),
        (
            {"AmazonProvidedIpv6CidrBlock": True},
            "UnsupportedOperation",
            "The parameter AmazonProvidedIpv6CidrBlock is not supported.",
        ),
        (
            {"Ipv4IpamPoolId": "ipam-pool-1"},
            "UnsupportedOperation",
            "The parameter Ipv4IpamPoolId is not supported.",
        ),
        ({"CidrBlock": "172.16.0.0/16"}, "InvalidVpc.Range", f"The CIDR '172.16.0.0/16'{RESTRICTED}"),
    ],
)
def test_refusals_of_associate(ec2: Client, request_: dict[str, object], code: str, message: str) -> None:
    assert ec2.refusal(associate_vpc_cidr_block, VpcId=vpc(ec2), **request_) == (code, message)


def test_blocks_of_a_vpc_do_not_overlap_and_are_five_at_most(ec2: Client) -> None:
    vpc_id = vpc(ec2, "10.2.0.0/16", "10.3.0.0/16")
    for cidr in ("10.2.0.0/16", "10.3.128.0/17"):
        assert ec2.refusal(associate_vpc_cidr_block, VpcId=vpc_id, CidrBlock=cidr) == (
            "InvalidVpc.Range",
            f"The CIDR '{cidr}' conflicts with another CIDR of the VPC {vpc_id}.",
        )
    for third in range(4, 7):
        ec2(associate_vpc_cidr_block, VpcId=vpc_id, CidrBlock=f"10.{third}.0.0/16")
    assert ec2.refusal(associate_vpc_cidr_block, VpcId=vpc_id, CidrBlock="10.7.0.0/16") == (
        "CidrLimitExceeded",
        f"This network '{vpc_id}' has met its maximum number of allowed CIDRs: 5",
    )


def test_a_block_is_smaller_than_what_a_route_leads_elsewhere(ec2: Client) -> None:
    vpc_id = vpc(ec2, "10.2.0.0/16")
    gateway = ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    ec2(attach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc_id)
    table = ec2(create_route_table, VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    ec2(create_route, RouteTableId=table, DestinationCidrBlock="10.4.0.0/24", GatewayId=gateway)
    for cidr in ("10.4.0.0/24", "10.4.0.0/16"):
        assert ec2.refusal(associate_vpc_cidr_block, VpcId=vpc_id, CidrBlock=cidr) == (
            "InvalidVpc.Range",
            f"The CIDR '{cidr}' is the same as or larger than the destination 10.4.0.0/24 of a route in {table}.",
        )
    ec2(associate_vpc_cidr_block, VpcId=vpc_id, CidrBlock="10.4.0.0/25")


def peered(region: Region, requester: str, accepter: str, status: PeeringStatus) -> VpcPeeringConnection:
    ec2 = region.client()
    ec2(create_vpc_peering_connection, VpcId=requester, PeerVpcId=accepter)
    [made] = [one for one in region.store.of_type(VpcPeeringConnection) if one.is_pending]
    with region.store.transaction() as tx:
        tx.put(replace(made, status=status))
    return made


@pytest.mark.parametrize("status", [PeeringStatus.PROVISIONING, PeeringStatus.ACTIVE])
def test_peered_vpcs_may_not_come_to_overlap(region: Region, ec2: Client, status: PeeringStatus) -> None:
    one, two = vpc(ec2, "10.2.0.0/16"), vpc(ec2, "10.3.0.0/16", "10.4.0.0/16")
    peering = peered(region, one, two, status)
    assert ec2.refusal(associate_vpc_cidr_block, VpcId=one, CidrBlock="10.4.128.0/17") == (
        "InvalidVpc.Range",
        f"The CIDR '10.4.128.0/17' conflicts with a CIDR of {two}, peered by {peering.id}.",
    )
    ec2(associate_vpc_cidr_block, VpcId=one, CidrBlock="10.5.0.0/16")


def test_who_has_asked_for_a_peering_connection_gets_no_block_before_the_answer(region: Region, ec2: Client) -> None:
    one, two = vpc(ec2, "10.2.0.0/16"), vpc(ec2, "10.3.0.0/16")
    peering = peered(region, one, two, PeeringStatus.PENDING_ACCEPTANCE)
    assert ec2.refusal(associate_vpc_cidr_block, VpcId=one, CidrBlock="10.9.0.0/16") == (
        "OperationNotPermitted",
        f"A CIDR cannot be associated with {one} while its request {peering.id} is pending acceptance.",
    )


def test_a_request_fails_when_the_accepter_comes_to_overlap(region: Region, ec2: Client) -> None:
    one, two = vpc(ec2, "10.2.0.0/16"), vpc(ec2, "10.3.0.0/16")
    peering = peered(region, one, two, PeeringStatus.PENDING_ACCEPTANCE)
    ec2(associate_vpc_cidr_block, VpcId=two, CidrBlock="10.9.0.0/16")
    still = region.store.get(VpcPeeringConnection, peering.id)
    assert still is not None
    assert still.status is PeeringStatus.PENDING_ACCEPTANCE
    ec2(associate_vpc_cidr_block, VpcId=two, CidrBlock="10.2.128.0/20")
    now = region.store.get(VpcPeeringConnection, peering.id)
    assert now is not None
    assert now.status is PeeringStatus.FAILED
