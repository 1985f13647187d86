"""What a document must not say to be accepted, beside what nobody could evaluate.

Whoever accepts a document asks `check_acceptable` beside `parse_policy`. What is stored, and what is only evaluated
(`policy.cases`), is not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.policy.document import Effect
from skywalk.policy.errors import PolicyError
from skywalk.policy.keys.carried import check_keys

if TYPE_CHECKING:
    from skywalk.policy.document import Policy


def check_acceptable(policy: Policy) -> None:
    """Raises PolicyError, `keys.carried.InvalidKey` for a key that AWS does not have where it must."""
    check_not_principal(policy)
    check_keys(policy)


def check_not_principal(policy: Policy) -> None:
    """Source: IAM User Guide, "AWS JSON policy elements: NotPrincipal": with Deny alone."""
    for statement in policy.statements:
        if statement.not_principal and statement.effect is Effect.ALLOW:
            raise PolicyError(f"Statement[{statement.index}].NotPrincipal", "Allow with NotPrincipal is not allowed")
