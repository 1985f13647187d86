"""Decide a request from all policies that apply to it.

 1. An explicit Deny in any layer refuses.
 2. The endpoint policy must allow: it caps and grants nothing.
 3. The control policies of an organization cap as well, and every level (root, units, account) must allow: RCPs those
    of the resource's account, SCPs those of the caller's.
 4. Within one account an identity policy or the resource policy suffices; across accounts both must allow. A role
    trust policy and the policy of a KMS key must allow in any case. A resource policy that names only the caller's
    account delegates: it counts as the resource's side, and the identity's side is asked all the same.
 5. The permissions boundary and session policies, where there are any, cap as well. Neither caps what the resource
    policy of the caller's own account gives to the user or the session by its own ARN, or to everyone; what it gives
    to the role or to the account they do cap. A federated user may do what its session policies allow, and nothing
    without any.

The root user needs no identity policy in its own account. An anonymous caller and an AWS service have the resource
policy, and RCPs, alone.
Source: IAM User Guide, "Policy evaluation logic", "AWS JSON policy elements: Principal" (what is given to everyone is
given to the session itself; the guide says so of statements with aws:PrincipalArn) and "Permissions boundaries for IAM
entities"; AWS Organizations User Guide, "SCP evaluation" and "Resource control policies". AWS does not say which of
several refusing layers its message names; here it is the first in the order endpoint, RCPs, SCPs, resource, identity,
boundary, session; of missing permissions identity comes before resource.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from skywalk.policy.compiled import NEUTRAL, AccessRequest, CompiledPolicy, Verdict
from skywalk.policy.control_policies import rcps_concern, scps_concern
from skywalk.policy.document import PolicyKind
from skywalk.policy.principal import WITHOUT_ACCOUNT, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skywalk.policy.document import Statement

__all__ = ["AccessRequest", "Decision", "Layers", "denying_statement", "evaluate"]

_ROOT, _FEDERATED_USER, _TRUST = PrincipalKind.ROOT, PrincipalKind.FEDERATED_USER, PolicyKind.TRUST
# (a lookup in an Enum costs a fifth of a microsecond)

ENDPOINT_POLICY = "endpoint_policy"
IDENTITY_POLICIES = "identity_policies"
RESOURCE_POLICY = "resource_policy"
PERMISSION_BOUNDARY = "permission_boundary"
SESSION_POLICIES = "session_policies"
SCPS = "scps"
RCPS = "rcps"

if TYPE_CHECKING:
    Levels = tuple[tuple[CompiledPolicy, ...], ...]
    """Control policies from the organization's root to the account, a tuple for each level. Empty: none apply."""


class Layers(NamedTuple):
    """The policies of a request. None or empty: that layer is absent (no endpoint, boundary, session policies)."""

    endpoint_policy: CompiledPolicy | None = None
    identity_policies: tuple[CompiledPolicy, ...] = ()
    resource_policy: CompiledPolicy | None = None
    session_policies: tuple[CompiledPolicy, ...] = ()
    permission_boundary: CompiledPolicy | None = None
    scps: Levels = ()
    rcps: Levels = ()
    resource_must_allow: bool = False
    """The resource policy must allow or delegate even to callers of its own account, as that of a KMS key."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`by` is the field of Layers that decided; `statement` the Sid, or index from 0, of its statement.

    `statement` is None where no statement took the decision: nothing allowed, or the caller is the root user.
    `trust`: the resource policy that refused is a role trust policy.
    """

    allowed: bool
    by: str
    explicit: bool
    statement: str | int | None = None
    trust: bool = False


def evaluate(request: AccessRequest, layers: Layers) -> Decision:
    """The decision on one action on one resource."""
    endpoint = layers.endpoint_policy.verdict(request) if layers.endpoint_policy else None
    if endpoint is not None and endpoint.denied_by is not None:
        return _denied(ENDPOINT_POLICY, endpoint.denied_by)
    rcps = _of_all_levels(layers.rcps, request) if layers.rcps and rcps_concern(request) else None
    if rcps is not None and rcps.denied_by is not None:
        return _denied(RCPS, rcps.denied_by)
    scps = _of_all_levels(layers.scps, request) if layers.scps and scps_concern(request.principal) else None
    if scps is not None and scps.denied_by is not None:
        return _denied(SCPS, scps.denied_by)
    resource = layers.resource_policy.verdict(request) if layers.resource_policy else NEUTRAL
    trust = layers.resource_policy is not None and layers.resource_policy.kind is _TRUST
    if resource.denied_by is not None:
        return _denied(RESOURCE_POLICY, resource.denied_by, trust=trust)
    identity = _joined(layers.identity_policies, request)
    if identity.denied_by is not None:
        return _denied(IDENTITY_POLICIES, identity.denied_by)
    boundary = layers.permission_boundary.verdict(request) if layers.permission_boundary else None
    if boundary is not None and boundary.denied_by is not None:
        return _denied(PERMISSION_BOUNDARY, boundary.denied_by)
    capped = layers.session_policies or request.principal.kind is _FEDERATED_USER
    session = _joined(layers.session_policies, request) if capped else None
    if session is not None and session.denied_by is not None:
        return _denied(SESSION_POLICIES, session.denied_by)
    if endpoint is not None and endpoint.allowed_by is None:
        return _decision(False, ENDPOINT_POLICY, False)
    if rcps is not None and rcps.allowed_by is None:
        return _decision(False, RCPS, False)
    if scps is not None and scps.allowed_by is None:
        return _decision(False, SCPS, False)
    decision = _grant(request, identity, resource, trust, layers.resource_must_allow)
    if boundary is None and session is None:
        return decision
    cap = _missing_cap(boundary, session)
    if decision.allowed and cap is not None and not _is_given_by_name(decision, request, layers):
        return _decision(False, cap, False)
    return decision


