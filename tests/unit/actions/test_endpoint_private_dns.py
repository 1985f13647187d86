from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from skywalk.actions.vpc_endpoints import create_vpc_endpoint, delete_vpc_endpoints
from skywalk.actions.vpcs import create_vpc, modify_vpc_attribute
from skywalk.resources.hosted_zone import HostedZone, ZoneVpc
from skywalk.values.scope import GLOBAL_REGION, Scope
from support.interface_endpoints import S3, SQS, create, endpoint, modify, modify_refusal, refusal, with_host_names
from support.launching import Home
from support.region import OWNER, Region

DYNAMODB = "com.amazonaws.us-east-1.dynamodb"
INBOUND_ONLY = {"PrivateDnsOnlyForInboundResolverEndpoint": True}
EVERYBODY = {"PrivateDnsOnlyForInboundResolverEndpoint": False}


@pytest.fixture
def home() -> Home:
    return with_host_names(Home(Region()))


def names(shown: dict[str, Any]) -> list[str]:
    """Its private ones."""
    return [one["DnsName"] for one in shown["DnsEntries"] if "vpce" not in one["DnsName"]]


def s3_gateway(home: Home) -> str:
    return str(home.ec2(create_vpc_endpoint, VpcId=home.vpc_id, ServiceName=S3)["VpcEndpoint"]["VpcEndpointId"])


# --- who has it ----------------------------------------------------------------------------------------------------


def test_it_is_turned_on_and_off(home: Home) -> None:
    made = create(home, PrivateDnsEnabled=False)
    assert (made["PrivateDnsEnabled"], names(made)) == (False, [])
    changed = modify(home, made["VpcEndpointId"], PrivateDnsEnabled=True)
    assert (changed["PrivateDnsEnabled"], names(changed)) == (True, ["sqs.us-east-1.amazonaws.com"])
    changed = modify(home, made["VpcEndpointId"], PrivateDnsEnabled=False)
    assert (changed["PrivateDnsEnabled"], names(changed)) == (False, [])


def test_what_nobody_asked_for_is_on_where_it_can_be(home: Home) -> None:
    assert create(home)["PrivateDnsEnabled"] is True
    assert create(home)["PrivateDnsEnabled"] is False  # its name is taken
    assert create(home, ServiceName=DYNAMODB)["PrivateDnsEnabled"] is False
    assert create(home, ServiceName=S3)["PrivateDnsEnabled"] is False
    home.ec2(modify_vpc_attribute, VpcId=home.vpc_id, EnableDnsHostnames={"Value": False})
    assert create(home, ServiceName="com.amazonaws.us-east-1.kms")["PrivateDnsEnabled"] is False


@pytest.mark.parametrize("attribute", ["EnableDnsSupport", "EnableDnsHostnames"])
def test_the_vpc_has_to_have_names(home: Home, attribute: str) -> None:
    home.ec2(modify_vpc_attribute, VpcId=home.vpc_id, **{attribute: {"Value": False}})
    refused = (
        "InvalidParameter",
        "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
        f"{home.vpc_id}",
    )
    assert refusal(home, PrivateDnsEnabled=True) == refused
    assert modify_refusal(home, create(home)["VpcEndpointId"], PrivateDnsEnabled=True) == refused


def test_a_vpc_may_lose_its_names(home: Home) -> None:
    made = create(home, PrivateDnsEnabled=True)["VpcEndpointId"]
    home.ec2(modify_vpc_attribute, VpcId=home.vpc_id, EnableDnsHostnames={"Value": False})
    assert endpoint(home, made)["PrivateDnsEnabled"] is True
    assert modify(home, made, PrivateDnsEnabled=True)["PrivateDnsEnabled"] is True


def test_a_service_without_private_names(home: Home) -> None:
    assert refusal(home, ServiceName=DYNAMODB, PrivateDnsEnabled=True) == (
        "InvalidParameter",
        f"Private DNS can't be enabled because the service {DYNAMODB} does not provide a private DNS name.",
    )


# --- conflicts -----------------------------------------------------------------------------------------------------


def conflict(home: Home, name: str) -> tuple[str, str]:
    return (
        "InvalidParameter",
        f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {name} in the VPC "
        f"{home.vpc_id}",
    )


def test_a_name_is_one_endpoints(home: Home) -> None:
    first = create(home, PrivateDnsEnabled=True)["VpcEndpointId"]
    refused = conflict(home, "sqs.us-east-1.amazonaws.com")
    assert refusal(home, PrivateDnsEnabled=True) == refused
    second = create(home, PrivateDnsEnabled=False)["VpcEndpointId"]
    assert modify_refusal(home, second, PrivateDnsEnabled=True) == refused
    assert modify(home, first, PrivateDnsEnabled=True)["PrivateDnsEnabled"] is True
    home.ec2(delete_vpc_endpoints, VpcEndpointIds=[first])
    assert modify(home, second, PrivateDnsEnabled=True)["PrivateDnsEnabled"] is True


