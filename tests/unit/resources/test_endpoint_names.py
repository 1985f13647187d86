"""The DNS names of interface endpoints."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from skywalk.resources.endpoint_names import (
    certificate_names,
    own_names,
    private_zone_id,
    private_zones,
    regional_name,
    vpce_zone_id,
    zonal_name,
)
from skywalk.resources.endpoint_services import EndpointService, endpoint_service
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from skywalk.values.scope import Scope

ZONES = ("us-east-1a", "us-east-1b")


def service(short: str, region: str = "us-east-1") -> EndpointService:
    found = endpoint_service(region, f"com.amazonaws.{region}.{short}", "Interface")
    assert found is not None
    return found


def endpoint(other_region: str | None = None) -> VpcEndpoint:
    return VpcEndpoint(
        id="vpce-0123456789abcdef0",
        scope=Scope("123456789012", "us-east-1"),
        vpc_id="vpc-1",
        endpoint_type="Interface",
        service_name="com.amazonaws.us-east-1.sqs",
        state=VpcEndpointState.AVAILABLE,
        policy="",
        route_table_ids=(),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        other_region=other_region,
        dns_suffix="abcdefgh",
    )


def test_regional_and_zonal_names() -> None:
    names = (
        "vpce-0123456789abcdef0-abcdefgh.api.ecr.us-east-1.vpce.amazonaws.com",
        "vpce-0123456789abcdef0-abcdefgh-us-east-1a.api.ecr.us-east-1.vpce.amazonaws.com",
        "vpce-0123456789abcdef0-abcdefgh-us-east-1b.api.ecr.us-east-1.vpce.amazonaws.com",
    )
    assert own_names(endpoint(), service("ecr.api"), ZONES) == names
    assert regional_name(endpoint(), service("ecr.api")) == names[0]
    assert zonal_name(endpoint(), service("ecr.api"), "us-east-1a") == names[1]


def test_those_of_s3_are_wildcards() -> None:
    regional, zonal = own_names(endpoint(), service("s3"), ZONES[:1])
    assert regional == "*.vpce-0123456789abcdef0-abcdefgh.s3.us-east-1.vpce.amazonaws.com"
    assert zonal == "*.vpce-0123456789abcdef0-abcdefgh-us-east-1a.s3.us-east-1.vpce.amazonaws.com"
    base = regional.removeprefix("*.")
    assert certificate_names(service("s3"), [regional]) == (
        f"*.{base}",
        f"*.bucket.{base}",
        f"*.accesspoint.{base}",
        f"*.control.{base}",
    )


def test_a_service_of_another_region_has_a_regional_name_alone() -> None:
    assert own_names(endpoint("eu-west-1"), service("kms", "eu-west-1"), ZONES) == (
        "vpce-0123456789abcdef0-abcdefgh.kms.eu-west-1.vpce.amazonaws.com",
    )


def test_all_endpoints_of_a_service_share_a_certificate() -> None:
    names = own_names(endpoint(), service("sqs"), ZONES)
    assert certificate_names(service("sqs"), names) == ("*.sqs.us-east-1.vpce.amazonaws.com",)


def test_zone_ids() -> None:
    assert (vpce_zone_id("us-east-1"), vpce_zone_id("us-east-2")) == ("Z7HUB22UULQXV", "ZC8PG0KIFKBRI")
    others = {vpce_zone_id("eu-west-1"), vpce_zone_id("eu-west-2"), private_zone_id("sqs.us-east-1.amazonaws.com")}
    assert len(others) == 3
    assert all(re.fullmatch("Z[0-9A-F]{20}", one) for one in others)
    assert private_zone_id("*.s3.us-east-1.amazonaws.com") == private_zone_id("s3.us-east-1.amazonaws.com")


def test_private_zones_are_the_names_without_wildcards() -> None:
    assert private_zones(service("s3")) == (
        "s3.us-east-1.amazonaws.com",
        "s3-accesspoint.us-east-1.amazonaws.com",
        "s3-control.us-east-1.amazonaws.com",
    )
    assert private_zones(service("ecr.dkr")) == ("dkr.ecr.us-east-1.amazonaws.com",)
    assert private_zones(service("dynamodb")) == ()
