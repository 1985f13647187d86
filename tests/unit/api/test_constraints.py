"""What requests of IAM and STS must satisfy, in the words of those services."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.api.constraints import Violation, find_violations
from skywalk.api.model import ServiceModel, load_service
from skywalk.api.query import parse_request
from skywalk.values.errors import AwsError

ASSUME = {"RoleArn": "arn:aws:iam::123456789012:role/app", "RoleSessionName": "one"}
VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}


def message(service: str, action: str, **params: str) -> str:
    with pytest.raises(AwsError) as caught:
        parse_request(service, [("Action", action), ("Version", VERSIONS[service]), *params.items()])
    assert caught.value.code == "ValidationError"
    return caught.value.message


def failed(value: str, path: str, constraint: str) -> str:
    return (
        f"1 validation error detected: Value {value} at '{path}' failed to satisfy constraint: Member must {constraint}"
    )


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"RoleSessionName": "x"}, failed("'x'", "roleSessionName", "have length greater than or equal to 2")),
        (
            {"RoleSessionName": "a b"},
            failed("'a b'", "roleSessionName", r"satisfy regular expression pattern: [\w+=,.@-]*"),
        ),
        (
            {"RoleSessionName": "ünder"},
            failed("'ünder'", "roleSessionName", r"satisfy regular expression pattern: [\w+=,.@-]*"),
        ),
        ({"DurationSeconds": "899"}, failed("'899'", "durationSeconds", "have value greater than or equal to 900")),
        ({"DurationSeconds": "43201"}, failed("'43201'", "durationSeconds", "have value less than or equal to 43200")),
        ({"Tags.member.1.Key": "k"}, failed("null", "tags.1.member.value", "not be null")),
        (
            {"Tags.member.4.Key": "k", "Tags.member.4.Value": "*"},
            failed("'*'", "tags.1.member.value", r"satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*"),
        ),
    ],
)
def test_sts_constraints(params: dict[str, str], expected: str) -> None:
    assert message("sts", "AssumeRole", **(ASSUME | params)) == expected


def test_all_violations_are_told_at_once() -> None:
    text = message("sts", "AssumeRole", DurationSeconds="1", RoleArn="short")
    start = "3 validation errors detected: Value null at 'roleSessionName' failed to satisfy constraint: "
    assert text == start + "; ".join(
        [
            "Member must not be null",
            "Value '1' at 'durationSeconds' failed to satisfy constraint: "
            "Member must have value greater than or equal to 900",
            "Value 'short' at 'roleArn' failed to satisfy constraint: "
            "Member must have length greater than or equal to 20",
        ]
    )


def test_iam_describes_names_and_paths() -> None:
    assert message("iam", "GetRole", RoleName="a/b") == (
        "The specified value for roleName is invalid. "
        "It must contain only alphanumeric characters and/or the following: +=,.@_-"
    )
    assert message("iam", "CreateInstanceProfile", InstanceProfileName="a", Path="team") == (
        "The specified value for path is invalid. "
        "It must begin and end with / and contain only alphanumeric characters and/or / characters."
    )
    assert message("iam", "GetRole", RoleName="a" * 65) == failed(
        f"'{'a' * 65}'", "roleName", "have length less than or equal to 64"
    )


def test_lists_have_lengths() -> None:
    params = {f"Tags.member.{n}.{part}": "x" for n in range(1, 52) for part in ("Key", "Value")}
    text = message("sts", "AssumeRole", **ASSUME, **params)
    assert text.endswith("at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50")


def test_a_text_of_forbidden_length_is_not_matched() -> None:
    model = load_service("iam")
    found = find_violations(model, "GetRoleRequest", {"RoleName": "/" * 100_000})
    assert [violation.constraint for violation in found] == ["Member must have length less than or equal to 64"]


@pytest.mark.parametrize("letter", ["A", "é", "日", "²", "٣", " ", "\u2003", "_", "@"])
def test_letters_of_tags(letter: str) -> None:
    params = [("Tags.member.1.Key", letter), ("Tags.member.1.Value", letter)]
    head = [("Action", "AssumeRole"), ("Version", VERSIONS["sts"]), *ASSUME.items()]
    assert parse_request("sts", [*head, *params])[1]["Tags"] == [{"Key": letter, "Value": letter}]


def test_choices_and_maps() -> None:
    table: dict[str, Any] = {
        "protocol": "query",
        "version": "1",
        "namespace": "urn:x/",
        "operations": {},
        "in": {
            "Colour": {"s": "string", "e": ["red", "green"]},
            "Map": {"k": ["Colour", "key"], "v": ["Colour", "value"], "i": "entry"},
            "Request": {"m": {"Colour": ["Colour", "Colour"], "ByName": ["Map", "ByName"]}},
        },
        "out": {},
    }
    request = {"Colour": "blue", "ByName": {"a": "grey", "b": "red"}}
    text = "Member must satisfy enum value set: [red, green]"
    assert find_violations(ServiceModel("x", table), "Request", request) == [
        Violation("Colour", "colour", "blue", text),
        Violation("ByName.a", "byName.a.member", "grey", text),
    ]


def test_ec2_checks_presence_alone() -> None:
    model = load_service("ec2")
    request = {"Attribute": "no-such-attribute"}
    assert find_violations(model, "DescribeVpcAttributeRequest", request) == [
        Violation("VpcId", "vpcId", None, "Member must not be null")
    ]
    assert find_violations(model, "DescribeVpcsRequest", {"MaxResults": -5}) == []
