"""A second policy evaluator: slow, without any preparation, straight from the JSON. Tests compare with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.plain_conditions import arn_glob, condition_holds, glob


def standing(principal: Any, caller: dict[str, Any], kind: str) -> str:
    """`no`, `direct` or `delegated`."""
    if kind == "identity":
        return "direct"
    entries = [principal] if isinstance(principal, str) else principal["AWS"]
    entries = [entries] if isinstance(entries, str) else entries
    if "*" in entries:
        return "direct"
    if caller["kind"] == "anonymous":
        return "no"
    if caller["arn"] in entries or caller.get("role_arn") in entries:
        return "direct"
    account = caller["account"]
    if account in entries or f"arn:aws:iam::{account}:root" in entries:
        if caller["kind"] == "root":
            return "direct"
        return "no" if kind == "endpoint" else "delegated"
    return "no"


def verdict(document: dict[str, Any], kind: str, case: dict[str, Any]) -> tuple[str, int | str | None]:
    """(`deny`, `direct`, `delegated` or `none`, the deciding statement)."""
    found: dict[str, int | str] = {}
    statements = document["Statement"]
    for index, statement in enumerate(statements if isinstance(statements, list) else [statements]):
        if not _concerns(statement, "Action", lambda one: glob(one.lower(), case["action"].lower())):
            continue
        if not _concerns(statement, "Resource", lambda one: arn_glob(one, case["resource"])):
            continue
        if not condition_holds(statement.get("Condition", {}), case["context"]):
            continue
        how = standing(statement.get("Principal"), case["caller"], kind)
        if how == "no":
            continue
        if statement["Effect"] == "Deny":
            how = "deny"
        found.setdefault(how, statement.get("Sid") or index)
    for how in ("deny", "direct", "delegated"):
        if how in found:
            return how, found[how]
    return "none", None


def _concerns(statement: dict[str, Any], name: str, matches: Callable[[str], bool]) -> bool:
    """By the element of that name, or by its complement."""
    complement = f"Not{name}" in statement
    value = statement[f"Not{name}" if complement else name]
    return any(matches(one) for one in ([value] if isinstance(value, str) else value)) != complement


def decide(case: dict[str, Any]) -> tuple[bool, str, bool, int | str | None]:
    """(allowed, by, explicit, statement) of a case with the layers as JSON documents."""
    levels = {
        "rcps": ("resource", case.get("rcps", [])),
        "scps": ("identity", case.get("scps", []) if case["caller"]["kind"] != "anonymous" else []),
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
            if said[cap] and all(how != "direct" for how, _ in said[cap]):
                return False, cap, False, None
    return allowed


def _named_itself(case: dict[str, Any]) -> bool:
    """Whether the resource policy of the caller's own account allows by the caller's own ARN or `*`."""
    if not case["resource_policy"] or case["caller"]["account"] != case["resource_account"]:
        return False
    own = {"kind": "itself", "arn": case["caller"]["arn"], "account": "none"}
    return any(
        verdict({"Statement": one}, "resource", {**case, "caller": own})[0] == "direct"
        for one in case["resource_policy"]["Statement"]
    )


def _granted(case: dict[str, Any], said: dict[str, Any]) -> tuple[bool, str, bool, int | str | None]:
    caller = case["caller"]
    by_resource, resource_statement = (said["resource_policy"] or [("none", None)])[0]
    of_identity = [statement for how, statement in said["identity_policies"] if how == "direct"]
    same = caller["account"] == case["resource_account"]
    if (same or caller["kind"] == "anonymous") and by_resource == "direct":
        return True, "resource_policy", True, resource_statement
    if caller["kind"] == "anonymous":
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
