"""Documents in parameters that the embedded backend keeps and nobody evaluates: some policies, and templates.

Policies of repositories, of CloudWatch Logs and of file systems, for one, are not evaluated. One that denies something
would not, so it is refused; one that allows is kept, and allows nothing that identity policies do not. Each function
gives the reason for which a document is not taken, or None.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from skywalk.edge.services.modelled.templates import refused_part

_NOT_EVALUATED = "policies of these resources are not evaluated, and a Deny in them would deny nothing"


def check_no_deny(document: Any) -> str | None:
    statements = list(_statements(document))
    return _NOT_EVALUATED if any(one.get("Effect") == "Deny" for one in statements) else None


def check_template(document: Any, region: str, account_id: str) -> str | None:
    return refused_part(document, region, account_id) if isinstance(document, str) else None


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
