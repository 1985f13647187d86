"""Who may call: keys, users and roles with their policies, for every process that verifies callers."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.plan.origin import Origin
from skywalk.values.tags import Tag


@dataclass(frozen=True, slots=True, order=True)
class AccessKey:
    """A long-term key and the principal it proves: the root of an account (`arn:aws:iam::…:root`), or a user, whose
    unique id (`AIDA…`) is the `user_id`. Inactive keys have no row."""

    access_key_id: str
    secret_access_key: str
    account_id: str
    principal_arn: str
    origin: Origin
    user_id: str = ""

    @property
    def key(self) -> str:
        return self.access_key_id


@dataclass(frozen=True, slots=True, order=True)
class Role:
    """A role as the edge needs it: sessions name it by `arn` and are void if `role_id` is no longer this one."""

    arn: str
    role_id: str
    account_id: str
    identity_policies: tuple[str, ...]
    origin: Origin
    permissions_boundary: str | None = None
    tags: tuple[Tag, ...] = ()

    @property
    def key(self) -> str:
        return self.arn


@dataclass(frozen=True, slots=True, order=True)
class User:
    """A user as the edge needs it: keys and sessions name it by `arn`; sessions are void if `user_id` is no longer
    this one. Its identity policies are its own and its groups'."""

    arn: str
    user_id: str
    account_id: str
    identity_policies: tuple[str, ...]
    origin: Origin
    permissions_boundary: str | None = None
    tags: tuple[Tag, ...] = ()

    @property
    def key(self) -> str:
        return self.arn
