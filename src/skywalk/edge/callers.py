"""Who calls, as policies see them: an identity's caller with the policies that speak for it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from skywalk.identity.caller import Caller, CallerKind
from skywalk.identity.refusals import Refusal, family_of, refuse
from skywalk.policy.compiled import CompiledPolicy, compile_policy
from skywalk.policy.context import principal_context
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.principal import Principal, PrincipalKind

if TYPE_CHECKING:
    from skywalk.edge.state import EdgeState, KnownRole
    from skywalk.policy.context import Context

_KINDS = {
    CallerKind.ROOT: PrincipalKind.ROOT,
    CallerKind.USER: PrincipalKind.USER,
    CallerKind.ROLE_SESSION: PrincipalKind.ROLE_SESSION,
    CallerKind.ANONYMOUS: PrincipalKind.ANONYMOUS,
}
_ROLE_SESSION = CallerKind.ROLE_SESSION
_CALLERS_REMEMBERED = 4096
_SESSION_POLICIES_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class VerifiedCaller:
    principal: Principal
    identity_policies: tuple[CompiledPolicy, ...] = ()
    session_policies: tuple[CompiledPolicy, ...] = ()
    keys: Context = field(init=False, repr=False, compare=False)
    """The condition keys that follow from who it is."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", principal_context(self.principal))


class Callers:
    """Finds the policies of callers in the rows; remembers callers, and the compiled policies of sessions."""

    def __init__(self, state: EdgeState) -> None:
        self._state = state
        self._of_keys: dict[str, tuple[Caller, KnownRole | None, VerifiedCaller]] = {}
        self._session_policies: OrderedDict[str, CompiledPolicy] = OrderedDict()

    def find(self, caller: Caller, service: str) -> VerifiedCaller:
        """Raises AwsError, in the words of `service`, for sessions of a role that is gone, or is another one by now."""
        role = self._role(caller, service) if caller.kind is _ROLE_SESSION else None
        # A caller is one object for as long as its key's row or its token is the same; a role, as long as its row is.
        known = self._of_keys.get(caller.access_key_id)
        if known is None or known[0] is not caller or known[1] is not role:
            if len(self._of_keys) >= _CALLERS_REMEMBERED:
                self._of_keys.clear()
            known = self._of_keys[caller.access_key_id] = (caller, role, self._verified(caller, role, service))
        return known[2]

    def _role(self, caller: Caller, service: str) -> KnownRole:
        role = self._state.roles.get(caller.role_arn or "")
        if role is None or role.row.role_id != caller.role_id:
            raise refuse(family_of(service), Refusal.UNKNOWN_KEY)
        return role

    def _verified(self, caller: Caller, role: KnownRole | None, service: str) -> VerifiedCaller:
        sessions = tuple(self._compiled(text, service) for text in caller.session_policies)
        return VerifiedCaller(_principal(caller), role.identity_policies if role is not None else (), sessions)

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
