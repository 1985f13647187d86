from __future__ import annotations

from typing import Any

import pytest

from skywalk.policy.errors import PolicyError
from skywalk.policy.principal import NamedPrincipal, PrincipalType
from skywalk.policy.principal_element import read_principals

ACCOUNT = "123456789012"
ORIGIN_ACCESS = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EH1HDMB1FH2TC"


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", (PrincipalType.EVERYONE, "*")),
        ({"AWS": "*"}, (PrincipalType.EVERYONE, "*")),
        ({"AWS": ACCOUNT}, (PrincipalType.ACCOUNT, ACCOUNT)),
        ({"AWS": [f"arn:aws:iam::{ACCOUNT}:root"]}, (PrincipalType.ACCOUNT, ACCOUNT)),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/a/b/c"}, (PrincipalType.ARN, f"arn:aws:iam::{ACCOUNT}:role/a/b/c")),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/ana"}, (PrincipalType.ARN, f"arn:aws:iam::{ACCOUNT}:user/ana")),
        (
            {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1"},
            (PrincipalType.ARN, f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1"),
        ),
        (
            {"AWS": f"arn:aws:sts::{ACCOUNT}:federated-user/ana"},
            (PrincipalType.ARN, f"arn:aws:sts::{ACCOUNT}:federated-user/ana"),
        ),
        ({"AWS": "AROA1234567890ABCDEF1"}, (PrincipalType.UNIQUE_ID, "AROA1234567890ABCDEF1")),
        ({"Service": "delivery.logs.amazonaws.com"}, (PrincipalType.SERVICE, "delivery.logs.amazonaws.com")),
        ({"Federated": "*"}, (PrincipalType.FEDERATED, "*")),
        ({"Federated": "cognito-identity.amazonaws.com"}, (PrincipalType.FEDERATED, "cognito-identity.amazonaws.com")),
        (
            {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"},
            (PrincipalType.FEDERATED, f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"),
        ),
        (
            {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.org/id/1"},
            (PrincipalType.FEDERATED, f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.org/id/1"),
        ),
        ({"CanonicalUser": "0a" * 32}, (PrincipalType.CANONICAL_USER, "0a" * 32)),
        ({"AWS": ORIGIN_ACCESS}, (PrincipalType.CANONICAL_USER, ORIGIN_ACCESS)),
    ],
)
def test_principals(principal: Any, expected: tuple[PrincipalType, str]) -> None:
    assert read_principals(principal, "P", canonical=True) == (NamedPrincipal(*expected),)


@pytest.mark.parametrize(
    ("principal", "message"),
    [
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:group/g"}, "P.AWS: invalid principal 'arn:aws:iam::123456789012:group/g'"),
        ({"AWS": ["*", "1"]}, "P.AWS[1]: invalid principal '1'"),
        ({"AWS": "arn:aws:sts::123456789012:assumed-role/app/*"}, 'no wildcards but a bare "*"'),
        ({"Service": "ec2.example.com"}, "P.Service: invalid principal 'ec2.example.com': not the name of a service"),
        ({"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/*"}, "P.Federated: invalid principal"),
        ({"CanonicalUser": "0A" * 32}, "P.CanonicalUser: invalid principal"),
        ({"Canonical": "0a" * 32}, "P: no such kind of principal: 'Canonical'"),
        ([ACCOUNT], 'P: must be "*" or an object'),
    ],
)
def test_who_is_nobody(principal: Any, message: str) -> None:
    with pytest.raises(PolicyError) as error:
        read_principals(principal, "P", canonical=True)
    assert message in str(error.value)


def test_canonical_users_are_for_some_policies() -> None:
    with pytest.raises(PolicyError, match="no such kind of principal: 'CanonicalUser'"):
        read_principals({"CanonicalUser": "0a" * 32}, "P", canonical=False)
