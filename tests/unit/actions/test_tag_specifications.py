from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.tag_specifications import parse_tags, show_tags, specified_tags, tags_by_type
from skywalk.values.errors import AwsError
from skywalk.values.tags import Tag


def test_tags_are_sorted_and_shown_again() -> None:
    tags = parse_tags([{"Key": "b", "Value": ""}, {"Key": "a", "Value": "1"}])
    assert tags == (Tag("a", "1"), Tag("b", ""))
    assert show_tags(tags) == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]


def test_no_specification_is_no_tags() -> None:
    assert specified_tags(None, "vpc") == ()
    assert specified_tags([], "vpc") == ()


def test_several_kinds_in_one_call() -> None:
    found = tags_by_type(
        [
            {"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "1"}]},
            {"ResourceType": "volume", "Tags": [{"Key": "b", "Value": "2"}]},
        ],
        ["instance", "volume"],
    )
    assert found == {"instance": (Tag("a", "1"),), "volume": (Tag("b", "2"),)}


def test_the_longest_tag() -> None:
    [tag] = parse_tags([{"Key": "k" * 128, "Value": "v" * 256}])
    assert (len(tag.key), len(tag.value)) == (128, 256)


@pytest.mark.parametrize(
    ("tags", "code", "message"),
    [
        (
            [{"Key": "k" * 129, "Value": ""}],
            "InvalidParameterValue",
            "Tag key exceeds the maximum length of 128 characters",
        ),
        (
            [{"Key": "k", "Value": "v" * 257}],
            "InvalidParameterValue",
            "Tag value exceeds the maximum length of 256 characters",
        ),
        ([{"Key": "", "Value": "v"}], "InvalidParameterValue", "Tag key cannot be empty."),
        ([{"Key": "k"}], "InvalidParameterValue", "Tag value cannot be null. Use empty string instead."),
        (
            [{"Key": "aws:k", "Value": "v"}],
            "InvalidParameterValue",
            "Tag keys starting with 'aws:' are reserved for internal use",
        ),
        (
            [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}],
            "InvalidParameterValue",
            "Duplicate tag key 'k' specified.",
        ),
        (
            [{"Key": f"k{n}", "Value": ""} for n in range(51)],
            "TagLimitExceeded",
            "The maximum number of Tags for a resource has been reached.",
        ),
    ],
)
def test_refused_tags(tags: list[Any], code: str, message: str) -> None:
    with pytest.raises(AwsError) as refused:
        parse_tags(tags)
    assert (refused.value.code, refused.value.message) == (code, message)


@pytest.mark.parametrize(
    ("specifications", "message"),
    [
        (
            [{"ResourceType": "subnet", "Tags": [{"Key": "a", "Value": ""}]}],
            "'subnet' is not a valid taggable resource type for this operation.",
        ),
        ([{"Tags": []}], "'' is not a valid taggable resource type for this operation."),
        ([{"ResourceType": "vpc", "Tags": []}], "Tag specification must have at least one tag"),
        (
            [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": ""}]}] * 2,
            "Duplicate tag specification for resource type 'vpc'.",
        ),
    ],
)
def test_refused_specifications(specifications: list[Any], message: str) -> None:
    with pytest.raises(AwsError) as refused:
        specified_tags(specifications, "vpc")
    assert (refused.value.code, refused.value.message) == ("InvalidParameterValue", message)
