"""Whose resources are, which is in their ARNs, which policies they have, and how the modelled services refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.edge.authorize import Authorization
from skywalk.edge.services.modelled.access import NO_RESOURCE
from skywalk.edge.services.modelled.resource_policies.encryption_keys import compiled_default, is_key
from skywalk.values.arn import parse_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.edge.authorize import Check
    from skywalk.policy.compiled import CompiledPolicy
    from skywalk.policy.evaluate import Decision


@dataclass(slots=True)
class ModelledAuthorization(Authorization):
    denied_code: str = "AccessDeniedException"
    is_shared: bool = True
    """Whether a resource's policy may give other accounts what is asked for."""
    is_new: bool = False
    """Whether the resource is about to be made: a policy that is kept under its name is another's."""

    def owner_and_policy(self, arn: str) -> tuple[str, CompiledPolicy | None]:
        own = self.caller.principal.account_id
        parsed = None if arn == NO_RESOURCE else parse_arn(arn)
        owner = own if parsed is None or not parsed.account_id else parsed.account_id
        if self.is_new or (owner != own and not self.is_shared):
            return owner, None
        known = self.state.resources.get(arn)
        policy = None if known is None else known.resource_policy
        return owner, compiled_default(owner) if policy is None and is_key(arn) else policy

    def resource_must_allow(self, arn: str) -> bool:
        return is_key(arn)

    def refuse(self, decision: Decision, check: Check, owner: str) -> AwsError:
        return AwsError(self.denied_code, self.sentence(decision, check), 403)
