"""What values in templates come to."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.modelled.template_values import (
    is_absent,
    known_values,
    pseudo_parameters,
    resolved,
    stack_name,
)

ACCOUNT = "123456789012"
KNOWN = {"Name": "mail", "AWS::Region": "us-east-1"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (7, "7"),
        ({"Ref": "Name"}, "mail"),
        ({"Fn::Sub": "${Name}-${AWS::Region}-${!Name}"}, "mail-us-east-1-${Name}"),
        ({"Fn::Sub": ["${Name}-${Own}", {"Own": {"Ref": "Name"}, "Name": "x"}]}, "x-mail"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Name"}, {"Fn::Sub": "b"}]]}, "a-mail-b"),
    ],
)
def test_what_is_put_together(value: Any, text: str) -> None:
    assert resolved(value, KNOWN) == text


@pytest.mark.parametrize(
    "value",
    [
        True,
        1.5,
        ["a"],
        {"Ref": "Other"},
        {"Ref": "Name", "More": 1},
        {"Fn::Sub": "${Name}${Other}"},
        {"Fn::Sub": ["${Name}", {"Name": {"Ref": "Other"}}]},
        {"Fn::Join": ["-", ["a", {"Ref": "Other"}]]},
        {"Fn::ImportValue": "Name"},
        {"Fn::If": ["C", "a", "b"]},
    ],
)
def test_what_cannot_be_said(value: Any) -> None:
    assert resolved(value, KNOWN) is None


def test_what_a_stack_knows() -> None:
    template = {
        "Parameters": {
            "A": {"Default": "a"},
            "B": {"Default": "b"},
            "C": {"Default": 3},
            "D": {},
            "E": {"Default": "e"},
        },
        "Resources": {"E": {}},
    }
    given: list[dict[str, Any]] = [
        {"ParameterKey": "A", "ParameterValue": "other"},
        {"ParameterKey": "B", "UsePreviousValue": True},
        {"ParameterKey": "AWS::Region", "ParameterValue": "x"},
    ]
    stack = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/app/1"
    assert known_values(template, stack, "us-east-1", ACCOUNT, given) == {
        "A": "other",
        "C": "3",
        "AWS::Region": "us-east-1",
        "AWS::StackName": "app",
        **pseudo_parameters(ACCOUNT),
    }
    assert stack_name("app") == "app"


def test_no_value_is_none() -> None:
    assert is_absent(None)
    assert is_absent({"Ref": "AWS::NoValue"})
    assert not is_absent({"Ref": "Name"})
