"""Account: who may call at all. Its id is the twelve digits, its scope has no region."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Resource):
    """The key pair is that of the account's root. `alias` is IAM's other name of the account."""

    access_key_id: str
    secret_access_key: str
    alias: str | None = None
