"""Caller: whose signature a request bears."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from skywalk.values.arn import iam_arn, sts_arn
from skywalk.values.tags import Tag


class CallerKind(Enum):
    ROOT = "root"
    USER = "user"
    ROLE_SESSION = "role-session"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request is from.

    `principal_id` is what aws:userid holds: the account id, `AIDA…`, or `AROA…:session`. The role's fields are
    given for sessions only; `role_arn` may hold a path, which the session's own ARN does not.
    """

    kind: CallerKind
    account_id: str
    arn: str
    principal_id: str
    access_key_id: str = ""
    role_arn: str | None = None
    role_id: str | None = None
    role_name: str | None = None
    session_name: str | None = None
    session_policies: tuple[str, ...] = ()
    """The texts of the policies that AssumeRole was given for this session."""
    issued_at: datetime | None = None
    issued_vpc_id: str | None = None
    """The VPC and address of the instance that the credentials were issued to (aws:Ec2InstanceSourceVpc)."""
    issued_private_ip: str | None = None
    issued_instance_arn: str | None = None
    role_delivery: str | None = None
    """By which version of the instance metadata service the credentials were handed out: `1.0`, `2.0`."""
    session_tags: tuple[Tag, ...] = ()
    """By key, which differ in more than their case."""
    transitive_tag_keys: tuple[str, ...] = ()
    """Of the session's tags those that the next session of a chain has too."""
    source_identity: str | None = None

    @property
    def is_temporary(self) -> bool:
        """Whether it is a session's, a user's and a root's too."""
        return self.access_key_id.startswith("ASIA")

    @property
    def user_name(self) -> str | None:
        """A user's, without its path."""
        return self.arn.rpartition("/")[2] if self.kind is CallerKind.USER else None


ANONYMOUS = Caller(CallerKind.ANONYMOUS, "", "anonymous", "anonymous")


def root_caller(account_id: str, access_key_id: str = "") -> Caller:
    return Caller(CallerKind.ROOT, account_id, iam_arn(account_id, "root"), account_id, access_key_id)


def user_caller(account_id: str, name: str, unique_id: str, access_key_id: str = "", path: str = "/") -> Caller:
    """A user's caller; `unique_id` is `AIDA…`."""
    return Caller(CallerKind.USER, account_id, iam_arn(account_id, f"user{path}{name}"), unique_id, access_key_id)


def session_arn(account_id: str, role_name: str, session_name: str) -> str:
    return sts_arn(account_id, f"assumed-role/{role_name}/{session_name}")