def denying_statement(decision: Decision, request: AccessRequest, layers: Layers) -> Statement | None:
    """The statement of an explicit deny: decisions are shared by requests, and have its name alone."""
    if decision.allowed or not decision.explicit:
        return None
    found = (policy.verdict(request).denied_by for policy in _policies_in(getattr(layers, decision.by)))
    return next((statement for statement in found if statement is not None), None)


def _policies_in(layer: CompiledPolicy | tuple[Any, ...] | None) -> Iterator[CompiledPolicy]:
    """Of a field of Layers, levels or not."""
    if isinstance(layer, CompiledPolicy):
        yield layer
    for one in layer if isinstance(layer, tuple) else ():
        yield from _policies_in(one)


def _of_all_levels(levels: Levels, request: AccessRequest) -> Verdict:
    """Any Deny of any level; else an Allow where every level has one."""
    joined = [_joined(level, request) for level in levels]
    for verdict in joined:
        if verdict.denied_by is not None:
            return verdict
    return NEUTRAL if any(verdict.allowed_by is None for verdict in joined) else joined[-1]


def _missing_cap(boundary: Verdict | None, session: Verdict | None) -> str | None:
    """The layer that is there, only caps, and does not allow."""
    if boundary is not None and boundary.allowed_by is None:
        return PERMISSION_BOUNDARY
    return SESSION_POLICIES if session is not None and session.allowed_by is None else None


def _is_given_by_name(decision: Decision, request: AccessRequest, layers: Layers) -> bool:
    same_account = request.principal.account_id == request.resource_account
    if decision.by != RESOURCE_POLICY or not same_account or layers.resource_policy is None:
        return False
    return layers.resource_policy.allows_by_name(request)


def _grant(
    request: AccessRequest, identity: Verdict, resource: Verdict, trust: bool, resource_must_allow: bool
) -> Decision:
    kind = request.principal.kind
    if kind in WITHOUT_ACCOUNT:
        return _by_resource(resource.allowed_by, trust)
    by_identity = identity.allowed_by is not None or kind is _ROOT
    same_account = request.principal.account_id == request.resource_account
    if same_account and resource.allowed_by is not None:
        return _by_resource(resource.allowed_by, trust)
    if trust or resource_must_allow or not same_account:
        side = resource.allowed_by or resource.delegated_by
        if by_identity and side is None:
            return _decision(False, RESOURCE_POLICY, False, None, trust)
        if by_identity:
            return _by_resource(side, trust)
    if by_identity:
        statement = identity.allowed_by
        return _decision(True, IDENTITY_POLICIES, statement is not None, _name(statement))
    return _decision(False, IDENTITY_POLICIES, False)


def _by_resource(statement: Statement | None, trust: bool) -> Decision:
    if statement is None:
        return _decision(False, RESOURCE_POLICY, False, None, trust)
    return _decision(True, RESOURCE_POLICY, True, _name(statement))


def _joined(policies: tuple[CompiledPolicy, ...], request: AccessRequest) -> Verdict:
    """Several policies of one layer, as one: any Deny, else any Allow."""
    allowed: Verdict = NEUTRAL
    for policy in policies:
        verdict = policy.verdict(request)
        if verdict.denied_by is not None:
            return verdict
        if allowed.allowed_by is None:
            allowed = verdict
    return allowed


def _denied(by: str, statement: Statement, *, trust: bool = False) -> Decision:
    return _decision(False, by, True, _name(statement), trust)


def _name(statement: Statement | None) -> str | int | None:
    if statement is None:
        return None
    return statement.sid or statement.index


# Few decisions differ, and making one costs as much as all the rest of a small policy.
_decision = lru_cache(maxsize=4096)(Decision)
