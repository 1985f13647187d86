from __future__ import annotations

import base64

import pytest

from skywalk.actions.iam_entities import (
    DEFAULT_PAGE,
    characters_of_policy,
    check_policy,
    iam_page,
    parse_iam_tags,
    unique_id,
)
from skywalk.policy.document import PolicyKind
from skywalk.values.errors import AwsError
from skywalk.values.tags import Tag
from support.region import Region


def test_unique_ids() -> None:
    with Region().client().call() as call:
        ids = [unique_id(call, "AROA") for _ in range(100)]
    assert len(set(ids)) == 100
    assert all(len(one) == 21 and one.startswith("AROA") and one.isalnum() and one.isupper() for one in ids)


def test_pages_join_to_the_whole() -> None:
    everything = list(range(250))
    first, marker = iam_page(everything, None, None)
    assert (first, marker is not None) == (everything[:DEFAULT_PAGE], True)
    second, marker = iam_page(everything, marker, 150)
    assert (second, marker) == (everything[DEFAULT_PAGE:], None)


def test_the_last_full_page_has_no_marker() -> None:
    assert iam_page([1, 2], None, 2) == ([1, 2], None)
    assert iam_page([], None, None) == ([], None)


@pytest.mark.parametrize("marker", ["x", base64.urlsafe_b64encode(b"page:5").decode(), "bWFya2VyOi01"])
def test_markers_of_others_are_refused(marker: str) -> None:
    with pytest.raises(AwsError) as caught:
        iam_page([1, 2], marker, None)
    assert (caught.value.code, caught.value.message) == ("InvalidInput", "Invalid Marker.")


def test_a_policy_that_is_none() -> None:
    with pytest.raises(AwsError) as caught:
        check_policy('{"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}', PolicyKind.IDENTITY)
    assert (caught.value.code, caught.value.message, caught.value.status) == (
        "MalformedPolicyDocument",
        "Statement[0].Effect: must be Allow or Deny",
        400,
    )


def test_white_space_does_not_count() -> None:
    assert characters_of_policy('{ "a":\n\t"b c" }') == len('{"a":"bc"}')


def test_tags() -> None:
    assert parse_iam_tags(None) == ()
    tags = parse_iam_tags([{"Key": "b", "Value": ""}, {"Key": "a", "Value": "1"}])
    assert tags == (Tag("a", "1"), Tag("b", ""))
    with pytest.raises(AwsError) as caught:
        parse_iam_tags([{"Key": "Name", "Value": "1"}, {"Key": "name", "Value": "2"}])
    assert (caught.value.code, caught.value.message) == (
        "InvalidInput",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )
    with pytest.raises(AwsError, match="reserved for AWS use"):
        parse_iam_tags([{"Key": "AWS:x", "Value": "1"}])
