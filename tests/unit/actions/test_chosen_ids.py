"""Which ids a request chooses, what is left of its tags, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.chosen_ids import ChosenIds, take_chosen_ids
from skywalk.actions.vpcs import create_vpc
from skywalk.values.errors import AwsError
from support.region import US_EAST_1, Region


def specification(resource_type: str, **tags: str) -> dict[str, Any]:
    return {"ResourceType": resource_type, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def refusal(request: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(AwsError) as caught:
        take_chosen_ids(request, US_EAST_1)
    return caught.value.code, caught.value.message


def test_the_tag_is_taken_off_and_the_others_stay() -> None:
    request: dict[str, Any] = {
        "TagSpecifications": [
            specification("vpc", _custom_id_="vpc-1a2b3c4d", Name="bank"),
            specification("x", Name="y"),
        ]
    }
    take_chosen_ids(request, US_EAST_1)
    assert request == {"TagSpecifications": [specification("vpc", Name="bank"), specification("x", Name="y")]}


def test_a_specification_of_nothing_else_goes() -> None:
    request: dict[str, Any] = {"TagSpecifications": [specification("vpc", _custom_id_="vpc-1a2b3c4d")]}
    take_chosen_ids(request, US_EAST_1)
    assert request == {"TagSpecifications": []}


def test_requests_without_the_tag_stay_as_they_are() -> None:
    request: dict[str, Any] = {"TagSpecifications": [specification("vpc")], "CidrBlock": "10.0.0.0/16"}
    take_chosen_ids(request, US_EAST_1)
    assert request == {"TagSpecifications": [specification("vpc")], "CidrBlock": "10.0.0.0/16"}


def test_a_malformed_id_is_refused_as_the_kind_refuses_it() -> None:
    for chosen in ("vpc-1", "vpc-1a2b3c4g", "subnet-1a2b3c4d", "", "vpc-1A2B3C4D"):
        request = {"TagSpecifications": [specification("vpc", _custom_id_=chosen)]}
        assert refusal(request) == ("InvalidVpcID.Malformed", f'Invalid id: "{chosen}" (expecting "vpc-...")')


def test_kinds_without_ids_and_several_at_once_are_refused() -> None:
    assert refusal({"TagSpecifications": [specification("volume", _custom_id_="vol-1a2b3c4d")]}) == (
        "InvalidParameterValue",
        "The id of a resource of type 'volume' cannot be chosen.",
    )
    several = {"TagSpecifications": [specification("instance", _custom_id_="i-1a2b3c4d")], "MaxCount": 2}
    assert refusal(several) == (
        "InvalidParameterCombination",
        "The tag _custom_id_ names one resource; MaxCount asks for several.",
    )
    twice = [{"Key": "_custom_id_", "Value": "vpc-1a2b3c4d"}, {"Key": "_custom_id_", "Value": "vpc-1a2b3c4e"}]
    assert refusal({"TagSpecifications": [{"ResourceType": "vpc", "Tags": twice}]}) == (
        "InvalidParameterValue",
        "Duplicate tag key '_custom_id_' specified.",
    )


def test_an_id_of_amazons_own_prefix_lists_is_in_use() -> None:
    request = {"TagSpecifications": [specification("prefix-list", _custom_id_="pl-63a5400a")]}
    assert refusal(request) == ("InvalidParameterValue", "The id 'pl-63a5400a' is in use already.")


def test_an_id_is_given_once_and_never_twice_in_a_store() -> None:
    region = Region()
    present = region.client()(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with region.store.transaction() as tx:
        chosen = ChosenIds({"vpc": "vpc-1a2b3c4d"})
        assert chosen.take("subnet", tx) is None
        assert chosen.take("vpc", tx) == "vpc-1a2b3c4d"
        assert chosen.take("vpc", tx) is None
        chosen.check_all_taken(tx)
        with pytest.raises(AwsError) as caught:
            ChosenIds({"vpc": present}).take("vpc", tx)
    assert str(caught.value) == f"InvalidParameterValue: The id '{present}' is in use already."


def test_what_an_action_does_not_make_is_refused() -> None:
    with Region().store.transaction() as tx, pytest.raises(AwsError) as caught:
        ChosenIds({"vpc": "vpc-1a2b3c4d"}).check_all_taken(tx)
    assert str(caught.value) == (
        "InvalidParameterValue: The id 'vpc-1a2b3c4d' is not of a resource that this operation creates."
    )
