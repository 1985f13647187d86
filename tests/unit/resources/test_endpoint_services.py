"""The services that endpoints can be made for."""

from __future__ import annotations

import re

import pytest

from skywalk.resources.endpoint_services import endpoint_services, is_known
from skywalk.resources.regions import REGION_NAMES, zones_of


def test_a_region_has_s3() -> None:
    (s3,) = endpoint_services("us-east-1")
    assert (s3.name, s3.service, s3.region) == ("com.amazonaws.us-east-1.s3", "s3", "us-east-1")
    assert (s3.endpoint_type, s3.supports_policy, s3.zones) == ("Gateway", True, zones_of("us-east-1"))
    assert s3.base_dns_name == "s3.us-east-1.amazonaws.com"


def test_ids_have_aws_s_form_are_unique_and_stay() -> None:
    ids = {region: one.service_id for region in REGION_NAMES for one in endpoint_services(region)}
    assert len(ids) == len(set(ids.values())) == len(REGION_NAMES)
    assert all(re.fullmatch("vpce-svc-[0-9a-f]{17}", service_id) for service_id in ids.values())
    assert ids["us-east-1"] == "vpce-svc-6855ce842fa1ef41f"


@pytest.mark.parametrize(
    ("region", "name", "known"),
    [
        ("us-east-1", "com.amazonaws.us-east-1.s3", True),
        ("us-east-1", "com.amazonaws.us-east-1.dynamodb", True),
        ("us-east-1", "com.amazonaws.eu-west-1.s3", False),
        ("us-east-1", "com.amazonaws.us-east-1.s4", False),
        ("us-east-1", "s3", False),
        ("mars-1", "com.amazonaws.mars-1.s3", False),
    ],
)
def test_known_names(region: str, name: str, known: bool) -> None:
    assert is_known(region, name) is known


def test_an_unknown_region_has_none() -> None:
    assert endpoint_services("mars-1") == ()
