"""Temporary credentials that nobody stores.

The session token holds its claims, authenticated by the region's key; access key id and secret follow from the
token by the same key. Whatever process holds that key can verify a session, and nothing grows with their number.
A session is void when it expires, or when the role or user of its claims is no longer the one that it was made for
(`role_id`, `user_id`), which is for whoever knows these to check.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from skywalk.identity.caller import Caller, CallerKind, session_arn
from skywalk.values.arn import iam_arn
from skywalk.values.record import decode, encode
from skywalk.values.tags import Tag

_TOKEN_VERSION = b"\x01"
_MAC_BYTES = 32
_ACCESS_KEY_BYTES = 10  # sixteen letters in base 32, AWS's length
_SECRET_BYTES = 30  # forty letters in base 64, AWS's length


@dataclass(frozen=True, slots=True)
class SessionClaims:
    """What a session token says. Times are UTC.

    Either of a role (AssumeRole), or, with the role's fields empty, of a user or an account's root (GetSessionToken):
    then `user_arn` is the caller's ARN, and `user_id` its unique id (the account's for root).
    """

    account_id: str
    role_arn: str
    role_id: str
    """`AROA…`."""
    role_name: str
    session_name: str
    issued_at: datetime
    expires_at: datetime
    serial: str
    """Drawn by chance, so that two sessions of the same moment differ."""
    session_policies: tuple[str, ...] = ()
    issued_vpc_id: str | None = None
    issued_private_ip: str | None = None
    issued_instance_arn: str | None = None
    role_delivery: str | None = None
    session_tags: tuple[Tag, ...] = ()
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None
    user_arn: str = ""
    user_id: str = ""

    def caller(self, access_key_id: str) -> Caller:
        if self.user_arn:
            is_root = self.user_arn == iam_arn(self.account_id, "root")
            kind = CallerKind.ROOT if is_root else CallerKind.USER
            return Caller(kind, self.account_id, self.user_arn, self.user_id, access_key_id, issued_at=self.issued_at)
        return Caller(
            kind=CallerKind.ROLE_SESSION,
            account_id=self.account_id,
            arn=session_arn(self.account_id, self.role_name, self.session_name),
            principal_id=f"{self.role_id}:{self.session_name}",
            access_key_id=access_key_id,
            role_arn=self.role_arn,
            role_id=self.role_id,
            role_name=self.role_name,
            session_name=self.session_name,
            session_policies=self.session_policies,
            issued_at=self.issued_at,
            issued_vpc_id=self.issued_vpc_id,
            issued_private_ip=self.issued_private_ip,
            issued_instance_arn=self.issued_instance_arn,
            role_delivery=self.role_delivery,
            session_tags=self.session_tags,
            transitive_tag_keys=self.transitive_tag_keys,
            source_identity=self.source_identity,
        )


@dataclass(frozen=True, slots=True)
class SessionCredentials:
    """What AssumeRole and the instance metadata hand out."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime


class SessionRefused(Exception):
    """The token does not belong to the access key id, or is not of this region's making."""


class SessionExpired(Exception):
    """The session was good once."""


def mint_session(region_key: bytes, claims: SessionClaims) -> SessionCredentials:
    """Credentials for `claims`; the same claims give the same ones."""
    payload = _TOKEN_VERSION + json.dumps(encode(claims), separators=(",", ":"), sort_keys=True).encode()
    token = base64.b64encode(payload + _derive(region_key, b"token", payload)).decode()
    access_key_id, secret = _keys_of(region_key, token)
    return SessionCredentials(access_key_id, secret, token, claims.expires_at)


def open_session(region_key: bytes, access_key_id: str, session_token: str, now: datetime) -> tuple[SessionClaims, str]:
    """The claims and the secret access key of a session. Raises SessionRefused, SessionExpired."""
    claims, secret = read_session(region_key, access_key_id, session_token)
    if now >= claims.expires_at:
        raise SessionExpired
    return claims, secret


def read_session(region_key: bytes, access_key_id: str, session_token: str) -> tuple[SessionClaims, str]:
    """As `open_session`, for expired sessions as well. Raises SessionRefused."""
    try:
        token = base64.b64decode(session_token.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise SessionRefused("the token is not base 64") from error
    payload, mac = token[:-_MAC_BYTES], token[-_MAC_BYTES:]
    if not hmac.compare_digest(_derive(region_key, b"token", payload), mac):
        raise SessionRefused("the token was not made here")
    if base64.b64encode(token).decode() != session_token:
        raise SessionRefused("the token is not in its one form")
    expected_id, secret = _keys_of(region_key, session_token)
    if not hmac.compare_digest(expected_id.encode(), access_key_id.encode()):
        raise SessionRefused("the token is another access key's")
    return _claims_of(payload), secret


def _claims_of(payload: bytes) -> SessionClaims:
    if payload[:1] != _TOKEN_VERSION:
        raise SessionRefused("the token is of another version")
    data: dict[str, Any] = json.loads(payload[1:])
    return decode(SessionClaims, data)


def _keys_of(region_key: bytes, token: str) -> tuple[str, str]:
    name = _derive(region_key, b"access-key-id", token.encode())[:_ACCESS_KEY_BYTES]
    secret = _derive(region_key, b"secret-access-key", token.encode())[:_SECRET_BYTES]
    return "ASIA" + base64.b32encode(name).decode(), base64.b64encode(secret).decode()


def _derive(region_key: bytes, purpose: bytes, message: bytes) -> bytes:
    return hmac.digest(region_key, b"skywalk session " + purpose + b"\n" + message, "sha256")
