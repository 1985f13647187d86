"""Policies in CloudFormation's templates. What a stack gives a resource does not come by the edge, so nothing of it is
enforced: of a key's policy the default one alone is taken, which leaves the decision to the account's own policies.
"""

from __future__ import annotations

from typing import Any

from skywalk.edge.services.modelled.template_values import pseudo_parameters, resolved

_ELEMENTS = frozenset({"Action", "Effect", "Principal", "Resource", "Sid"})
_NOT_ENFORCED = (
    "policies that a stack gives its resources are not enforced: of a key's policy only Allow kms:* to the account's "
    "root is taken; PutKeyPolicy sets another"
)


def refused_key_policy(document: Any, account_id: str) -> str | None:
    """Why it is not taken, or None."""
    if not document:
        return None
    statements = document.get("Statement") if isinstance(document, dict) else None
    several = statements if isinstance(statements, list) else [statements]
    if len(several) == 1 and _leaves_to_the_account(several[0], account_id):
        return None
    return _NOT_ENFORCED


def _leaves_to_the_account(statement: Any, account_id: str) -> bool:
    if not isinstance(statement, dict) or not statement.keys() <= _ELEMENTS or statement.get("Effect") != "Allow":
        return False
    principal = statement.get("Principal")
    named = _one(principal.get("AWS")) if isinstance(principal, dict) and principal.keys() == {"AWS"} else None
    roots = {f"arn:aws:iam::{account_id}:root", account_id}
    is_whole = _one(statement.get("Action")) == "kms:*" and _one(statement.get("Resource")) == "*"
    return is_whole and resolved(named, pseudo_parameters(account_id)) in roots


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value
