from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from skywalk.policy.compiled import AccessRequest
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.principal import Principal, session_principal, user_principal
from skywalk.policy.statement_index import StatementIndex

ACCOUNT = "123456789012"
APP = session_principal(ACCOUNT, "app-7", "i-1")
ANA = user_principal(ACCOUNT, "ana7")
RESOURCE = "arn:aws:s3:::bucket-7-x/key"


def index(*statements: dict[str, Any]) -> StatementIndex:
    whole = [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **one} for one in statements]
    text = json.dumps({"Version": "2012-10-17", "Statement": whole})
    policy = parse_policy(text, PolicyKind.RESOURCE)
    return StatementIndex(policy.statements, policy.version)


def candidates(made: StatementIndex, caller: Principal = APP, resource: str = RESOURCE, **context: Any) -> list[int]:
    keys = {name.replace("_", ":"): value for name, value in context.items()}
    return list(made.candidates(AccessRequest("s3:GetObject", resource, caller, ACCOUNT, keys)))


def one_of_each(number: int) -> dict[str, Any]:
    return {"Resource": f"arn:aws:s3:::bucket-{number}-*/*"}


@pytest.mark.parametrize(
    "statement",
    [
        one_of_each,
        lambda number: {"Resource": [f"arn:aws:s3:::bucket-{number}-*", f"arn:aws:s3:::bucket-{number}-*/*"]},
        lambda number: {"Resource": f"arn:aws:s3:::bucket-{number}-${{aws:username}}/*"},
        lambda number: {"Condition": {"StringEquals": {"aws:sourcevpce": f"vpce-{number}"}}},
        lambda number: {"Condition": {"ForAnyValue:StringEquals": {"aws:tagkeys": ["x", f"key-{number}"]}}},
        lambda number: {"Condition": {"ArnLike": {"aws:principalarn": f"arn:aws:iam::*:role/app-{number}"}}},
        lambda number: {"Condition": {"StringLike": {"s3:prefix": f"home/u{number}/*"}}},
        lambda number: {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app-{number}"}},
        lambda number: {"Principal": {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app-{number}/i-1"}},
    ],
)
def test_one_of_many_is_asked(statement: Callable[[int], dict[str, Any]]) -> None:
    made = index(*(statement(number) for number in range(20)))
    context: dict[str, Any] = {
        "aws_sourcevpce": "vpce-7",
        "aws_tagkeys": ("other", "key-7"),
        "aws_principalarn": APP.role_arn,
        "s3_prefix": "home/u7/x",
    }
    assert candidates(made, **context) == [7]
    assert candidates(made, ANA, "arn:aws:s3:::other", aws_sourcevpce="vpce-0x") == []


@pytest.mark.parametrize(
    "statement",
    [
        {},
        {"Resource": ["arn:aws:s3:::x", "*"]},
        {"Condition": {"StringNotEquals": {"aws:sourcevpce": "vpce-1"}}},
        {"Condition": {"StringEqualsIfExists": {"aws:sourcevpce": "vpce-1"}}},
        {"Condition": {"ForAllValues:StringEquals": {"aws:tagkeys": "x"}}},
        {"Condition": {"Null": {"aws:tagkeys": "true"}}},
        {"Condition": {"StringLike": {"aws:tagkeys": "*"}}},
        {"Principal": {"AWS": "AIDA0123456789ABCDEF"}},
        {"Principal": {"CanonicalUser": "a" * 64}},
        {"Effect": "Deny", "NotPrincipal": {"AWS": ACCOUNT}, "Principal": None},
        {"NotResource": "arn:aws:s3:::x", "Resource": None},
    ],
)
def test_who_can_always_be_meant_is_always_asked(statement: dict[str, Any]) -> None:
    whole = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **statement}
    text = json.dumps({"Statement": {name: value for name, value in whole.items() if value is not None}})
    (always,) = parse_policy(text, PolicyKind.RESOURCE).statements
    (never,) = parse_policy(
        json.dumps({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "arn:aws:s3:::no"}}),
        PolicyKind.RESOURCE,
    ).statements
    made = StatementIndex([never, always, never], "2012-10-17")
    assert candidates(made) == [1]
    assert candidates(made, resource="arn:aws:s3:::no") == [0, 1, 2]


def test_all_that_is_asked_is_in_the_order_of_the_document() -> None:
    made = index(one_of_each(7), {}, {"Principal": {"AWS": ACCOUNT}}, one_of_each(8), one_of_each(7))
    assert candidates(made) == [0, 1, 2, 4]
