"""What a document under review is for."""

from __future__ import annotations

from enum import Enum
from typing import Any

from skywalk.policy.document import PolicyKind


class ReviewedKind(Enum):
    """`ENDPOINT` is an endpoint policy of either type, `GATEWAY` that of a gateway endpoint, `INTERFACE` that of an
    interface endpoint."""

    ENDPOINT = "endpoint"
    GATEWAY = "gateway-endpoint"
    INTERFACE = "interface-endpoint"
    RESOURCE = "resource"
    IDENTITY = "identity"
    TRUST = "trust"

    @property
    def is_of_endpoint(self) -> bool:
        return self in (ReviewedKind.ENDPOINT, ReviewedKind.GATEWAY, ReviewedKind.INTERFACE)

    @property
    def policy_kind(self) -> PolicyKind:
        return PolicyKind.ENDPOINT if self.is_of_endpoint else PolicyKind[self.name]


def guessed_kind(document: Any) -> ReviewedKind:
    """From what its statements have: who says nothing of principals is an identity policy, who says nothing of
    resources a trust policy; the others are taken for endpoint policies."""
    listed = document.get("Statement") if isinstance(document, dict) else None
    statements = [one for one in (listed if isinstance(listed, list) else [listed]) if isinstance(one, dict)]
    if not any("Principal" in one or "NotPrincipal" in one for one in statements):
        return ReviewedKind.IDENTITY
    if not any("Resource" in one or "NotResource" in one for one in statements):
        return ReviewedKind.TRUST
    return ReviewedKind.ENDPOINT
