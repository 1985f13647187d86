from __future__ import annotations

from itertools import combinations

import pytest

from skywalk.resources.prefix_lists import prefix_list, prefix_lists_of, service_prefix_list
from skywalk.resources.regions import REGION_NAMES


def test_no_network_is_in_two_lists_or_twice_in_one() -> None:
    networks = [
        (one.name, network) for region in REGION_NAMES for one in prefix_lists_of(region) for network in one.networks
    ]
    overlapping = [(left, right) for left, right in combinations(networks, 2) if left[1].overlaps(right[1])]
    assert overlapping == []


@pytest.mark.parametrize("region", REGION_NAMES)
def test_every_region_has_both_services(region: str) -> None:
    assert [one.name for one in prefix_lists_of(region)] == [
        f"com.amazonaws.{region}.s3",
        f"com.amazonaws.{region}.dynamodb",
    ]
    assert len({one.prefix_list_id for one in prefix_lists_of(region)}) == 2
    assert all(one.networks for one in prefix_lists_of(region))


@pytest.mark.parametrize(
    ("region", "service", "prefix_list_id"),
    [
        ("us-east-1", "s3", "pl-63a5400a"),
        ("us-east-1", "dynamodb", "pl-02cd2c6b"),
        ("us-west-2", "s3", "pl-68a54001"),
        ("eu-central-1", "s3", "pl-6ea54007"),
    ],
)
def test_known_ids(region: str, service: str, prefix_list_id: str) -> None:
    one = service_prefix_list(region, f"com.amazonaws.{region}.{service}")
    assert one.prefix_list_id == prefix_list_id
    assert prefix_list(region, prefix_list_id) == one


def test_an_id_is_of_its_region_alone() -> None:
    frankfurt, california = prefix_list("eu-central-1", "pl-6ea54007"), prefix_list("us-west-1", "pl-6ea54007")
    assert frankfurt is not None
    assert california is not None
    assert (frankfurt.service, california.service) == ("s3", "dynamodb")
    assert prefix_list("us-east-1", "pl-6ea54007") is None
    assert prefix_lists_of("mars-1") == ()


def test_services_without_a_list() -> None:
    for name in ("com.amazonaws.us-east-1.sqs", "com.amazonaws.eu-west-1.s3"):
        with pytest.raises(KeyError, match=name):
            service_prefix_list("us-east-1", name)
