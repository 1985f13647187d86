"""Whose buckets and objects are, and how S3 refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.edge.authorize import Authorization
from skywalk.edge.services.s3.refusal import access_denied
from skywalk.policy.organization import same_organization

if TYPE_CHECKING:
    from skywalk.edge.authorize import Check
    from skywalk.edge.state import EdgeState, KnownResource
    from skywalk.policy.compiled import CompiledPolicy
    from skywalk.policy.evaluate import Decision
    from skywalk.values.errors import AwsError


@dataclass(slots=True)
class S3Authorization(Authorization):
    ignored_bucket: str | None = None
    """The ARN of a bucket whose owner and policy have no say in this request."""

    def owner_and_policy(self, arn: str) -> tuple[str, CompiledPolicy | None]:
        """The owner of an object or a bucket, and the bucket's policy."""
        known = bucket_of(self.state, arn)
        if known is None or known.row.arn == self.ignored_bucket:
            return self.caller.principal.account_id, None
        return known.row.account_id, known.resource_policy

    def refuse(self, decision: Decision, check: Check, owner: str) -> AwsError:
        caller = self.caller.principal
        of_one = same_organization(self.state.members, caller.account_id, owner)
        return access_denied(decision, check, caller, owner, of_one_organization=of_one)


def bucket_of(state: EdgeState, arn: str) -> KnownResource | None:
    """The bucket of an object's or bucket's ARN, if it is known."""
    return state.resources.get(arn.partition("/")[0])
