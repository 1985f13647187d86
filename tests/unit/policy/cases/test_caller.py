from __future__ import annotations

from typing import Any

import pytest

from skywalk.policy.cases.caller import UNNAMED_SESSION, caller_keys, read_caller
from skywalk.policy.cases.errors import CaseError
from skywalk.policy.principal import ANONYMOUS, Principal, PrincipalKind, service_principal

ACCOUNT = "123456789012"
IAM, STS = f"arn:aws:iam::{ACCOUNT}:", f"arn:aws:sts::{ACCOUNT}:"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ANONYMOUS),
        ("*", ANONYMOUS),
        ({"arn": "*"}, ANONYMOUS),
        ({"service": "sns.amazonaws.com"}, service_principal("sns.amazonaws.com")),
        ({"arn": f"{IAM}root", "account": ACCOUNT}, Principal(PrincipalKind.ROOT, f"{IAM}root", ACCOUNT)),
        ({"arn": f"{IAM}user/ana"}, Principal(PrincipalKind.USER, f"{IAM}user/ana", ACCOUNT)),
        (f"{IAM}user/team/ana", Principal(PrincipalKind.USER, f"{IAM}user/team/ana", ACCOUNT)),
        (
            {"arn": f"{STS}federated-user/bo"},
            Principal(PrincipalKind.FEDERATED_USER, f"{STS}federated-user/bo", ACCOUNT),
        ),
        # a role's own ARN is a session of it
        (
            {"arn": f"{IAM}role/team/app"},
            Principal(
                PrincipalKind.ROLE_SESSION,
                f"{STS}assumed-role/app/{UNNAMED_SESSION}",
                ACCOUNT,
                f"{IAM}role/team/app",
            ),
        ),
        (
            {"arn": f"{STS}assumed-role/app/i-1"},
            Principal(PrincipalKind.ROLE_SESSION, f"{STS}assumed-role/app/i-1", ACCOUNT, f"{IAM}role/app"),
        ),
        (
            {"arn": "arn:aws-cn:iam::123456789012:user/ana"},
            Principal(PrincipalKind.USER, "arn:aws-cn:iam::123456789012:user/ana", ACCOUNT),
        ),
    ],
)
def test_callers(value: Any, expected: Principal) -> None:
    assert read_caller(value, {}) == expected


def test_the_path_of_a_sessions_role_is_told_by_a_key() -> None:
    session = {"arn": f"{STS}assumed-role/app/i-1"}
    assert read_caller(session, {"aws:principalarn": f"{IAM}role/team/app"}).role_arn == f"{IAM}role/team/app"
    # not by that of another role
    assert read_caller(session, {"aws:principalarn": f"{IAM}role/team/other"}).role_arn == f"{IAM}role/app"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, 'request.principal: must be an object, null or "*"'),
        ({}, "request.principal.arn: missing"),
        ({"arn": 7}, "request.principal.arn: must be a string"),
        ({"arn": f"{IAM}user/ana", "tags": {}}, "request.principal.tags: no such field"),
        ({"service": "sns"}, "request.principal.service: 'sns' is not the name of a service"),
        (
            {"service": "sns.amazonaws.com", "account": ACCOUNT},
            "request.principal: a service has neither ARN nor account",
        ),
        ({"arn": f"{IAM}user/ana", "account": "12"}, "request.principal.account: must be twelve digits"),
        (
            {"arn": f"{IAM}user/ana", "account": "210987654321"},
            f"request.principal.account: 210987654321 is not the account of '{IAM}user/ana'",
        ),
        *(
            ({"arn": arn}, f"request.principal.arn: '{arn}' is no user, role, session, federated user or root user")
            for arn in (
                f"{IAM}group/devs",
                f"{STS}assumed-role/app",
                f"{STS}federated-user/a/b",
                "arn:aws:iam::12:user/a",
            )
        ),
    ],
)
def test_what_is_no_caller(value: Any, text: str) -> None:
    with pytest.raises(CaseError) as refused:
        read_caller(value, {})
    assert str(refused.value) == text


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        (None, {"aws:principaltype": "Anonymous", "aws:userid": "anonymous"}),
        (
            {"service": "sns.amazonaws.com"},
            {
                "aws:principalisawsservice": "true",
                "aws:principalservicename": "sns.amazonaws.com",
                "aws:principalservicenameslist": ("sns.amazonaws.com",),
            },
        ),
        (
            {"arn": f"{IAM}user/team/ana"},
            {
                "aws:principalarn": f"{IAM}user/team/ana",
                "aws:principalaccount": ACCOUNT,
                "aws:principaltype": "User",
                "aws:principalisawsservice": "false",
                "aws:username": "ana",
            },
        ),
        (
            {"arn": f"{STS}assumed-role/app/i-1"},
            {
                "aws:principalarn": f"{IAM}role/app",
                "aws:principalaccount": ACCOUNT,
                "aws:principaltype": "AssumedRole",
                "aws:principalisawsservice": "false",
            },
        ),
        (
            {"arn": f"{STS}federated-user/bo", "account": None},
            {
                "aws:principalarn": f"{STS}federated-user/bo",
                "aws:principalaccount": ACCOUNT,
                "aws:principaltype": "FederatedUser",
                "aws:principalisawsservice": "false",
                "aws:userid": f"{ACCOUNT}:bo",
            },
        ),
        (
            {"arn": f"{IAM}root"},
            {
                "aws:principalarn": f"{IAM}root",
                "aws:principalaccount": ACCOUNT,
                "aws:principaltype": "Account",
                "aws:principalisawsservice": "false",
                "aws:userid": ACCOUNT,
            },
        ),
    ],
)
def test_keys_that_follow_from_the_caller(value: Any, keys: dict[str, Any]) -> None:
    assert caller_keys(read_caller(value, {})) == keys
