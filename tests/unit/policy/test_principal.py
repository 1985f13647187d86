from __future__ import annotations

import pytest

from skywalk.policy.principal import (
    ANONYMOUS,
    EVERYONE,
    NamedPrincipal,
    Principal,
    PrincipalKind,
    PrincipalType,
    Standing,
    canonical_user_id,
    everyone_but,
    others_matcher,
    principal_matcher,
    root_principal,
    service_principal,
    session_principal,
    user_principal,
)

ACCOUNT = NamedPrincipal(PrincipalType.ACCOUNT, "123456789012")
ROLE = NamedPrincipal(PrincipalType.ARN, "arn:aws:iam::123456789012:role/path/app")
SESSION = NamedPrincipal(PrincipalType.ARN, "arn:aws:sts::123456789012:assumed-role/app/one")
CANONICAL = NamedPrincipal(PrincipalType.CANONICAL_USER, canonical_user_id("123456789012"))
ANA_ID = NamedPrincipal(PrincipalType.UNIQUE_ID, "AIDA0123456789ABCDEF")
ROLE_ID = NamedPrincipal(PrincipalType.UNIQUE_ID, "AROA0123456789ABCDEF")
FEDERATED = Principal(PrincipalKind.FEDERATED_USER, "arn:aws:sts::123456789012:federated-user/ana", "123456789012")
FEDERATED_ARN = NamedPrincipal(PrincipalType.ARN, FEDERATED.arn)
GOOGLE = NamedPrincipal(PrincipalType.FEDERATED, "accounts.google.com")
EC2 = NamedPrincipal(PrincipalType.SERVICE, "ec2.amazonaws.com")
ONE = session_principal("123456789012", "app", "one", "/path/")
TWO = session_principal("123456789012", "app", "two", "/path/")


@pytest.mark.parametrize(
    ("named", "caller", "at_gateway", "expected"),
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
        (CANONICAL, user_principal("123456789012", "ana"), False, Standing.DELEGATED),
        (CANONICAL, root_principal("123456789012"), False, Standing.DIRECT),
        (CANONICAL, root_principal("210987654321"), False, Standing.NONE),
        (GOOGLE, ONE, False, Standing.NONE),
        (FEDERATED_ARN, FEDERATED, False, Standing.DIRECT),
        (ACCOUNT, FEDERATED, False, Standing.DELEGATED),
    ],
)
def test_standing(named: NamedPrincipal, caller: Principal, at_gateway: bool, expected: Standing) -> None:
    of_account = Standing.NONE if at_gateway else Standing.DELEGATED
    assert principal_matcher((named,), of_account=of_account)(caller, {}) is expected


def test_the_best_standing_counts() -> None:
    assert principal_matcher((ACCOUNT, SESSION), of_account=Standing.DELEGATED)(ONE, {}) is Standing.DIRECT


def test_unique_ids_are_those_of_the_context() -> None:
    ana = principal_matcher((ANA_ID,), of_account=Standing.DELEGATED)
    assert ana(user_principal("123456789012", "ana"), {"aws:userid": ANA_ID.value}) is Standing.DIRECT
    assert ana(user_principal("123456789012", "ana"), {"aws:userid": "AIDA0000000000000000"}) is Standing.NONE
    assert ana(user_principal("123456789012", "ana"), {}) is Standing.NONE
    role = principal_matcher((ROLE_ID,), of_account=Standing.DELEGATED)
    assert role(ONE, {"aws:userid": f"{ROLE_ID.value}:one"}) is Standing.DIRECT
    assert role(ONE, {"aws:userid": "one"}) is Standing.NONE


@pytest.mark.parametrize(
    ("named", "caller", "expected"),
    [
        ((), ANONYMOUS, Standing.DIRECT),
        ((EVERYONE,), ANONYMOUS, Standing.NONE),
        ((ACCOUNT,), root_principal("123456789012"), Standing.NONE),
        ((ACCOUNT,), root_principal("210987654321"), Standing.DIRECT),
        ((CANONICAL,), root_principal("123456789012"), Standing.NONE),
        # every level: the account's listing alone spares nobody else in it, nor does the session's
        ((ACCOUNT,), ONE, Standing.DIRECT),
        ((SESSION,), ONE, Standing.DIRECT),
        ((ROLE, SESSION), ONE, Standing.DIRECT),
        ((ACCOUNT, ROLE), ONE, Standing.DIRECT),
        ((ACCOUNT, SESSION), ONE, Standing.DIRECT),
        ((ACCOUNT, ROLE, SESSION), ONE, Standing.NONE),
        ((ACCOUNT, ROLE, SESSION), TWO, Standing.DIRECT),
        ((ACCOUNT,), user_principal("123456789012", "ana"), Standing.DIRECT),
        (
            (ACCOUNT, NamedPrincipal(PrincipalType.ARN, "arn:aws:iam::123456789012:user/ana")),
            user_principal("123456789012", "ana"),
            Standing.NONE,
        ),
        (
            (NamedPrincipal(PrincipalType.ARN, "arn:aws:iam::123456789012:user/ana"),),
            user_principal("123456789012", "ana"),
            Standing.DIRECT,
        ),
        ((ACCOUNT, FEDERATED_ARN), FEDERATED, Standing.NONE),
        ((FEDERATED_ARN,), FEDERATED, Standing.DIRECT),
        ((ACCOUNT, EC2), service_principal("ec2.amazonaws.com"), Standing.NONE),
        ((ACCOUNT,), service_principal("ec2.amazonaws.com"), Standing.DIRECT),
    ],
)
def test_everybody_else(named: tuple[NamedPrincipal, ...], caller: Principal, expected: Standing) -> None:
    assert others_matcher(named)(caller, {}) is expected


def test_who_is_named_on_any_level_is_given_nothing_by_an_allow_for_the_others() -> None:
    gives = everyone_but((ROLE,))
    assert gives(ONE, {}) is Standing.NONE
    assert gives(user_principal("123456789012", "ana"), {}) is Standing.DIRECT
    assert gives(ANONYMOUS, {}) is Standing.DIRECT
    assert everyone_but((ACCOUNT,))(ONE, {}) is Standing.NONE
    assert everyone_but((EVERYONE,))(ANONYMOUS, {}) is Standing.NONE


def test_the_unique_id_is_as_good_as_the_name() -> None:
    spares = others_matcher((ACCOUNT, ROLE_ID, SESSION))
    assert spares(ONE, {"aws:userid": f"{ROLE_ID.value}:one"}) is Standing.NONE
    assert spares(ONE, {}) is Standing.DIRECT


def test_canonical_user_ids_are_64_hex_digits_of_an_account() -> None:
    assert canonical_user_id("123456789012") == "582c926d5b1384800b5c12728d624d0768819c6a512822e806e73d5428fcc557"
    assert canonical_user_id("123456789012") != canonical_user_id("210987654321")
