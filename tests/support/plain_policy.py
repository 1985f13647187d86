"""A second policy evaluator: slow, without any preparation, straight from the JSON. Tests compare with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

from support.plain_conditions import as_tokens, condition_holds, glob, resource_fits

WITHOUT_ACCOUNT = ("anonymous", "service")


def standing(statement: dict[str, Any], caller: dict[str, Any], context: dict[str, Any], kind: str) -> str:
    """`no`, `direct` or `delegated`. `kind` is `gateway` for an endpoint policy of a service with such endpoints."""
    if kind == "identity":
        return "direct"
    if "NotPrincipal" in statement:
        is_spared = all if statement["Effect"] == "Deny" else any
        return "no" if is_spared(_named_levels(statement["NotPrincipal"], caller, context)) else "direct"
    named = _named(statement["Principal"])
    if "*" in named["AWS"]:
        return "direct"
    if caller["kind"] == "anonymous":
        return "no"
    if caller["kind"] == "service":
        return "direct" if caller["arn"] in named["Service"] else "no"
    own = [caller["arn"], caller.get("role_arn"), _unique_id(context)]
    if any(one in named["AWS"] for one in own if one is not None):
        return "direct"
    if _account_is_named(named, caller["account"]):
        if caller["kind"] == "root":
            return "direct"
        return {"gateway": "no", "endpoint": "direct"}.get(kind, "delegated")
    return "no"


def _named(principal: Any) -> dict[str, list[str]]:
    found = {"AWS": [principal]} if isinstance(principal, str) else principal
    kinds = ("AWS", "Service", "CanonicalUser")
    listed = {kind: found.get(kind, []) for kind in kinds}
    return {kind: [entries] if isinstance(entries, str) else entries for kind, entries in listed.items()}


def _account_is_named(named: dict[str, list[str]], account: str) -> bool:
    if account in named["AWS"] or f"arn:aws:iam::{account}:root" in named["AWS"]:
        return True
    return hashlib.sha256(f"canonical-user:{account}".encode()).hexdigest() in named["CanonicalUser"]


def _named_levels(principal: Any, caller: dict[str, Any], context: dict[str, Any]) -> list[bool]:
    """Account, role, session or user: whether each is named."""
    named = _named(principal)
    if "*" in named["AWS"]:
        return [True]
    if caller["kind"] in WITHOUT_ACCOUNT:
        return [caller["arn"] in named["Service"]]
    levels = [_account_is_named(named, caller["account"])]
    has_id = _unique_id(context) in named["AWS"]
    if caller["kind"] in ("user", "federated-user"):
        levels.append(caller["arn"] in named["AWS"] or has_id)
    if caller["kind"] == "role-session":
        levels += [caller["arn"] in named["AWS"], caller["role_arn"] in named["AWS"] or has_id]
    return levels


def _unique_id(context: dict[str, Any]) -> str | None:
    value = context.get("aws:userid")
    return value.split(":")[0] if isinstance(value, str) else None


def verdict(document: dict[str, Any], kind: str, case: dict[str, Any]) -> tuple[str, int | str | None]:
    """(`deny`, `direct`, `delegated` or `none`, the deciding statement)."""
    found: dict[str, int | str] = {}
    context = case["context"]
    has_variables = document.get("Version") == "2012-10-17"
    statements = document["Statement"]
    for index, statement in enumerate(statements if isinstance(statements, list) else [statements]):
        if not _concerns(statement, "Action", lambda one: glob(one.lower(), case["action"].lower())):
            continue
        if not _is_on(statement, case["resource"], context if has_variables else None):
            continue
        if not condition_holds(statement.get("Condition", {}), context, has_variables=has_variables):
            continue
        has_gateway = case["action"].lower().split(":")[0] in ("s3", "s3express", "dynamodb")
        how = standing(statement, case["caller"], context, "gateway" if kind == "endpoint" and has_gateway else kind)
        if how == "no":
            continue
        if statement["Effect"] == "Deny":
            how = "deny"
        found.setdefault(how, statement.get("Sid") or index)
    for how in ("deny", "direct", "delegated"):
        if how in found:
            return how, found[how]
    return "none", None


def _is_on(statement: dict[str, Any], resource: str, variables: dict[str, Any] | None) -> bool:
    listed: Any = statement.get("Resource", statement.get("NotResource"))
    each = [_is_resource(one, resource, variables) for one in ([listed] if isinstance(listed, str) else listed)]
    return None not in each and any(each) == ("Resource" in statement)


def _is_resource(pattern: str, resource: str, variables: dict[str, Any] | None) -> bool | None:
    """None where a variable has no value."""
    if variables is None or "${" not in pattern:
        return _is_plain_resource(pattern, resource)
    tokens = as_tokens(pattern, variables)
    return None if tokens is None else resource_fits(tokens, resource)


@cache
def _is_plain_resource(pattern: str, resource: str) -> bool:
    tokens = as_tokens(pattern)
    assert tokens is not None
    return resource_fits(tokens, resource)


def _concerns(statement: dict[str, Any], name: str, matches: Callable[[str], bool]) -> bool:
    """By the element of that name, or by its complement."""
    complement = f"Not{name}" in statement
    value = statement[f"Not{name}" if complement else name]
    return any(matches(one) for one in ([value] if isinstance(value, str) else value)) != complement


def decide(case: dict[str, Any]) -> tuple[bool, str, bool, int | str | None]:
    """(allowed, by, explicit, statement) of a case with the layers as JSON documents."""
    levels = {
        "rcps": ("resource", case.get("rcps", [])),
        "scps": ("identity", case.get("scps", []) if case["caller"]["kind"] not in WITHOUT_ACCOUNT else []),
    }
    layers: list[tuple[str, str, list[dict[str, Any]]]] = [
        ("endpoint_policy", "endpoint", [case["endpoint_policy"]] if case["endpoint_policy"] else []),
        *((name, kind, [one for level in of_kind for one in level]) for name, (kind, of_kind) in levels.items()),
        ("resource_policy", "resource", [case["resource_policy"]] if case["resource_policy"] else []),
        ("identity_policies", "identity", case["identity_policies"]),
        ("permission_boundary", "identity", [case["permission_boundary"]] if case["permission_boundary"] else []),
        ("session_policies", "identity", case["session_policies"]),
    ]
    said = {name: [verdict(one, kind, case) for one in documents] for name, kind, documents in layers}
    for name, verdicts in said.items():
        for how, statement in verdicts:
            if how == "deny":
                return False, name, True, statement
    if said["endpoint_policy"] and said["endpoint_policy"][0][0] != "direct":
        return False, "endpoint_policy", False, None
    for name, (kind, of_kind) in levels.items():
        for level in of_kind:
            if all(verdict(one, kind, case)[0] != "direct" for one in level):
                return False, name, False, None
    allowed = _granted(case, said)
    if allowed[0] and not _named_itself(case):
        for cap in ("permission_boundary", "session_policies"):
            federated = cap == "session_policies" and case["caller"]["kind"] == "federated-user"
            if (said[cap] or federated) and all(how != "direct" for how, _ in said[cap]):
                return False, cap, False, None
    return allowed


def _named_itself(case: dict[str, Any]) -> bool:
    """Whether the resource policy of the caller's own account allows by the caller's own ARN or `*`."""
    if not case["resource_policy"] or case["caller"]["account"] != case["resource_account"]:
        return False
    own_arn = "" if case["caller"]["kind"] == "root" else case["caller"]["arn"]
    own = {"kind": "itself", "arn": own_arn, "account": "none"}
    context = {key: value for key, value in case["context"].items() if key != "aws:userid"}
    return any(
        verdict({**case["resource_policy"], "Statement": one}, "resource", {**case, "caller": own})[0] == "direct"
        for one in case["resource_policy"]["Statement"]
        if one["Effect"] == "Allow" and standing(one, own, context, "resource") == "direct"
    )


def _granted(case: dict[str, Any], said: dict[str, Any]) -> tuple[bool, str, bool, int | str | None]:
    caller = case["caller"]
    by_resource, resource_statement = (said["resource_policy"] or [("none", None)])[0]
    of_identity = [statement for how, statement in said["identity_policies"] if how == "direct"]
    same = caller["account"] == case["resource_account"]
    without_account = caller["kind"] in WITHOUT_ACCOUNT
    if (same or without_account) and by_resource == "direct":
        return True, "resource_policy", True, resource_statement
    if without_account:
        return False, "resource_policy", False, None
    if not of_identity and caller["kind"] != "root":
        return False, "identity_policies", False, None
    if not same or case.get("resource_must_allow"):
        if by_resource == "none":
            return False, "resource_policy", False, None
        return True, "resource_policy", True, resource_statement
    if of_identity:
        return True, "identity_policies", True, of_identity[0]
    return True, "identity_policies", False, None
