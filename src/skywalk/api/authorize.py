"""Who may call EC2, ELB, IAM and STS: every permission that a call needs, against every policy of its caller.

STS asks for none but its own: GetCallerIdentity and GetSessionToken need no permission, and AssumeRole is decided with
the role's trust policy, by the action itself. The policy of the VPC endpoint that a call comes through caps all of
them, those of STS too. Calls at the API's own port count as made over HTTPS
(`aws:SecureTransport`); of the others the edge has told how they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from skywalk.access_log.entry import checked
from skywalk.actions.principal_policies import (
    CallerIsGone,
    PrincipalPolicies,
    compiled_identity_policy,
    policies_of_caller,
)
from skywalk.api.authorization_message import denial_document
from skywalk.api.endpoint_policies import EndpointPolicies
from skywalk.api.permissions.check import EVERYTHING, Check
from skywalk.api.permissions.ec2 import ec2_checks
from skywalk.api.permissions.ec2_lookup import Ec2Lookup
from skywalk.api.permissions.elb import elb_checks
from skywalk.api.permissions.iam import iam_checks
from skywalk.api.permissions.route53 import resolver_checks, route53_checks
from skywalk.identity.authorization_message import seal_message
from skywalk.identity.caller import CallerKind
from skywalk.identity.refusals import Family, Refusal, family_of, refuse
from skywalk.policy.compiled import AccessRequest
from skywalk.policy.evaluate import Layers, denying_statement, evaluate
from skywalk.policy.keys.names import EC2_REGION, REQUESTED_REGION, RESOURCE_ACCOUNT, SOURCE_VPCE
from skywalk.policy.organization import NO_MEMBERS, organization_keys, with_control_policies
from skywalk.policy.wording import refusal_text
from skywalk.resources.account_snapshot import CALLER_KINDS
from skywalk.resources.role import Role
from skywalk.values.arn import parse_arn
from skywalk.values.errors import AwsError, unauthorized_operation
from skywalk.values.scope import Scope

if TYPE_CHECKING:
    from skywalk.access_log.entry import Entry
    from skywalk.actions.shapes import sts
    from skywalk.api.authenticate import Proven
    from skywalk.identity.caller import Caller
    from skywalk.policy.context import Context
    from skywalk.policy.evaluate import Decision
    from skywalk.policy.organization import Members
    from skywalk.resources.store import Change, Store

_CALLERS_REMEMBERED = 4096
_CALLER_KINDS = frozenset(kind.__name__ for kind in CALLER_KINDS)
_WITHOUT_PERMISSION = frozenset({"AssumeRole", "GetCallerIdentity", "GetSessionToken"})
_DECODE = "DecodeAuthorizationMessage"
_FULL_ACCESS = compiled_identity_policy('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')


class _Refused(NamedTuple):
    """What was not allowed, and all that it was decided by."""

    check: Check
    decision: Decision
    request: AccessRequest
    layers: Layers


class Authorizer:
    """Decides calls. Remembers callers' compiled policies until something of their account's identities changes."""

    def __init__(self, store: Store, region_key: bytes, members: Members = NO_MEMBERS) -> None:
        """`members` are the accounts of the organization, if there is one. What refusals say encoded is sealed with
        `region_key`."""
        self._store = store
        self._region_key = region_key
        self._members = members
        self._known: dict[str, tuple[Caller, PrincipalPolicies]] = {}
        self._endpoints = EndpointPolicies(store)
        store.on_change(self._on_change)

    def authorize(
        self, service: str, action: str, request: Mapping[str, Any], proven: Proven, entry: Entry | None = None
    ) -> None:
        """`entry` is the call's in the access log.

        Raises UnauthorizedOperation (EC2) or AccessDenied, and the service's refusal of an unknown key for a caller
        whose user or role is gone.
        """
        caller = proven.caller
        try:
            policies = self._policies(caller)
        except CallerIsGone:
            raise refuse(family_of(service), Refusal.UNKNOWN_KEY) from None
        _check_session_of_user(service, action, caller)
        keys = {**proven.network, **_call_keys(service, proven.region)}
        by_endpoint_alone = service == "sts" and action in _WITHOUT_PERMISSION
        checks = self._checks(service, action, request, proven)
        refused = self._refused(checks, policies, keys, entry, by_endpoint_alone=by_endpoint_alone)
        if refused is not None:
            raise self._access_denied(service, refused, proven)

    def _checks(self, service: str, action: str, request: Mapping[str, Any], proven: Proven) -> list[Check]:
        caller = proven.caller
        if service == "ec2":
            lookup = Ec2Lookup(self._store, Scope(caller.account_id, proven.region))
            return ec2_checks(action, request, proven.region, caller.account_id, lookup)
        if service == "iam":
            return iam_checks(action, request, caller, self._store)
        if service == "elasticloadbalancing":
            return elb_checks(action, request, caller.account_id)
        if service == "route53":
            return route53_checks(action, request, caller.account_id)
        if service == "route53resolver":
            return resolver_checks(action, request, proven.region, caller.account_id, self._store)
        if action in _WITHOUT_PERMISSION and SOURCE_VPCE not in proven.network:
            return []
        if action == "AssumeRole":
            return self._of_role(cast("sts.AssumeRoleRequest", request), caller)
        shown = None if action == _DECODE else EVERYTHING
        return [Check(f"{service}:{action}", EVERYTHING, shown, caller.account_id)]

    def _refused(
        self,
        checks: Iterable[Check],
        caller: PrincipalPolicies,
        call_keys: Context,
        entry: Entry | None,
        *,
        by_endpoint_alone: bool,
    ) -> _Refused | None:
        """The first check that is not allowed. `by_endpoint_alone`: nobody needs a permission."""
        principal, members, endpoint_policy = caller.principal, self._members, self._endpoints.of(call_keys)
        context = {**caller.keys, **call_keys}
        asked = None if entry is None else entry.ask(principal, context)
        refused = None
        for check in checks:
            resource_account = check.published_by or check.account_id
            keys = {**context, RESOURCE_ACCOUNT: resource_account, **check.context}
            keys.update(organization_keys(members, principal, resource_account, context))
            if by_endpoint_alone:
                layers, owner = Layers(endpoint_policy, (_FULL_ACCESS,)), principal.account_id
            else:
                own, owner = caller.layers(None, endpoint_policy), check.account_id
                layers = with_control_policies(own, members, principal, owner)
            request = AccessRequest(check.action, check.resource, principal, owner, keys)
            decision = evaluate(request, layers)
            if asked is not None:
                asked.append(checked(request, layers, decision))
            if not decision.allowed and refused is None:
                refused = _Refused(check, decision, request, layers)
                if asked is None:
                    break
        return refused

    def _access_denied(self, service: str, refused: _Refused, proven: Proven) -> AwsError:
        check = refused.check
        text = refusal_text(refused.decision, refused.request.principal, check.action, check.shown)
        if service == "ec2":
            return unauthorized_operation(text + self._encoded(refused, proven))
        if family_of(service) is Family.JSON:
            return AwsError("AccessDeniedException", text)
        return AwsError("AccessDenied", text, 403)

    def _encoded(self, refused: _Refused, proven: Proven) -> str:
        """What EC2 adds where the permission is about a resource, as answers quoted in public have it: calls without
        (DescribeVpcs) say no more."""
        if refused.check.shown is None:
            return ""
        denied_by = denying_statement(refused.decision, refused.request, refused.layers)
        text = denial_document(proven.caller, proven.region, refused.check, denied_by)
        token = seal_message(self._region_key, proven.caller.account_id, text)
        return "" if token is None else f". Encoded authorization failure message: {token}"

    def _of_role(self, request: sts.AssumeRoleRequest, caller: Caller) -> list[Check]:
        """What the endpoint is asked. Tags and source identities are refused as the action itself does."""
        # Actions are loaded with their first call.
        from skywalk.actions.session_tags import session_attributes
        from skywalk.actions.sts import ASSUME_ROLE, assume_role_keys

        role_arn, attributes = request["RoleArn"], session_attributes(caller, request)
        arn = parse_arn(role_arn)
        account_id = caller.account_id if arn is None else arn.account_id
        keys = assume_role_keys(self._store.get(Role, role_arn), request, attributes)
        actions = (ASSUME_ROLE, *attributes.permissions())
        return [Check(action, role_arn, role_arn, account_id, keys) for action in actions]

    def _policies(self, caller: Caller) -> PrincipalPolicies:
        known = self._known.get(caller.access_key_id)
        if known is None or known[0] != caller:
            if len(self._known) >= _CALLERS_REMEMBERED:
                self._known.clear()
            known = self._known[caller.access_key_id] = (caller, policies_of_caller(self._store, caller))
        return known[1]

    def _on_change(self, change: Change) -> None:
        if any(kind in _CALLER_KINDS for kind, _ in change.touched):
            gone = [key for key, (caller, _) in self._known.items() if caller.account_id in change.account_ids]
            for key in gone:
                del self._known[key]


def _call_keys(service: str, region: str) -> Context:
    """The condition keys of every check of a call. IAM is one service for all regions, in us-east-1."""
    if service == "iam":
        return {REQUESTED_REGION: "us-east-1"}
    return {REQUESTED_REGION: region, EC2_REGION: region} if service == "ec2" else {REQUESTED_REGION: region}


def _check_session_of_user(service: str, action: str, caller: Caller) -> None:
    """A user's or root's session may not call IAM, and of STS little. Source: STS API Reference, GetSessionToken:
    without MFA no IAM API, "any STS API except AssumeRole or GetCallerIdentity"."""
    if not caller.is_temporary or caller.kind is CallerKind.ROLE_SESSION:
        return
    if service == "iam":
        raise refuse(family_of(service), Refusal.INVALID_TOKEN)
    if service == "sts" and action not in _WITHOUT_PERMISSION:
        raise AwsError("AccessDenied", f"Cannot call {action} with session credentials", 403)
