"""Whose tables are, which is in their ARNs, and how DynamoDB refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.edge.authorize import Authorization
from skywalk.edge.services.dynamodb.errors import access_denied

if TYPE_CHECKING:
    from skywalk.edge.authorize import Check
    from skywalk.policy.compiled import CompiledPolicy
    from skywalk.policy.evaluate import Decision
    from skywalk.values.errors import AwsError

NO_RESOURCE = "*"
_ACCOUNT_FIELD = 4


@dataclass(slots=True)
class DynamoDbAuthorization(Authorization):
    def owner_and_policy(self, arn: str) -> tuple[str, CompiledPolicy | None]:
        """A table's policy speaks for its indexes too, and not for its backups.

        Source: DynamoDB Developer Guide, "Resource-based policies".
        """
        if arn == NO_RESOURCE:
            return self.caller.principal.account_id, None
        known = self.state.resources.get(arn.partition("/index/")[0])
        return arn.split(":")[_ACCOUNT_FIELD], None if known is None else known.resource_policy

    def refuse(self, decision: Decision, check: Check, owner: str) -> AwsError:
        return access_denied(self.sentence(decision, check))
