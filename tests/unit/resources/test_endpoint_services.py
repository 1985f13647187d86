"""The services that endpoints can be made for."""

from __future__ import annotations

import re

import pytest

from skywalk.resources.endpoint_services import endpoint_services, types_of
from skywalk.resources.regions import REGION_NAMES, zones_of


def test_a_region_has_s3_and_dynamodb() -> None:
    for service, found in zip(("s3", "dynamodb"), endpoint_services("us-east-1"), strict=True):
        assert (found.name, found.service, found.region) == (f"com.amazonaws.us-east-1.{service}", service, "us-east-1")
        assert (found.endpoint_type, found.supports_policy, found.zones) == ("Gateway", True, zones_of("us-east-1"))
        assert found.base_dns_name == f"{service}.us-east-1.amazonaws.com"


def test_ids_have_aws_s_form_are_unique_and_stay() -> None:
    ids = {one.name: one.service_id for region in REGION_NAMES for one in endpoint_services(region)}
    assert len(ids) == len(set(ids.values())) == 2 * len(REGION_NAMES)
    assert all(re.fullmatch("vpce-svc-[0-9a-f]{17}", service_id) for service_id in ids.values())
    assert ids["com.amazonaws.us-east-1.s3"] == "vpce-svc-6855ce842fa1ef41f"


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
