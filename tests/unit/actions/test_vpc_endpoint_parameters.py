from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.actions.internet_gateways import attach_internet_gateway, create_internet_gateway
from skywalk.actions.route_table_associations import associate_route_table
from skywalk.actions.vpc_endpoints import (
    delete_vpc_endpoints,
    modify_vpc_endpoint,
)
from skywalk.actions.vpcs import create_vpc
from support.gateway_endpoints import (
    S3,
    create,
    refusal,
    table,
)
from support.launching import Home
from support.region import OTHER_ACCOUNT, Region

GONE = "vpce-00000000000000000"
ONLY_GETS = json.dumps(
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]}
)


@pytest.fixture
def home() -> Home:
    return Home(Region())


def test_the_service_has_to_be_named(home: Home) -> None:
    missing = ("MissingParameter", "The request must contain the parameter ServiceName")
    assert refusal(home, ServiceName=None) == missing


@pytest.mark.parametrize("name", ["com.amazonaws.us-east-1.nothing", "com.amazonaws.eu-west-1.s3", "s3"])
def test_an_unknown_service(home: Home, name: str) -> None:
    assert refusal(home, ServiceName=name) == (
        "InvalidServiceName",
        f"The Vpc Endpoint Service '{name}' does not exist",
    )


@pytest.mark.parametrize(
    ("service", "kind", "types"),
    [
        ("ssm", None, "Interface"),
        ("ecr.dkr", "Gateway", "Interface"),
        ("kms", "GatewayLoadBalancer", "Interface"),
        ("dynamodb", "GatewayLoadBalancer", "Gateway, Interface"),
    ],
)
def test_a_type_that_the_service_does_not_have(home: Home, service: str, kind: str | None, types: str) -> None:
    assert refusal(home, ServiceName=f"com.amazonaws.us-east-1.{service}", VpcEndpointType=kind) == (
        "InvalidParameter",
        f"Endpoint type ({kind or 'Gateway'}) does not match available service types ([{types}]).",
    )


def test_the_table_of_a_gateway_takes_no_endpoint(home: Home) -> None:
    edge = table(home)
    gateway = home.ec2(create_internet_gateway)["InternetGateway"]["InternetGatewayId"]
    home.ec2(attach_internet_gateway, InternetGatewayId=gateway, VpcId=home.vpc_id)
    home.ec2(associate_route_table, RouteTableId=edge, GatewayId=gateway)
    refused = (
        "RouteNotSupported",
        f"Route table {edge} is associated with a gateway and cannot have a route to a prefix list.",
    )
    assert refusal(home, RouteTableIds=[edge]) == refused
    made = create(home)["VpcEndpointId"]
    assert home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=made, AddRouteTableIds=[edge]) == refused


@pytest.mark.parametrize("kind", ["Resource", "ServiceNetwork", "Tunnel"])
def test_other_types_are_not_there_yet(home: Home, kind: str) -> None:
    assert refusal(home, VpcEndpointType=kind) == (
        "UnsupportedOperation",
        f"VPC endpoints of type {kind} are not supported yet.",
    )


def test_services_of_other_regions(home: Home) -> None:
    request = {"VpcEndpointType": "Interface", "ServiceRegion": "eu-west-1"}
    assert refusal(home, ServiceName="com.amazonaws.eu-west-1.sqs", **request) == (
        "InvalidParameter",
        "The VPC endpoint service com.amazonaws.eu-west-1.sqs cannot be reached from other regions.",
    )
    assert refusal(home, ServiceName=S3, **request) == (
        "InvalidServiceName",
        f"The Vpc Endpoint Service '{S3}' does not exist",
    )


def test_what_is_no_type(home: Home) -> None:
    assert refusal(home, VpcEndpointType="gateway") == (
        "InvalidVpcEndpointType",
        "The VPC endpoint type 'gateway' is not valid.",
    )


