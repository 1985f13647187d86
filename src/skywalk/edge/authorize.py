"""Whether a caller may: every check of a request against every policy that applies to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from skywalk.access_log.entry import checked
from skywalk.edge.state import DENIES_ALL
from skywalk.policy.compiled import AccessRequest
from skywalk.policy.context import NO_KEYS
from skywalk.policy.evaluate import evaluate
from skywalk.policy.keys.names import REQUESTED_REGION, RESOURCE_ACCOUNT
from skywalk.policy.organization import organization_keys, with_control_policies
from skywalk.policy.wording import refusal_text, shown_resource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skywalk.access_log.entry import Checked, Entry
    from skywalk.edge.arrival import Arrival
    from skywalk.edge.callers import VerifiedCaller
    from skywalk.edge.state import EdgeState
    from skywalk.policy.compiled import CompiledPolicy
    from skywalk.policy.context import Context
    from skywalk.policy.evaluate import Decision, Layers
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

    `endpoint_policy` is None for requests that came through no endpoint. `entry` is the request's in the access log.
    """

    state: EdgeState
    caller: VerifiedCaller
    context: Context
    endpoint_policy: CompiledPolicy | None
    entry: Entry | None = field(default=None, kw_only=True)

    def refusal(self, checks: Iterable[Check]) -> AwsError | None:
        """The service's refusal of the first check that is not allowed, or None where all are."""
        asked = None if self.entry is None else self.entry.ask(self.caller.principal, self.context)
        refused = self._first_refused(checks, asked)
        return None if refused is None else self.refuse(*refused)

    def allows(self, checks: Iterable[Check]) -> bool:
        """What the request does not hang on is not in the access log."""
        return self._first_refused(checks, None) is None

    def _first_refused(
        self, checks: Iterable[Check], asked: list[Checked] | None
    ) -> tuple[Decision, Check, str] | None:
        """With its decision and the owner of its resource. All are decided where they are noted in `asked`."""
        refused = None
        for check in checks:
            request, layers = self._question(check)
            decision = evaluate(request, layers)
            if asked is not None:
                asked.append(checked(request, layers, decision))
            if not decision.allowed and refused is None:
                refused = decision, check, request.resource_account
                if asked is None:
                    break
        return refused

    def _question(self, check: Check) -> tuple[AccessRequest, Layers]:
        caller = self.caller.principal
        owner, layers = self.owner_and_layers(check.resource)
        keys = {**self.context, RESOURCE_ACCOUNT: owner, **check.keys}
        if members := self.state.members:
            keys.update(organization_keys(members, caller, owner, self.context))
        return AccessRequest(check.action, check.resource, caller, owner, keys), layers

    def owner_and_layers(self, arn: str) -> tuple[str, Layers]:
        """Whose a resource is, and all policies that have a say in what the caller does to it."""
        owner, resource_policy = self.owner_and_policy(arn)
        layers = self.caller.layers(self.endpoint_policy, resource_policy)
        if members := self.state.members:
            layers = with_control_policies(layers, members, self.caller.principal, owner)
        if self.resource_must_allow(arn):
            layers = layers._replace(resource_must_allow=True)
        return owner, layers

    # what services differ in

    @abstractmethod
    def owner_and_policy(self, arn: str) -> tuple[str, CompiledPolicy | None]:
        """Whose a resource is, and its resource policy, if any.

        What nobody is known to own is the caller's own, so that identity policies decide whether the caller learns
        of its absence.
        """

    def resource_must_allow(self, arn: str) -> bool:
        """Whether the policies of the owner's own callers do not suffice, as for a key of KMS."""
        return False

    def sentence(self, decision: Decision, check: Check) -> str:
        """The refusal in AWS's usual words."""
        caller, region = self.caller.principal, self.context.get(REQUESTED_REGION, "")
        resource = shown_resource(check.action, check.resource, str(region), caller.account_id)
        return refusal_text(decision, caller, check.action, resource)

    @abstractmethod
    def refuse(self, decision: Decision, check: Check, owner: str) -> AwsError:
        """The refusal in the service's words."""
