"""Who calls, and whom a statement's Principal means.

Source: IAM User Guide, "AWS JSON policy elements: Principal".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from skywalk.values.arn import iam_arn, sts_arn

if TYPE_CHECKING:
    from collections.abc import Callable


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
    ARN = "arn"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class NamedPrincipal:
    """One entry of a Principal element; `value` is an account id, a user, role or session ARN, a service name;
    with the type ARN also the unique id of a user or role that is gone, which is nobody's."""

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


def principal_matcher(
    named: tuple[NamedPrincipal, ...], *, account_means_root: bool
) -> Callable[[Principal], Standing]:
    """How far any of `named`, EVERYONE aside, means a caller.

    `account_means_root`: in an endpoint policy an account (id or root ARN) is its root user alone.
    Source: AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies".
    """
    accounts = frozenset(entry.value for entry in named if entry.type is PrincipalType.ACCOUNT)
    arns = frozenset(entry.value for entry in named if entry.type is PrincipalType.ARN)
    services = frozenset(entry.value for entry in named if entry.type is PrincipalType.SERVICE)

    def standing(caller: Principal) -> Standing:
        if caller.kind is PrincipalKind.SERVICE:
            return Standing.DIRECT if caller.arn in services else Standing.NONE
        if caller.kind is PrincipalKind.ANONYMOUS:
            return Standing.NONE
        if caller.arn in arns or caller.role_arn in arns:
            return Standing.DIRECT
        if caller.account_id not in accounts:
            return Standing.NONE
        if caller.kind is PrincipalKind.ROOT:
            return Standing.DIRECT
        return Standing.NONE if account_means_root else Standing.DELEGATED

    return standing
