"""Key rings: from an access key id to a secret and its owner."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from skywalk.identity.caller import Caller
from skywalk.identity.session import SessionClaims, SessionRefused, read_session

_OPENED_LIMIT = 4096


class KeyUnknown(Exception):
    """No such access key id."""


class TokenInvalid(Exception):
    """The session token is missing, superfluous, or not of this access key."""


class TokenExpired(Exception):
    """The session is over."""


class KeyRing(Protocol):
    """Finds keys."""

    def find(self, access_key_id: str, session_token: str | None, now: datetime) -> tuple[Caller, str]:
        """The owner and the secret access key. Raises KeyUnknown, TokenInvalid, TokenExpired."""


class MemoryKeyRing:
    """Long-term keys by id, and sessions by the region's key."""

    def __init__(self, region_key: bytes) -> None:
        self._region_key = region_key
        self._long_term: dict[str, tuple[Caller, str]] = {}
        self._opened: dict[str, tuple[str, SessionClaims, Caller, str]] = {}

    def put(self, caller: Caller, secret_access_key: str) -> None:
        """Add a long-term key, or replace it; its id is the caller's."""
        self._long_term[caller.access_key_id] = (caller, secret_access_key)

    def remove(self, access_key_id: str) -> None:
        self._long_term.pop(access_key_id, None)

    def find(self, access_key_id: str, session_token: str | None, now: datetime) -> tuple[Caller, str]:
        found = self._long_term.get(access_key_id)
        if found is not None:
            if session_token:
                raise TokenInvalid
            return found
        if not access_key_id.startswith("ASIA"):
            raise KeyUnknown
        if not session_token:
            raise KeyUnknown  # AWS as well knows a temporary key by its token only
        return self._find_session(access_key_id, session_token, now)

    def _find_session(self, access_key_id: str, session_token: str, now: datetime) -> tuple[Caller, str]:
        opened = self._opened.get(session_token)
        if opened is None:
            opened = self._open(access_key_id, session_token)
        known_id, claims, caller, secret = opened
        if known_id != access_key_id:
            raise TokenInvalid
        if now >= claims.expires_at:
            self._opened.pop(session_token, None)
            raise TokenExpired
        return caller, secret

    def _open(self, access_key_id: str, session_token: str) -> tuple[str, SessionClaims, Caller, str]:
        # Opening costs more than verifying a signature, and an instance uses one token for hours.
        try:
            claims, secret = read_session(self._region_key, access_key_id, session_token)
        except SessionRefused as refused:
            raise TokenInvalid from refused
        if len(self._opened) >= _OPENED_LIMIT:
            self._opened.clear()
        opened = self._opened[session_token] = (access_key_id, claims, claims.caller(access_key_id), secret)
        return opened
