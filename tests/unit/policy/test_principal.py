from __future__ import annotations

import pytest

from skywalk.policy.principal import (
    ANONYMOUS,
    NamedPrincipal,
    Principal,
    PrincipalType,
    Standing,
    principal_matcher,
    root_principal,
    service_principal,
    session_principal,
    user_principal,
)

ACCOUNT = NamedPrincipal(PrincipalType.ACCOUNT, "123456789012")
ROLE = NamedPrincipal(PrincipalType.ARN, "arn:aws:iam::123456789012:role/path/app")
SESSION = NamedPrincipal(PrincipalType.ARN, "arn:aws:sts::123456789012:assumed-role/app/one")
EC2 = NamedPrincipal(PrincipalType.SERVICE, "ec2.amazonaws.com")
ONE = session_principal("123456789012", "app", "one", "/path/")
TWO = session_principal("123456789012", "app", "two", "/path/")


@pytest.mark.parametrize(
    ("named", "caller", "at_endpoint", "expected"),
    [
        (ACCOUNT, user_principal("123456789012", "ana"), False, Standing.DELEGATED),
        (ACCOUNT, user_principal("123456789012", "ana"), True, Standing.NONE),
        (ACCOUNT, root_principal("123456789012"), False, Standing.DIRECT),
        (ACCOUNT, root_principal("123456789012"), True, Standing.DIRECT),
        (ACCOUNT, root_principal("210987654321"), False, Standing.NONE),
        (ACCOUNT, ANONYMOUS, False, Standing.NONE),
        (ROLE, ONE, False, Standing.DIRECT),
        (ROLE, ONE, True, Standing.DIRECT),
        (ROLE, TWO, False, Standing.DIRECT),
        (ROLE, session_principal("123456789012", "app", "one"), False, Standing.NONE),
        (SESSION, ONE, False, Standing.DIRECT),
        (SESSION, TWO, False, Standing.NONE),
        (EC2, service_principal("ec2.amazonaws.com"), False, Standing.DIRECT),
        (EC2, service_principal("sqs.amazonaws.com"), False, Standing.NONE),
        (EC2, ONE, False, Standing.NONE),
    ],
)
def test_standing(named: NamedPrincipal, caller: Principal, at_endpoint: bool, expected: Standing) -> None:
    assert principal_matcher((named,), account_means_root=at_endpoint)(caller) is expected


def test_the_best_standing_counts() -> None:
    assert principal_matcher((ACCOUNT, SESSION), account_means_root=False)(ONE) is Standing.DIRECT
