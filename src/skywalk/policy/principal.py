"""Who calls, and whom a statement's Principal or NotPrincipal means.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal". Unconfirmed: that a NotPrincipal
spares nobody but callers of whom it names every level (session, role and account; user and account), which the guide
says of "some services"; and canonical user ids, which are made up here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from skywalk.policy.keys.names import USER_ID
from skywalk.values.arn import iam_arn, sts_arn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from skywalk.policy.context import Context


class PrincipalKind(Enum):
    ANONYMOUS = "anonymous"
    ROOT = "root"
    USER = "user"
    ROLE_SESSION = "role-session"
    FEDERATED_USER = "federated-user"
    SERVICE = "service"


WITHOUT_ACCOUNT = (PrincipalKind.ANONYMOUS, PrincipalKind.SERVICE)
"""Callers that belong to no account, and so have neither ARN nor policies of their own."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller as its signature proves it.

    `arn` is what refusals print: the sts form for a session, `anonymous` without a signature, the name
    (`ec2.amazonaws.com`) of a service. `role_arn` is given for sessions only and may hold a path, which the
    session's own ARN does not.
    """

    kind: PrincipalKind
    arn: str
    account_id: str
    role_arn: str | None = None


ANONYMOUS = Principal(PrincipalKind.ANONYMOUS, "anonymous", "")


def root_principal(account_id: str) -> Principal:
    return Principal(PrincipalKind.ROOT, iam_arn(account_id, "root"), account_id)


def user_principal(account_id: str, name: str, path: str = "/") -> Principal:
    return Principal(PrincipalKind.USER, iam_arn(account_id, f"user{path}{name}"), account_id)


def session_principal(account_id: str, role_name: str, session_name: str, path: str = "/") -> Principal:
    arn = sts_arn(account_id, f"assumed-role/{role_name}/{session_name}")
    return Principal(PrincipalKind.ROLE_SESSION, arn, account_id, iam_arn(account_id, f"role{path}{role_name}"))


def service_principal(name: str) -> Principal:
    return Principal(PrincipalKind.SERVICE, name, "")


class PrincipalType(Enum):
    """What a Principal element names."""

    EVERYONE = "*"
    ACCOUNT = "account"
    CANONICAL_USER = "canonical-user"
    ARN = "arn"
    UNIQUE_ID = "unique-id"
    SERVICE = "service"
    FEDERATED = "federated"


@dataclass(frozen=True, slots=True)
class NamedPrincipal:
    """One entry of a Principal element; `value` is an account id, an account's canonical user id, the ARN of a user, a
    role or a session, the unique id of a user or a role (AIDA…, AROA…), a service's name, or an identity provider:
    its ARN, its host name or `*` for every one."""

    type: PrincipalType
    value: str


EVERYONE = NamedPrincipal(PrincipalType.EVERYONE, "*")


class Standing(IntEnum):
    """How a statement concerns a caller.

    DELEGATED: it names the caller's account, which gives the account's administrators the right to allow the
    caller and allows nobody by itself. A Deny that names the account hits everyone in it all the same.
    """

    NONE = 0
    DELEGATED = 1
    DIRECT = 2


if TYPE_CHECKING:
    Standings = Callable[[Principal, Context], Standing]


@lru_cache(maxsize=1024)
def canonical_user_id(account_id: str) -> str:
    """64 hex digits that stand for an account: the SHA-256 of `canonical-user:` and the account id."""
    return hashlib.sha256(f"canonical-user:{account_id}".encode()).hexdigest()


def principal_matcher(named: tuple[NamedPrincipal, ...], *, of_account: Standing) -> Standings:
    """How far any of `named`, EVERYONE aside, means a caller.

    `of_account`: the standing of the callers of an account that is named (by id or root ARN), its root user aside, who
    is meant in any case. Nobody here calls in the name of an identity provider.
    """
    accounts, canonical = _of(named, PrincipalType.ACCOUNT), _of(named, PrincipalType.CANONICAL_USER)
    arns, services = _of(named, PrincipalType.ARN), _of(named, PrincipalType.SERVICE)
    unique_ids = _of(named, PrincipalType.UNIQUE_ID)

    def standing(caller: Principal, context: Context) -> Standing:
        if caller.kind is PrincipalKind.SERVICE:
            return Standing.DIRECT if caller.arn in services else Standing.NONE
        if caller.kind is PrincipalKind.ANONYMOUS:
            return Standing.NONE
        if caller.arn in arns or caller.role_arn in arns or (unique_ids and _unique_id(context) in unique_ids):
            return Standing.DIRECT
        if caller.account_id not in accounts and not (canonical and canonical_user_id(caller.account_id) in canonical):
            return Standing.NONE
        if caller.kind is PrincipalKind.ROOT:
            return Standing.DIRECT
        return of_account

    return standing


def everyone_but(named: tuple[NamedPrincipal, ...]) -> Standings:
    """Of a NotPrincipal that allows: everybody of whom no level is named."""
    if EVERYONE in named:
        return lambda _caller, _context: Standing.NONE
    is_named = principal_matcher(named, of_account=Standing.DIRECT)
    return lambda caller, context: Standing.NONE if is_named(caller, context) else Standing.DIRECT


def others_matcher(named: tuple[NamedPrincipal, ...]) -> Standings:
    """Of a NotPrincipal that denies: everybody but those of whom every level is named.

    Of a user that is the account and the user, of a session the account, the role and the session.
    """
    accounts, canonical = _of(named, PrincipalType.ACCOUNT), _of(named, PrincipalType.CANONICAL_USER)
    arns, services = _of(named, PrincipalType.ARN), _of(named, PrincipalType.SERVICE)
    unique_ids = _of(named, PrincipalType.UNIQUE_ID)
    is_everyone = EVERYONE in named

    def is_named(caller: Principal, context: Context) -> bool:
        if is_everyone:
            return True
        if caller.kind is PrincipalKind.SERVICE:
            return caller.arn in services
        if caller.kind is PrincipalKind.ANONYMOUS:
            return False
        if caller.account_id not in accounts and canonical_user_id(caller.account_id) not in canonical:
            return False
        if caller.kind is PrincipalKind.ROOT:
            return True
        by_id = bool(unique_ids) and _unique_id(context) in unique_ids
        if caller.role_arn is None:
            return by_id or caller.arn in arns
        return caller.arn in arns and (by_id or caller.role_arn in arns)

    return lambda caller, context: Standing.NONE if is_named(caller, context) else Standing.DIRECT


def _of(named: Iterable[NamedPrincipal], kind: PrincipalType) -> frozenset[str]:
    return frozenset(entry.value for entry in named if entry.type is kind)


def _unique_id(context: Context) -> str | None:
    """Of the calling user, or of the role whose session calls: `aws:userid` is `AROA…:session` of a session."""
    value = context.get(USER_ID)
    return value.partition(":")[0] if isinstance(value, str) else None
