"""Whether a caller may: every check of a request against every policy that applies to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.edge.services.s3.refusal import access_denied
from skywalk.policy.compiled import AccessRequest
from skywalk.policy.evaluate import Layers, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skywalk.edge.callers import VerifiedCaller
    from skywalk.edge.services.s3.request import Check
    from skywalk.edge.state import EdgeState, KnownResource
    from skywalk.policy.compiled import CompiledPolicy
    from skywalk.policy.context import Context
    from skywalk.values.errors import AwsError


@dataclass(slots=True)
class Authorization:
    """The same caller and circumstances for all checks of one request.

    `endpoint_policy` is None for requests that came through no endpoint. `default_account` owns what the rows say
    nothing of: it is the caller's own, so that identity policies decide whether the caller learns of its absence.
    """

    state: EdgeState
    caller: VerifiedCaller
    context: Context
    endpoint_policy: CompiledPolicy | None
    ignored_bucket: str | None = None
    """The ARN of a bucket whose owner and policy have no say in this request."""

    def refusal(self, checks: Iterable[Check]) -> AwsError | None:
        """S3's refusal of the first check that is not allowed, or None where all are."""
        for check in checks:
            owner, resource_policy = self._resource(check.resource)
            request = AccessRequest(check.action, check.resource, self.caller.principal, owner, self.context)
            layers = Layers(
                self.endpoint_policy, self.caller.identity_policies, resource_policy, self.caller.session_policies
            )
            decision = evaluate(request, layers)
            if not decision.allowed:
                return access_denied(decision, check, self.caller.principal, owner)
        return None

    def allows(self, check: Check) -> bool:
        return self.refusal((check,)) is None

    def _resource(self, arn: str) -> tuple[str, CompiledPolicy | None]:
        """The owner of an object or a bucket, and the bucket's policy."""
        known = bucket_of(self.state, arn)
        if known is None or known.row.arn == self.ignored_bucket:
            return self.caller.principal.account_id, None
        return known.row.account_id, known.resource_policy


def bucket_of(state: EdgeState, arn: str) -> KnownResource | None:
    """The bucket of an object's or bucket's ARN, if it is known."""
    return state.resources.get(arn.partition("/")[0])
