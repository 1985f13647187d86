"""Policies in CloudFormation's templates. What a stack gives a resource does not come by the edge, so nothing of it is
enforced: of a key's policy the default one alone is taken, which leaves the decision to the account's own policies.
"""

from __future__ import annotations

import re
from typing import Any

_PSEUDO = re.compile(r"\$\{AWS::(AccountId|Partition)\}")
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
    return is_whole and _resolved(named, account_id) in roots


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _resolved(value: Any, account_id: str) -> str | None:
    """A text, or one that is put together of texts, the account and the partition."""
    pseudo = {"AccountId": account_id, "Partition": "aws"}
    if isinstance(value, str):
        return value
    match value:
        case {"Ref": str(name)} if len(value) == 1:
            return pseudo.get(name.removeprefix("AWS::"))
        case {"Fn::Sub": str(text)} if len(value) == 1:
            return _PSEUDO.sub(lambda found: pseudo[found[1]], text)
        case {"Fn::Join": [str(between), [*parts]]} if len(value) == 1:
            resolved = [_resolved(part, account_id) for part in parts]
            return between.join(part for part in resolved if part is not None) if None not in resolved else None
    return None
