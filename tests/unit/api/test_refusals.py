"""Which words belong to which service."""

from __future__ import annotations

import pytest

from skywalk.api.constraints import Violation
from skywalk.api.model import load_service
from skywalk.api.refusals import refusals_of


@pytest.mark.parametrize(
    ("service", "code", "message"),
    [
        ("ec2", "InvalidAction", "The action Fly is not valid for this web service."),
        ("iam", "InvalidAction", "Could not find operation Fly for version 2010-05-08"),
        ("sts", "InvalidAction", "Could not find operation Fly for version 2011-06-15"),
    ],
)
def test_unknown_action(service: str, code: str, message: str) -> None:
    error = refusals_of(load_service(service)).unknown_action("Fly")
    assert (error.code, error.message, error.status) == (code, message, 400)


def test_malformed_requests() -> None:
    assert refusals_of(load_service("ec2")).malformed("why").code == "MalformedQueryString"
    assert refusals_of(load_service("iam")).malformed("why").code == "MalformedInput"


def test_long_values_are_cut() -> None:
    violation = Violation("K", "k", "v" * 5000, "Member must be short")
    text = refusals_of(load_service("sts")).violations([violation]).message
    assert text == (
        f"1 validation error detected: Value '{'v' * 255}…' at 'k' failed to satisfy constraint: Member must be short"
    )


def test_only_iam_describes_the_pattern_of_names() -> None:
    violation = Violation("RoleName", "roleName", "a b", "Member must match", r"[\w+=,.@-]+")
    assert (
        refusals_of(load_service("iam")).violations([violation]).message.startswith("The specified value for roleName")
    )
    assert refusals_of(load_service("sts")).violations([violation]).message.startswith("1 validation error detected")
