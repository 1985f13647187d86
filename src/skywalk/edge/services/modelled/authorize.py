"""Whose resources are, which is in their ARNs, and how the modelled services refuse.

Policies of resources are not evaluated yet: what is another account's is refused to everybody who is not of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.edge.authorize import Authorization
from skywalk.edge.services.modelled.access import NO_RESOURCE
from skywalk.policy.wording import refusal_text
from skywalk.values.arn import parse_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.edge.authorize import Check
    from skywalk.policy.compiled import CompiledPolicy
    from skywalk.policy.evaluate import Decision


@dataclass(slots=True)
class ModelledAuthorization(Authorization):
    denied_code: str = "AccessDeniedException"

    def owner_and_policy(self, arn: str) -> tuple[str, CompiledPolicy | None]:
        own = self.caller.principal.account_id
        parsed = None if arn == NO_RESOURCE else parse_arn(arn)
        return (own if parsed is None or not parsed.account_id else parsed.account_id), None

    def refuse(self, decision: Decision, check: Check, owner: str) -> AwsError:
        return AwsError(
            self.denied_code, refusal_text(decision, self.caller.principal, check.action, check.resource), 403
        )
