"""A second policy evaluator: slow, without any preparation, straight from the JSON. Tests compare with it."""

from __future__ import annotations

from typing import Any


def glob(pattern: str, text: str) -> bool:
    """Dynamic programming over both texts."""
    reach = {0}
    for character in pattern:
        if character == "*":
            reach = set(range(min(reach), len(text) + 1)) if reach else set()
        else:
            reach = {at + 1 for at in reach if at < len(text) and character in ("?", text[at])}
    return len(text) in reach


def arn_glob(pattern: str, text: str) -> bool:
    if pattern == "*":
        return True
    fields, values = pattern.split(":", 5), text.split(":", 5)
    return len(values) == 6 and all(glob(field, value) for field, value in zip(fields, values, strict=True))


def condition_holds(block: dict[str, Any], context: dict[str, Any]) -> bool:
    for operator, keys in block.items():
        for name, value in keys.items():
            wanted = value if isinstance(value, list) else [value]
            present = context.get(name.lower())
            if present is None:
                if not ("Not" in operator or operator.endswith("IfExists")):
                    return False
                continue
            values = [present] if isinstance(present, str) else present
            equal = any(one in wanted for one in values)
            if "Like" in operator:
                equal = any(glob(pattern, one) for one in values for pattern in wanted)
            if equal == ("Not" in operator):
                return False
    return True


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
        actions, resources = statement["Action"], statement["Resource"]
        actions = [actions] if isinstance(actions, str) else actions
        resources = [resources] if isinstance(resources, str) else resources
        if not any(glob(action.lower(), case["action"].lower()) for action in actions):
            continue
        if not any(arn_glob(resource, case["resource"]) for resource in resources):
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


def decide(case: dict[str, Any]) -> tuple[bool, str, bool, int | str | None]:
    """(allowed, by, explicit, statement) of a case with the layers as JSON documents."""
    layers: list[tuple[str, str, list[dict[str, Any]]]] = [
        ("endpoint_policy", "endpoint", [case["endpoint_policy"]] if case["endpoint_policy"] else []),
        ("identity_policies", "identity", case["identity_policies"]),
        ("resource_policy", "resource", [case["resource_policy"]] if case["resource_policy"] else []),
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
    allowed = _granted(case, said)
    if allowed[0] and not _named_itself(case):
        for cap in ("permission_boundary", "session_policies"):
            if said[cap] and all(how != "direct" for how, _ in said[cap]):
                return False, cap, False, None
    return allowed


def _named_itself(case: dict[str, Any]) -> bool:
    """Whether the resource policy of the caller's own account allows by a statement with the caller's own ARN."""
    if not case["resource_policy"] or case["caller"]["account"] != case["resource_account"]:
        return False
    own = {"kind": "itself", "arn": case["caller"]["arn"], "account": "none"}
    statements = case["resource_policy"]["Statement"]
    named = [one for one in statements if isinstance(one["Principal"], dict) and "*" not in one["Principal"]["AWS"]]
    mixed = [one for one in statements if one not in named and isinstance(one["Principal"], dict)]
    named += [one for one in mixed if own["arn"] in one["Principal"]["AWS"]]
    return any(verdict({"Statement": one}, "resource", {**case, "caller": own})[0] == "direct" for one in named)


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
    if not same:
        if by_resource == "none":
            return False, "resource_policy", False, None
        return True, "resource_policy", True, resource_statement
    if of_identity:
        return True, "identity_policies", True, of_identity[0]
    return True, "identity_policies", False, None
