"""Who may call EC2, IAM and STS.

Until identity policies govern these calls themselves: the root of an account, and sessions of roles that may do
everything. STS decides for itself: GetCallerIdentity asks for no permission, AssumeRole has the role's trust policy.
"""

from __future__ import annotations

from functools import lru_cache

from skywalk.identity.caller import Caller, CallerKind
from skywalk.policy.document import Effect, Policy, PolicyKind, Statement, parse_policy
from skywalk.resources.role import Role
from skywalk.resources.store import Store
from skywalk.values.errors import AwsError, unauthorized_operation


def authorize(service: str, action: str, caller: Caller, store: Store) -> None:
    """Raises UnauthorizedOperation (EC2), AccessDenied (IAM), InvalidClientTokenId for a session whose role is gone."""
    if caller.kind is CallerKind.ROLE_SESSION:
        role = store.get(Role, caller.role_arn or "")
        if role is None or role.unique_id != caller.role_id:
            raise _session_is_void(service)
        if service == "sts" or _may_do_everything(role, caller):
            return
        raise _refusal(service, action, caller)
    if caller.kind is not CallerKind.ROOT:
        raise _refusal(service, action, caller)


def _may_do_everything(role: Role, caller: Caller) -> bool:
    """By its own policies, and by those of its session where it has some."""
    own = [_parse(text) for _, text in sorted(role.inline_policies.items())]
    session = [_parse(text) for text in caller.session_policies]
    return _is_full_access(own) and (not session or _is_full_access(session))


def _is_full_access(policies: list[Policy]) -> bool:
    statements = [statement for policy in policies for statement in policy.statements]
    denies = any(statement.effect is Effect.DENY for statement in statements)
    return not denies and any(_allows_everything(statement) for statement in statements)


def _allows_everything(statement: Statement) -> bool:
    return "*" in statement.actions and "*" in statement.resources and not statement.conditions


@lru_cache(maxsize=256)
def _parse(text: str) -> Policy:
    return parse_policy(text, PolicyKind.IDENTITY)


def _refusal(service: str, action: str, caller: Caller) -> AwsError:
    sentence = (
        f"User: {caller.arn} is not authorized to perform: {service}:{action} "
        f"because no identity-based policy allows the {service}:{action} action"
    )
    return unauthorized_operation(sentence) if service == "ec2" else AwsError("AccessDenied", sentence, 403)


def _session_is_void(service: str) -> AwsError:
    if service == "ec2":
        return AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    return AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
