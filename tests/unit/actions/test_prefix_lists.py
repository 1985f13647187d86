from __future__ import annotations

import pytest

from skywalk.actions.prefix_lists import (
    describe_managed_prefix_lists,
    describe_prefix_lists,
    get_managed_prefix_list_entries,
)
from support.region import OTHER_ACCOUNT, Client, Region

S3, DYNAMODB = "pl-63a5400a", "pl-02cd2c6b"
GONE = "pl-00000000000000000"


@pytest.fixture
def ec2() -> Client:
    return Region().client()


def test_the_lists_of_a_region(ec2: Client) -> None:
    s3, dynamodb = ec2(describe_prefix_lists)["PrefixLists"]
    assert (s3["PrefixListId"], s3["PrefixListName"]) == (S3, "com.amazonaws.us-east-1.s3")
    assert "52.216.0.0/15" in s3["Cidrs"]
    assert dynamodb == {
        "PrefixListId": DYNAMODB,
        "PrefixListName": "com.amazonaws.us-east-1.dynamodb",
        "Cidrs": ["3.218.180.0/23", "3.218.182.0/24", "52.94.0.0/22", "52.119.224.0/20"],
    }


def test_managed_lists_are_aws_s(ec2: Client) -> None:
    [s3] = ec2(describe_managed_prefix_lists, PrefixListIds=[S3])["PrefixLists"]
    assert s3 == {
        "PrefixListId": S3,
        "PrefixListArn": f"arn:aws:ec2:us-east-1:aws:prefix-list/{S3}",
        "PrefixListName": "com.amazonaws.us-east-1.s3",
        "AddressFamily": "IPv4",
        "State": "create-complete",
        "OwnerId": "AWS",
        "Tags": [],
    }


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("prefix-list-id", S3, [S3]),
        ("prefix-list-name", "*.dynamodb", [DYNAMODB]),
        ("prefix-list-name", "com.amazonaws.eu-*", []),
    ],
)
def test_filters(ec2: Client, name: str, value: str, found: list[str]) -> None:
    filters = [{"Name": name, "Values": [value]}]
    shown = ec2(describe_prefix_lists, Filters=filters)["PrefixLists"]
    assert [one["PrefixListId"] for one in shown] == found
    managed = ec2(describe_managed_prefix_lists, Filters=filters)["PrefixLists"]
    assert [one["PrefixListId"] for one in managed] == found


def test_owner_is_a_filter_of_managed_lists_alone(ec2: Client) -> None:
    by_owner = [{"Name": "owner-id", "Values": ["AWS"]}]
    assert len(ec2(describe_managed_prefix_lists, Filters=by_owner)["PrefixLists"]) == 2
    assert ec2.refusal(describe_prefix_lists, Filters=by_owner) == (
        "InvalidParameterValue",
        "The filter 'owner-id' is invalid",
    )


def test_pages(ec2: Client) -> None:
    first = ec2(describe_managed_prefix_lists, MaxResults=1)
    second = ec2(describe_managed_prefix_lists, MaxResults=1, NextToken=first["NextToken"])
    assert [one["PrefixListId"] for one in [*first["PrefixLists"], *second["PrefixLists"]]] == [S3, DYNAMODB]
    assert "NextToken" not in second
    assert ec2.refusal(describe_managed_prefix_lists, MaxResults=101)[0] == "InvalidParameterValue"


def test_entries(ec2: Client) -> None:
    first = ec2(get_managed_prefix_list_entries, PrefixListId=DYNAMODB, MaxResults=3)
    assert first["Entries"] == [{"Cidr": "3.218.180.0/23"}, {"Cidr": "3.218.182.0/24"}, {"Cidr": "52.94.0.0/22"}]
    rest = ec2(get_managed_prefix_list_entries, PrefixListId=DYNAMODB, MaxResults=3, NextToken=first["NextToken"])
    assert rest == {"Entries": [{"Cidr": "52.119.224.0/20"}]}
    assert ec2(get_managed_prefix_list_entries, PrefixListId=DYNAMODB, TargetVersion=1)["Entries"]
    assert ec2.refusal(get_managed_prefix_list_entries, PrefixListId=DYNAMODB, TargetVersion=2) == (
        "InvalidParameterValue",
        "Value (2) for parameter targetVersion is invalid.",
    )


@pytest.mark.parametrize(
    ("prefix_list_id", "code", "message"),
    [
        ("s3", "InvalidPrefixListId.Malformed", 'Invalid id: "s3" (expecting "pl-...")'),
        (GONE, "InvalidPrefixListID.NotFound", f"The prefix list ID '{GONE}' does not exist"),
        ("pl-6da54004", "InvalidPrefixListID.NotFound", "The prefix list ID 'pl-6da54004' does not exist"),
    ],
)
def test_unknown_lists(ec2: Client, prefix_list_id: str, code: str, message: str) -> None:
    refusal = (code, message)
    assert ec2.refusal(describe_prefix_lists, PrefixListIds=[prefix_list_id]) == refusal
    assert ec2.refusal(describe_managed_prefix_lists, PrefixListIds=[prefix_list_id]) == refusal
    assert ec2.refusal(get_managed_prefix_list_entries, PrefixListId=prefix_list_id) == refusal


def test_lists_are_the_same_for_every_account_and_differ_by_region() -> None:
    region = Region()
    one, two = region.client(), region.client(OTHER_ACCOUNT)
    assert one(describe_prefix_lists) == two(describe_prefix_lists)
    [ireland, _] = one.elsewhere("eu-west-1")(describe_prefix_lists)["PrefixLists"]
    assert (ireland["PrefixListId"], ireland["PrefixListName"]) == ("pl-6da54004", "com.amazonaws.eu-west-1.s3")
