"""Documents in parameters that the embedded backend keeps and nobody evaluates: policies of resources, and templates.

Policies of resources are not evaluated yet. One that denies something would not, so it is refused; one that allows is
kept, and allows nothing that identity policies do not. A key's policy must leave the decision to these, as the default
one does. Each function gives the reason for which a document is not taken, or None.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from skywalk.edge.services.modelled.templates import refused_part

_NOT_EVALUATED = "policies of resources are not evaluated yet, and a Deny in them would deny nothing"
_NOT_LEFT_TO_IDENTITIES = (
    "policies of resources are not evaluated yet, and a key's must leave the decision to the account's own policies: "
    "Allow kms:* to the account's root"
)


def check_no_deny(document: Any) -> str | None:
    statements = list(_statements(document))
    return _NOT_EVALUATED if any(one.get("Effect") == "Deny" for one in statements) else None


def check_key_policy(document: Any, account_id: str) -> str | None:
    statements = list(_statements(document))
    if any(one.get("Effect") == "Deny" for one in statements):
        return _NOT_EVALUATED
    allows = any(_leaves_to_identities(one, account_id) for one in statements)
    return None if allows or not statements else _NOT_LEFT_TO_IDENTITIES


def check_template(document: Any, region: str, account_id: str) -> str | None:
    return refused_part(document, region, account_id) if isinstance(document, str) else None


def _leaves_to_identities(statement: dict[str, Any], account_id: str) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    roots = {f"arn:aws:iam::{account_id}:root", account_id, "*"}
    is_whole = "kms:*" in _several(statement.get("Action")) or "*" in _several(statement.get("Action"))
    return is_whole and "Condition" not in statement and bool(roots & set(_several(named)))


def _several(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _statements(document: Any) -> Iterator[dict[str, Any]]:
    """None of what is no policy: the backend's own refusal says so."""
    try:
        parsed = json.loads(document)
    except (TypeError, ValueError):
        return
    found = parsed.get("Statement") if isinstance(parsed, dict) else None
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, dict):
            yield one
