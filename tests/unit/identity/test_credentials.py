from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from skywalk.identity.caller import root_caller
from skywalk.identity.credentials import KeyUnknown, MemoryKeyRing, TokenExpired, TokenInvalid
from skywalk.identity.session import SessionClaims, mint_session

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = b"k" * 32
ROOT = root_caller("123456789012", "AKIAEXAMPLE")
CLAIMS = SessionClaims(
    account_id="123456789012",
    role_arn="arn:aws:iam::123456789012:role/app",
    role_id="AROAEXAMPLE",
    role_name="app",
    session_name="worker",
    issued_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    serial="0001",
)


def ring() -> MemoryKeyRing:
    made = MemoryKeyRing(KEY)
    made.put(ROOT, "secret")
    return made


def test_long_term_keys() -> None:
    keys = ring()
    assert keys.find("AKIAEXAMPLE", None, NOW) == (ROOT, "secret")
    with pytest.raises(TokenInvalid):
        keys.find("AKIAEXAMPLE", "token", NOW)
    with pytest.raises(KeyUnknown):
        keys.find("AKIAOTHER", None, NOW)
    keys.remove("AKIAEXAMPLE")
    with pytest.raises(KeyUnknown):
        keys.find("AKIAEXAMPLE", None, NOW)


def test_sessions_are_found_by_their_token_until_they_expire() -> None:
    keys = ring()
    session = mint_session(KEY, CLAIMS)
    for _ in range(2):
        caller, secret = keys.find(session.access_key_id, session.session_token, NOW)
        assert caller == CLAIMS.caller(session.access_key_id)
        assert secret == session.secret_access_key
    for _ in range(2):
        with pytest.raises(TokenExpired):
            keys.find(session.access_key_id, session.session_token, CLAIMS.expires_at)
    with pytest.raises(KeyUnknown):
        keys.find(session.access_key_id, None, NOW)


def test_known_token_with_another_access_key() -> None:
    keys = ring()
    session, other = mint_session(KEY, CLAIMS), mint_session(KEY, replace(CLAIMS, serial="0002"))
    keys.find(session.access_key_id, session.session_token, NOW)
    for known in (session, other):
        with pytest.raises(TokenInvalid):
            keys.find(other.access_key_id if known is session else session.access_key_id, known.session_token, NOW)
