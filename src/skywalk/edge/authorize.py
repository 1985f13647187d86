"""Whether a caller may: every check of a request against every policy that applies to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from skywalk.edge.state import DENIES_ALL
from skywalk.policy.compiled import AccessRequest
from skywalk.policy.context import NO_KEYS
from skywalk.policy.evaluate import evaluate
from skywalk.policy.keys.names import RESOURCE_ACCOUNT

from skywalk.policy.organization import organization_keys, with_control_policies
if TYPE_CHECKING:
    from collections.abc import Iterable

    from skywalk.edge.arrival import Arrival
    from skywalk.edge.callers import VerifiedCaller
    from skywalk.edge.state import EdgeState
    from skywalk.policy.compiled import CompiledPolicy
    from skywalk.policy.context import Context
    from skywalk.policy.evaluate import Decision
    from skywalk.values.errors import AwsError


class Check(NamedTuple):
    """One question to the policies: an action (`s3:GetObject`) on a resource (an ARN).

    `keys`: condition keys (lower-cased) that this check has beside those of the request.
    """

    action: str
    resource: str
    keys: Context = NO_KEYS


def endpoint_policy_of(state: EdgeState, arrival: Arrival) -> CompiledPolicy | None:
    """The policy of the endpoint that a request came through; None where it came through none."""
    if arrival.vpc_endpoint_id is None:
        return None
    endpoint = state.endpoints.get(arrival.vpc_endpoint_id)
    # The last requests of an endpoint that is gone: there is nothing left that would allow them.
    return DENIES_ALL if endpoint is None else endpoint.endpoint_policy


@dataclass(slots=True)
class Authorization(ABC):
    """The same caller and circumstances for all checks of one request; each service has its own kind.

    `endpoint_policy` is None for requests that came through no endpoint.
    """

    state: EdgeState
    caller: VerifiedCaller
    context: Context
    endpoint_policy: CompiledPolicy | None

    def refusal(self, checks: Iterable[Check]) -> AwsError | None:
        """The service's refusal of the first check that is not allowed, or None where all are."""
        for check in checks:
            owner, resource_policy = self.owner_and_policy(check.resource)
            keys = {**self.context, RESOURCE_ACCOUNT: owner, **check.keys}
            request = AccessRequest(check.action, check.resource, self.caller.principal, owner, keys)
            layers = self.caller.layers(self.endpoint_policy, resource_policy)
            decision = evaluate(request, layers)
            if not decision.allowed:
                return self.refuse(decision, check, owner)
        return None
            if members := self.state.members:
                keys.update(organization_keys(members, self.caller.principal, owner, self.context))
                layers = with_control_policies(layers, members, self.caller.principal, owner)
            request = AccessRequest(check.action, check.resource, self.caller.principal, owner, keys)
            if self.resource_must_allow(check.resource):
                layers = layers._replace(resource_must_allow=True)

    def allows(self, check: Check) -> bool:
        return self.refusal((check,)) is None

    # what services differ in

    @abstractmethod
    def owner_and_policy(self, arn: str) -> tuple[str, CompiledPolicy | None]:
        """Whose a resource is, and its resource policy, if any.

        What nobody is known to own is the caller's own, so that identity policies decide whether the caller learns
        of its absence.
        """

    @abstractmethod
    def refuse(self, decision: Decision, check: Check, owner: str) -> AwsError:
        """The refusal in the service's words."""
