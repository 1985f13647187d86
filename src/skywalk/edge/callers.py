"""Who calls, as policies see them: an identity's caller with the policies that speak for it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from skywalk.identity.caller import Caller, CallerKind
from skywalk.identity.refusals import Refusal, family_of, refuse
from skywalk.policy.compiled import CompiledPolicy, compile_policy
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.evaluate import Layers
from skywalk.policy.keys.caller import caller_context
from skywalk.policy.principal import Principal, PrincipalKind

if TYPE_CHECKING:
    from skywalk.edge.state import EdgeState, KnownIdentity
    from skywalk.policy.context import Context

_KINDS = {
    CallerKind.ROOT: PrincipalKind.ROOT,
    CallerKind.USER: PrincipalKind.USER,
    CallerKind.ROLE_SESSION: PrincipalKind.ROLE_SESSION,
    CallerKind.ANONYMOUS: PrincipalKind.ANONYMOUS,
}
_ROLE_SESSION, _USER = CallerKind.ROLE_SESSION, CallerKind.USER
_CALLERS_REMEMBERED = 4096
_SESSION_POLICIES_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class VerifiedCaller:
    principal: Principal
    identity_policies: tuple[CompiledPolicy, ...] = ()
    session_policies: tuple[CompiledPolicy, ...] = ()
    permission_boundary: CompiledPolicy | None = None
    keys: Context = field(kw_only=True, repr=False)
    """The condition keys that follow from who it is, and from its credentials."""

    def layers(self, endpoint_policy: CompiledPolicy | None, resource_policy: CompiledPolicy | None) -> Layers:
        """All policies of a request of this caller."""
        return Layers(
            endpoint_policy, self.identity_policies, resource_policy, self.session_policies, self.permission_boundary
        )


class Callers:
    """Finds the policies of callers in the rows; remembers callers, and the compiled policies of sessions."""

    def __init__(self, state: EdgeState) -> None:
        self._state = state
        self._of_keys: dict[str, tuple[Caller, KnownIdentity | None, VerifiedCaller]] = {}
        self._session_policies: OrderedDict[str, CompiledPolicy] = OrderedDict()

    def find(self, caller: Caller, service: str) -> VerifiedCaller:
        """Raises AwsError, in the words of `service`, for callers whose user or role is gone, or is another one by
        now."""
        identity = self._identity(caller, service)
        # A caller is one object for as long as its key's row or its token is the same; an identity, as long as its
        # row is.
        known = self._of_keys.get(caller.access_key_id)
        if known is None or known[0] is not caller or known[1] is not identity:
            if len(self._of_keys) >= _CALLERS_REMEMBERED:
                self._of_keys.clear()
            known = self._of_keys[caller.access_key_id] = (caller, identity, self._verified(caller, identity, service))
        return known[2]

    def _identity(self, caller: Caller, service: str) -> KnownIdentity | None:
        """The user or role; None for roots and anonymous callers, who have no policies of their own."""
        if caller.kind is _ROLE_SESSION:
            found, unique_id = self._state.roles.get(caller.role_arn or ""), caller.role_id
        elif caller.kind is _USER:
            found, unique_id = self._state.users.get(caller.arn), caller.principal_id
        else:
            return None
        if found is None or found.unique_id != unique_id:
            raise refuse(family_of(service), Refusal.UNKNOWN_KEY)
        return found

    def _verified(self, caller: Caller, identity: KnownIdentity | None, service: str) -> VerifiedCaller:
        sessions = tuple(self._compiled(text, service) for text in caller.session_policies)
        principal = _principal(caller)
        if identity is None:
            return VerifiedCaller(principal, (), sessions, keys=caller_context(principal, caller, ()))
        return VerifiedCaller(
            principal,
            identity.identity_policies,
            sessions,
            identity.permission_boundary,
            keys=caller_context(principal, caller, identity.row.tags),
        )

    def _compiled(self, text: str, service: str) -> CompiledPolicy:
        found = self._session_policies.get(text)
        if found is None:
            try:
                found = compile_policy(parse_policy(text, PolicyKind.IDENTITY))
            except PolicyError:
                # AssumeRole takes none that cannot be evaluated.
                raise refuse(family_of(service), Refusal.INVALID_TOKEN) from None
            self._session_policies[text] = found
            if len(self._session_policies) > _SESSION_POLICIES_REMEMBERED:
                self._session_policies.popitem(last=False)
        return found


def _principal(caller: Caller) -> Principal:
    return Principal(_KINDS[caller.kind], caller.arn, caller.account_id, caller.role_arn)