def test_other_vpcs_and_other_services_do_not_matter(home: Home) -> None:
    create(home, PrivateDnsEnabled=True)
    assert create(home, ServiceName="com.amazonaws.us-east-1.sns", PrivateDnsEnabled=True)["PrivateDnsEnabled"]
    other = home.ec2(create_vpc, CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    home.ec2(modify_vpc_attribute, VpcId=other, EnableDnsHostnames={"Value": True})
    assert create(home, VpcId=other, PrivateDnsEnabled=True)["PrivateDnsEnabled"]


def test_the_same_service_of_another_region_has_another_name(home: Home) -> None:
    create(home, ServiceName="com.amazonaws.us-east-1.kms", PrivateDnsEnabled=True)
    request = {"ServiceName": "com.amazonaws.eu-west-1.kms", "ServiceRegion": "eu-west-1", "PrivateDnsEnabled": True}
    assert names(create(home, **request)) == ["kms.eu-west-1.amazonaws.com"]
    assert refusal(home, **request) == conflict(home, "kms.eu-west-1.amazonaws.com")


def test_a_private_hosted_zone_of_the_name(home: Home) -> None:
    with home.ec2.call() as call:
        call.tx.put(
            HostedZone(
                id="Z1",
                scope=Scope(OWNER, GLOBAL_REGION),
                name="sqs.us-east-1.amazonaws.com",
                caller_reference="1",
                comment="",
                created_at=datetime(2026, 1, 1, tzinfo=UTC),
                vpcs=(ZoneVpc(vpc_id=home.vpc_id, region="us-east-1"),),
            )
        )
    assert refusal(home, PrivateDnsEnabled=True) == conflict(home, "sqs.us-east-1.amazonaws.com")
    assert create(home)["PrivateDnsEnabled"] is False
    assert create(home, ServiceName="com.amazonaws.us-east-1.kms", PrivateDnsEnabled=True)["PrivateDnsEnabled"]


# --- only for inbound resolver endpoints ---------------------------------------------------------------------------


def missing_gateway(home: Home) -> tuple[str, str]:
    return (
        "InvalidParameter",
        f"To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC {home.vpc_id} must have a Gateway endpoint "
        "for the service.",
    )


def inbound_only(shown: dict[str, Any]) -> bool:
    return bool(shown["DnsOptions"]["PrivateDnsOnlyForInboundResolverEndpoint"])


def test_s3s_private_names_are_for_inbound_resolvers_unless_asked_otherwise(home: Home) -> None:
    assert refusal(home, ServiceName=S3, PrivateDnsEnabled=True) == missing_gateway(home)
    assert refusal(home, ServiceName=S3, PrivateDnsEnabled=True, DnsOptions=INBOUND_ONLY) == missing_gateway(home)
    everybodys = create(home, ServiceName=S3, PrivateDnsEnabled=True, DnsOptions=EVERYBODY)
    assert not inbound_only(everybodys)
    assert names(everybodys)[:2] == ["s3.us-east-1.amazonaws.com", "*.s3.us-east-1.amazonaws.com"]
    assert modify_refusal(home, everybodys["VpcEndpointId"], DnsOptions=INBOUND_ONLY) == missing_gateway(home)
    s3_gateway(home)
    changed = modify(home, everybodys["VpcEndpointId"], DnsOptions=INBOUND_ONLY)
    assert inbound_only(changed)
    again = modify(home, everybodys["VpcEndpointId"], PrivateDnsEnabled=True)
    assert inbound_only(again)
    assert not inbound_only(modify(home, everybodys["VpcEndpointId"], PrivateDnsEnabled=False))
    assert inbound_only(modify(home, everybodys["VpcEndpointId"], PrivateDnsEnabled=True))


def test_the_last_gateway_endpoint_stays_while_it_is_needed(home: Home) -> None:
    first, second = s3_gateway(home), s3_gateway(home)
    made = create(home, ServiceName=S3, PrivateDnsEnabled=True)["VpcEndpointId"]
    assert home.ec2(delete_vpc_endpoints, VpcEndpointIds=[first]) == {"Unsuccessful": []}
    assert home.ec2(delete_vpc_endpoints, VpcEndpointIds=[second])["Unsuccessful"] == [
        {
            "ResourceId": second,
            "Error": {
                "Code": "InvalidParameter",
                "Message": f"Gateway endpoint cannot be deleted while Interface endpoint {made} for the service has "
                "PrivateDnsOnlyForInboundResolverEndpoint set to true.",
            },
        }
    ]
    assert endpoint(home, second)["State"] == "pending"
    modify(home, made, DnsOptions=EVERYBODY)
    assert home.ec2(delete_vpc_endpoints, VpcEndpointIds=[second]) == {"Unsuccessful": []}


def test_the_interface_endpoint_may_go_with_it(home: Home) -> None:
    gateway = s3_gateway(home)
    made = create(home, ServiceName=S3, PrivateDnsEnabled=True)["VpcEndpointId"]
    assert home.ec2(delete_vpc_endpoints, VpcEndpointIds=[made, gateway]) == {"Unsuccessful": []}


def test_services_without_gateway_endpoints(home: Home) -> None:
    refused = (
        "InvalidParameter",
        f"PrivateDnsOnlyForInboundResolverEndpoint is not supported for the service {SQS}.",
    )
    assert refusal(home, DnsOptions=INBOUND_ONLY) == refused
    assert modify_refusal(home, create(home)["VpcEndpointId"], DnsOptions=INBOUND_ONLY) == refused


def test_s3_of_another_region_has_no_gateway_endpoint_here(home: Home) -> None:
    request = {"ServiceName": "com.amazonaws.eu-west-1.s3", "ServiceRegion": "eu-west-1", "PrivateDnsEnabled": True}
    assert refusal(home, DnsOptions=INBOUND_ONLY, **request)[0] == "InvalidParameter"
    made = create(home, **request)
    assert not inbound_only(made)
    assert names(made)[0] == "s3.eu-west-1.amazonaws.com"


def test_without_private_dns(home: Home) -> None:
    s3_gateway(home)
    assert refusal(home, ServiceName=S3, PrivateDnsEnabled=False, DnsOptions=INBOUND_ONLY) == (
        "InvalidParameter",
        "PrivateDnsOnlyForInboundResolverEndpoint can only be set to true when private DNS is enabled.",
    )