def test_vpcs(home: Home) -> None:
    assert refusal(home, VpcId="vpc-00000000000000000") == (
        "InvalidVpcID.NotFound",
        "The vpc ID 'vpc-00000000000000000' does not exist",
    )
    assert refusal(home, VpcId="vpc-x")[0] == "InvalidVpcID.Malformed"
    strangers = home.region.client(OTHER_ACCOUNT)(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert refusal(home, VpcId=strangers)[0] == "InvalidVpcID.NotFound"


def test_route_tables(home: Home) -> None:
    assert refusal(home, RouteTableIds=["rtb-00000000000000000"]) == (
        "InvalidRouteTableID.NotFound",
        "The routeTable ID 'rtb-00000000000000000' does not exist",
    )
    other_vpc = home.ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    elsewhere = table(home, other_vpc)
    assert refusal(home, RouteTableIds=[table(home), elsewhere]) == (
        "InvalidParameter",
        f"Route table {elsewhere} belongs to a different VPC than {home.vpc_id}.",
    )


def test_one_route_per_service_and_table(home: Home) -> None:
    first, second = table(home), table(home)
    create(home, first)
    assert refusal(home, RouteTableIds=[second, first]) == (
        "RouteAlreadyExists",
        f"route table {first} already has a route with destination-prefix-list-id pl-63a5400a",
    )
    assert create(home, second)["RouteTableIds"] == [second]


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (
            {"SubnetIds": ["subnet-1"]},
            "Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.",
        ),
        (
            {"SubnetConfigurations": [{"SubnetId": "subnet-1"}]},
            "Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.",
        ),
        (
            {"SecurityGroupIds": ["sg-1"]},
            "Security group IDs are only supported for Interface type VPC Endpoints.",
        ),
        ({"PrivateDnsEnabled": True}, "Private DNS is only supported for Interface type VPC Endpoints."),
        (
            {"DnsOptions": {"PrivateDnsPreference": "ALL_DOMAINS"}},
            "PrivateDnsPreference is only supported for Resource and ServiceNetwork type VPC Endpoints.",
        ),
        (
            {"DnsOptions": {"PrivateDnsSpecifiedDomains": ["a.example"]}},
            "PrivateDnsSpecifiedDomains is only supported for Resource and ServiceNetwork type VPC Endpoints.",
        ),
        ({"ResourceConfigurationArn": "arn:x"}, "Gateway type VPC Endpoints are made for a service name."),
        (
            {"DnsOptions": {"DnsRecordIpType": "ipv4"}},
            "Gateway type VPC Endpoints only support the DNS record IP type service-defined.",
        ),
        (
            {"DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": True}},
            "PrivateDnsOnlyForInboundResolverEndpoint is only supported for Interface type VPC Endpoints.",
        ),
    ],
)
def test_what_only_endpoints_with_interfaces_have(home: Home, request_: dict[str, Any], text: str) -> None:
    assert refusal(home, **request_) == ("InvalidParameter", text)
    made = create(home)["VpcEndpointId"]
    changes = {
        {"SubnetIds": "AddSubnetIds", "SecurityGroupIds": "AddSecurityGroupIds"}.get(name, name): value
        for name, value in request_.items()
    }
    assert home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=made, **changes) == ("InvalidParameter", text)


def test_what_asks_for_nothing_is_taken(home: Home) -> None:
    made = create(
        home,
        VpcEndpointType="Gateway",
        IpAddressType="ipv4",
        DnsOptions={"DnsRecordIpType": "service-defined"},
        PrivateDnsEnabled=False,
        ServiceRegion="us-east-1",
    )
    assert made["State"] == "pending"


def test_not_supported(home: Home) -> None:
    assert refusal(home, IpAddressType="dualstack") == (
        "UnsupportedOperation",
        "Gateway endpoints of the IP address type dualstack are not supported yet.",
    )
    assert refusal(home, ServiceRegion="eu-west-1") == (
        "UnsupportedOperation",
        "Gateway endpoints reach services of their own region only.",
    )


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("{", ""),
        ("[]", "the document is not a JSON object"),
        ('{"Statement":[]}', "Statement: must not be empty"),
        (
            '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
            "Statement[0].Principal: missing",
        ),
        (
            '{"Statement":[{"Effect":"Allow","NotPrincipal":"*","Action":"*","Resource":"*"}]}',
            "Statement[0].NotPrincipal: Allow with NotPrincipal is not allowed",
        ),
    ],
)
def test_a_policy_that_is_none(home: Home, policy: str, said: str) -> None:
    code, message = refusal(home, PolicyDocument=policy)
    assert code == "InvalidPolicyDocument"
    assert said in message
    assert message


def test_the_longest_policy(home: Home) -> None:
    longest = ONLY_GETS + " " * (20_480 - len(ONLY_GETS))
    assert create(home, PolicyDocument=longest)["PolicyDocument"] == longest
    assert refusal(home, PolicyDocument=longest + " ") == (
        "InvalidPolicyDocument",
        "the document has 20481 characters; at most 20480 are allowed",
    )


@pytest.mark.parametrize(
    "change",
    [{"RemoveSubnetIds": ["subnet-1"]}, {"RemoveSecurityGroupIds": ["sg-1"]}],
    ids=lambda change: next(iter(change)),
)
def test_a_gateway_endpoint_has_none_of_these_to_lose(home: Home, change: dict[str, Any]) -> None:
    made = create(home)["VpcEndpointId"]
    code, text = home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=made, **change)
    assert code == "InvalidParameter"
    assert "type VPC Endpoint" in text


def test_modify_knows_its_endpoint(home: Home) -> None:
    assert home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=GONE, ResetPolicy=True) == (
        "InvalidVpcEndpointId.NotFound",
        f"The Vpc Endpoint Id '{GONE}' does not exist",
    )
    assert home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId="vpce-x")[0] == "InvalidVpcEndpointId.Malformed"
    deleted = create(home)["VpcEndpointId"]
    home.ec2(delete_vpc_endpoints, VpcEndpointIds=[deleted])
    assert home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=deleted, ResetPolicy=True) == (
        "InvalidVpcEndpointId.NotFound",
        f"The Vpc Endpoint Id '{deleted}' does not exist",
    )


def test_a_table_of_another_vpc_cannot_be_added(home: Home) -> None:
    made = create(home)["VpcEndpointId"]
    elsewhere = table(home, home.ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])
    for change in ({"AddRouteTableIds": [elsewhere]}, {"RemoveRouteTableIds": [elsewhere]}):
        assert home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=made, **change) == (
            "InvalidParameter",
            f"Route table {elsewhere} belongs to a different VPC than {home.vpc_id}.",
        )
    absent = {"AddRouteTableIds": ["rtb-00000000000000000"]}
    assert home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=made, **absent)[0] == "InvalidRouteTableID.NotFound"
