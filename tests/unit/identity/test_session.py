from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from skywalk.identity.caller import Caller, CallerKind
from skywalk.identity.session import (
    SessionClaims,
    SessionExpired,
    SessionRefused,
    mint_session,
    open_session,
)

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
KEY = b"k" * 32
CLAIMS = SessionClaims(
    account_id="123456789012",
    role_arn="arn:aws:iam::123456789012:role/service/app",
    role_id="AROAEXAMPLE",
    role_name="app",
    session_name="worker",
    issued_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    serial="0001",
    session_policies=('{"Statement": []}',),
    issued_vpc_id="vpc-0123456789abcdef0",
    issued_private_ip="10.0.1.10",
)


def test_opened_claims_are_the_minted_ones() -> None:
    credentials = mint_session(KEY, CLAIMS)
    claims, secret = open_session(KEY, credentials.access_key_id, credentials.session_token, NOW)
    assert claims == CLAIMS
    assert secret == credentials.secret_access_key
    assert credentials.expiration == CLAIMS.expires_at


def test_credentials_have_the_form_of_awss() -> None:
    credentials = mint_session(KEY, CLAIMS)
    assert credentials.access_key_id.startswith("ASIA")
    assert len(credentials.access_key_id) == 20
    assert len(credentials.secret_access_key) == 40


def test_serials_and_keys_make_sessions_differ() -> None:
    one = mint_session(KEY, CLAIMS)
    for other in (mint_session(KEY, replace(CLAIMS, serial="0002")), mint_session(b"x" * 32, CLAIMS)):
        assert other.access_key_id != one.access_key_id
        assert other.secret_access_key != one.secret_access_key
        assert other.session_token != one.session_token
    assert mint_session(KEY, CLAIMS) == one


def test_session_ends_at_its_expiry() -> None:
    credentials = mint_session(KEY, CLAIMS)
    arguments = (KEY, credentials.access_key_id, credentials.session_token)
    assert open_session(*arguments, CLAIMS.expires_at - timedelta(seconds=1))[0] == CLAIMS
    with pytest.raises(SessionExpired):
        open_session(*arguments, CLAIMS.expires_at)


def test_no_byte_of_a_token_can_be_changed() -> None:
    credentials = mint_session(KEY, CLAIMS)
    token = base64.b64decode(credentials.session_token)
    for position in range(len(token)):
        changed = bytearray(token)
        changed[position] ^= 1
        with pytest.raises(SessionRefused):
            open_session(KEY, credentials.access_key_id, base64.b64encode(changed).decode(), NOW)


def test_longer_claims_cannot_be_forged() -> None:
    credentials = mint_session(KEY, CLAIMS)
    token = base64.b64decode(credentials.session_token)
    claims = json.loads(token[1:-32])
    claims["expires_at"] = "2036-01-01T00:00:00.000Z"
    forged = base64.b64encode(token[:1] + json.dumps(claims).encode() + token[-32:]).decode()
    with pytest.raises(SessionRefused):
        open_session(KEY, credentials.access_key_id, forged, NOW)


@pytest.mark.parametrize("token", ["", "A", "====", "not base 64", "€", "AAAA" * 20])
def test_nonsense_is_refused(token: str) -> None:
    with pytest.raises(SessionRefused):
        open_session(KEY, "ASIAEXAMPLE", token, NOW)


def test_one_token_has_one_spelling() -> None:
    credentials = mint_session(KEY, CLAIMS)
    for spelling in (credentials.session_token + "\n", " " + credentials.session_token):
        with pytest.raises(SessionRefused):
            open_session(KEY, credentials.access_key_id, spelling, NOW)


def test_token_belongs_to_its_access_key() -> None:
    one, other = mint_session(KEY, CLAIMS), mint_session(KEY, replace(CLAIMS, serial="0002"))
    with pytest.raises(SessionRefused):
        open_session(KEY, other.access_key_id, one.session_token, NOW)


def test_caller_of_a_session() -> None:
    assert CLAIMS.caller("ASIAEXAMPLE") == Caller(
        kind=CallerKind.ROLE_SESSION,
        account_id="123456789012",
        arn="arn:aws:sts::123456789012:assumed-role/app/worker",
        principal_id="AROAEXAMPLE:worker",
        access_key_id="ASIAEXAMPLE",
        role_arn="arn:aws:iam::123456789012:role/service/app",
        role_id="AROAEXAMPLE",
        role_name="app",
        session_name="worker",
        session_policies=('{"Statement": []}',),
        issued_at=NOW,
        issued_vpc_id="vpc-0123456789abcdef0",
        issued_private_ip="10.0.1.10",
    )


def test_caller_of_a_user_s_session() -> None:
    arn = "arn:aws:iam::123456789012:user/team/alice"
    roleless = replace(CLAIMS, role_arn="", role_id="", role_name="", session_name="", session_policies=())
    claims = replace(roleless, user_arn=arn, user_id="AIDAEXAMPLE")
    credentials = mint_session(KEY, claims)
    read, _ = open_session(KEY, credentials.access_key_id, credentials.session_token, NOW)
    caller = read.caller(credentials.access_key_id)
    assert (caller.kind, caller.arn, caller.principal_id) == (CallerKind.USER, arn, "AIDAEXAMPLE")
    assert (caller.role_arn, caller.is_temporary, caller.user_name) == (None, True, "alice")
    root = replace(claims, user_arn="arn:aws:iam::123456789012:root", user_id="123456789012")
    assert root.caller("ASIAEXAMPLE").kind is CallerKind.ROOT
