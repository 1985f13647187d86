"""The policies that speak for a caller, compiled: those of its user or role, its boundary, its session's."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from skywalk.identity.caller import CallerKind
from skywalk.policy.compiled import CompiledPolicy, compile_policy
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.evaluate import Layers
from skywalk.policy.keys.caller import caller_context
from skywalk.policy.principal import Principal, PrincipalKind
from skywalk.resources.identity_policies import DENY_ALL, policies_of
from skywalk.resources.role import Role
from skywalk.resources.user import User

if TYPE_CHECKING:
    from skywalk.identity.caller import Caller
    from skywalk.policy.context import Context
    from skywalk.resources.identity_policies import Lookup

_KINDS = {
    CallerKind.ROOT: PrincipalKind.ROOT,
    CallerKind.USER: PrincipalKind.USER,
    CallerKind.ROLE_SESSION: PrincipalKind.ROLE_SESSION,
    CallerKind.ANONYMOUS: PrincipalKind.ANONYMOUS,
}


class CallerIsGone(Exception):
    """The user or role of a caller is no more, or is another one of the same name."""


@dataclass(frozen=True, slots=True)
class PrincipalPolicies:
    """A caller as policies see it, with its own."""

    principal: Principal
    identity: tuple[CompiledPolicy, ...] = ()
    session: tuple[CompiledPolicy, ...] = ()
    boundary: CompiledPolicy | None = None
    keys: Context = field(kw_only=True, repr=False)
    """The condition keys that follow from who it is, and from its credentials."""

    def layers(
        self, resource_policy: CompiledPolicy | None = None, endpoint_policy: CompiledPolicy | None = None
    ) -> Layers:
        """All layers of a call to a service of the API server's own."""
        return Layers(endpoint_policy, self.identity, resource_policy, self.session, self.boundary)


def principal_of(caller: Caller) -> Principal:
    return Principal(_KINDS[caller.kind], caller.arn, caller.account_id, caller.role_arn)


def policies_of_caller(lookup: Lookup, caller: Caller) -> PrincipalPolicies:
    """Roots and anonymous callers have none of their own. Raises CallerIsGone."""
    session = tuple(compiled_identity_policy(text) for text in caller.session_policies)
    entity = entity_of(lookup, caller)
    principal = principal_of(caller)
    if entity is None:
        return PrincipalPolicies(principal, (), session, keys=caller_context(principal, caller, ()))
    own = policies_of(lookup, entity)
    boundary = own.permissions_boundary
    return PrincipalPolicies(
        principal,
        tuple(map(compiled_identity_policy, own.identity)),
        session,
        None if boundary is None else compiled_identity_policy(boundary),
        keys=caller_context(principal, caller, entity.tags),
    )


def entity_of(lookup: Lookup, caller: Caller) -> User | Role | None:
    """The user or role that calls. Raises CallerIsGone."""
    entity: User | Role | None
    if caller.kind is CallerKind.ROLE_SESSION:
        entity, unique_id = lookup.get(Role, caller.role_arn or ""), caller.role_id
    elif caller.kind is CallerKind.USER:
        entity, unique_id = lookup.get(User, caller.arn), caller.principal_id
    else:
        return None
    if entity is None or entity.unique_id != unique_id:
        raise CallerIsGone
    return entity


@lru_cache(maxsize=1024)
def compiled_identity_policy(text: str) -> CompiledPolicy:
    """IAM takes no policy that cannot be compiled; one that was stored all the same allows nothing."""
    try:
        return compile_policy(parse_policy(text, PolicyKind.IDENTITY))
    except PolicyError:
        return compile_policy(parse_policy(DENY_ALL, PolicyKind.IDENTITY))


@lru_cache(maxsize=256)
def compiled_trust_policy(text: str) -> CompiledPolicy:
    return compile_policy(parse_policy(text, PolicyKind.TRUST))
