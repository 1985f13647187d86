"""The services that endpoints can be made for."""

from __future__ import annotations

import re

import pytest

from skywalk.resources.endpoint_services import endpoint_service, endpoint_services, types_of
from skywalk.resources.regions import REGION_NAMES, zones_of


def test_a_region_has_s3_and_dynamodb() -> None:
    for service in ("s3", "dynamodb"):
        found = endpoint_service("us-east-1", f"com.amazonaws.us-east-1.{service}", "Gateway")
        assert found is not None
        assert (found.service, found.region, found.ports) == (service, "us-east-1", (80, 443))
        assert (found.endpoint_type, found.supports_policy, found.zones) == ("Gateway", True, zones_of("us-east-1"))
        assert found.base_dns_name == f"{service}.us-east-1.amazonaws.com"


def test_ids_have_aws_s_form_are_unique_and_stay() -> None:
    services = [one for region in REGION_NAMES for one in endpoint_services(region)]
    ids = {(one.name, one.endpoint_type): one.service_id for one in services}
    assert len(ids) == len(set(ids.values())) == len(services)
    assert all(re.fullmatch("vpce-svc-[0-9a-f]{17}", service_id) for service_id in ids.values())
    assert ids["com.amazonaws.us-east-1.s3", "Gateway"] == "vpce-svc-6855ce842fa1ef41f"


def test_an_interface_service() -> None:
    found = endpoint_service("eu-west-1", "com.amazonaws.eu-west-1.ecr.api", "Interface")
    assert found is not None
    assert found.base_dns_name == "api.ecr.eu-west-1.vpce.amazonaws.com"
    assert found.private_names == ("api.ecr.eu-west-1.amazonaws.com",)
    assert (found.ports, found.supports_policy, found.zones) == ((443,), True, zones_of("eu-west-1"))
    assert endpoint_service("eu-west-1", "com.amazonaws.eu-west-1.ecr.api", "Gateway") is None


def test_dynamodb_has_no_private_names() -> None:
    found = endpoint_service("us-east-1", "com.amazonaws.us-east-1.dynamodb", "Interface")
    assert found is not None
    assert found.private_names == ()


@pytest.mark.parametrize(
    ("region", "name", "types"),
    [
        ("us-east-1", "com.amazonaws.us-east-1.s3", ("Gateway", "Interface")),
        ("us-east-1", "com.amazonaws.us-east-1.dynamodb", ("Gateway", "Interface")),
        ("us-east-1", "com.amazonaws.us-east-1.ecr.api", ("Interface",)),
        ("eu-west-1", "com.amazonaws.eu-west-1.cloudformation-fips", ("Interface",)),
        ("eu-west-1", "aws.sagemaker.eu-west-1.studio", ("Interface",)),
        ("us-east-1", "com.amazonaws.iam", ("Interface",)),
        ("eu-west-1", "com.amazonaws.iam", ()),
        ("us-east-1", "com.amazonaws.eu-west-1.s3", ()),
        ("us-east-1", "com.amazonaws.eu-west-1.ssm", ()),
        ("us-east-1", "com.amazonaws.us-east-1.s4", ()),
        ("us-east-1", "s3", ()),
        ("mars-1", "com.amazonaws.mars-1.s3", ()),
        ("mars-1", "com.amazonaws.mars-1.ssm", ()),
    ],
)
def test_what_kinds_of_endpoints_aws_has_for_a_service(region: str, name: str, types: tuple[str, ...]) -> None:
    assert types_of(region, name) == types


def test_an_unknown_region_has_none() -> None:
    assert endpoint_services("mars-1") == ()
