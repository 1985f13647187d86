"""Who calls in a case, and the condition keys that follow from it.

A session's ARN does not tell its role's path: the key aws:PrincipalArn of the case does, where it is given. A role's
own ARN stands for a session of that role whose name nobody knows; unique ids, and with them the aws:userid of users and
sessions, are not known either. Source: IAM User Guide, "IAM identifiers" and "AWS global condition context keys".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from skywalk.policy.cases.errors import CaseError
from skywalk.policy.context import principal_context
from skywalk.policy.errors import shown
from skywalk.policy.keys.names import (
    PRINCIPAL_ARN,
    PRINCIPAL_IS_AWS_SERVICE,
    PRINCIPAL_SERVICE_NAME,
    PRINCIPAL_SERVICE_NAMES_LIST,
    PRINCIPAL_TYPE,
    USER_ID,
    USER_NAME,
)
from skywalk.policy.principal import ANONYMOUS, Principal, PrincipalKind, service_principal

if TYPE_CHECKING:
    from skywalk.policy.context import Context

UNNAMED_SESSION = "session-of-unknown-name"

_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)
_IAM = re.compile(r"arn:(aws[a-z-]*):iam::([0-9]{12}):(root|user/\S+|role/\S+)", re.ASCII)
_STS = re.compile(r"arn:(aws[a-z-]*):sts::([0-9]{12}):(assumed-role|federated-user)/([^/\s]+)(?:/([^/\s]+))?", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?", re.ASCII)

_TYPES = {
    PrincipalKind.ANONYMOUS: "Anonymous",
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
    PrincipalKind.ROLE_SESSION: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
}


def read_caller(value: Any, context: Context) -> Principal:
    """The `principal` of a request: `{"arn": …, "account": …}`, `{"service": …}`, null or `"*"`. Raises CaseError."""
    if value is None or value == "*":
        return ANONYMOUS
    if isinstance(value, str):
        value = {"arn": value}
    if not isinstance(value, dict):
        raise CaseError("request.principal", 'must be an object, null or "*"')
    unknown = sorted(value.keys() - {"arn", "account", "service"})
    if unknown:
        raise CaseError(f"request.principal.{unknown[0][:80]}", "no such field")
    if "service" in value:
        return _service(value)
    return _of_account(value, context)


def _service(value: dict[str, Any]) -> Principal:
    name = value["service"]
    if len(value) != 1:
        raise CaseError("request.principal", "a service has neither ARN nor account")
    if not isinstance(name, str) or not _SERVICE.fullmatch(name):
        raise CaseError("request.principal.service", f"{shown(str(name))} is not the name of a service")
    return service_principal(name)


def _of_account(value: dict[str, Any], context: Context) -> Principal:
    arn = value.get("arn")
    if not isinstance(arn, str):
        raise CaseError("request.principal.arn", "missing" if arn is None else "must be a string")
    if arn == "*":
        return ANONYMOUS
    caller = _of_arn(arn, context)
    account = caller.account_id if value.get("account") is None else value["account"]
    if not isinstance(account, str) or not _ACCOUNT.fullmatch(account):
        raise CaseError("request.principal.account", "must be twelve digits")
    if account != caller.account_id:
        raise CaseError("request.principal.account", f"{account} is not the account of {shown(arn)}")
    return caller


def _of_arn(arn: str, context: Context) -> Principal:
    if found := _IAM.fullmatch(arn):
        partition, account, path = found.groups()
        if path == "root":
            return Principal(PrincipalKind.ROOT, arn, account)
        if path.startswith("user/"):
            return Principal(PrincipalKind.USER, arn, account)
        name = path.rpartition("/")[2]
        session = f"arn:{partition}:sts::{account}:assumed-role/{name}/{UNNAMED_SESSION}"
        return Principal(PrincipalKind.ROLE_SESSION, session, account, arn)
    found = _STS.fullmatch(arn)
    if found is None or (found[3] == "assumed-role") == (found[5] is None):
        raise CaseError("request.principal.arn", f"{shown(arn)} is no user, role, session, federated user or root user")
    partition, account, kind, name, _ = found.groups()
    if kind == "federated-user":
        return Principal(PrincipalKind.FEDERATED_USER, arn, account)
    head = f"arn:{partition}:iam::{account}:role/"
    told = context.get(PRINCIPAL_ARN)
    with_path = isinstance(told, str) and told.startswith(head) and told.endswith(f"/{name}")
    return Principal(PrincipalKind.ROLE_SESSION, arn, account, str(told) if with_path else head + name)


def caller_keys(caller: Principal) -> dict[str, str | tuple[str, ...]]:
    """The condition keys that follow from who calls, as far as a case can tell."""
    if caller.kind is PrincipalKind.SERVICE:
        return {
            PRINCIPAL_IS_AWS_SERVICE: "true",
            PRINCIPAL_SERVICE_NAME: caller.arn,
            PRINCIPAL_SERVICE_NAMES_LIST: (caller.arn,),
        }
    if caller.kind is PrincipalKind.ANONYMOUS:
        return {PRINCIPAL_TYPE: _TYPES[caller.kind], USER_ID: "anonymous"}
    keys = {**principal_context(caller), PRINCIPAL_TYPE: _TYPES[caller.kind], PRINCIPAL_IS_AWS_SERVICE: "false"}
    if caller.kind is PrincipalKind.USER:
        keys[USER_NAME] = caller.arn.rpartition("/")[2]
    if caller.kind is PrincipalKind.ROOT:
        keys[USER_ID] = caller.account_id
    if caller.kind is PrincipalKind.FEDERATED_USER:
        keys[USER_ID] = f"{caller.account_id}:{caller.arn.rpartition('/')[2]}"
    return keys
