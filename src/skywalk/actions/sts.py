"""GetCallerIdentity and AssumeRole.

AWS lets no root user assume a role. Here an account's root does where the trust policy allows it: until there are
users, no other long-term key exists. The condition keys of STS itself (`sts:ExternalId`, `aws:MultiFactorAuthPresent`)
are refused when a trust policy is set, so that an ExternalId changes nothing.
Source: STS API Reference, AssumeRole; texts from answers quoted in public reports.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import check_policy
from skywalk.actions.unsupported import refuse_parameters
from skywalk.identity.caller import Caller, CallerKind, session_arn
from skywalk.identity.session import SessionClaims, mint_session
from skywalk.policy.compiled import AccessRequest, CompiledPolicy, compile_policy
from skywalk.policy.context import request_context
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.evaluate import Layers, evaluate
from skywalk.policy.principal import Principal, PrincipalKind
from skywalk.resources.role import Role
from skywalk.values.arn import parse_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import sts

DEFAULT_SECONDS = 3600
CHAINED_MAX_SECONDS = 3600
"""Of a session that another session has made. Source: IAM User Guide, "Role chaining"."""

MAX_SESSION_POLICY_CHARACTERS = 2048

_ASSUME_ROLE = "sts:AssumeRole"
_ROLE_RESOURCE = re.compile(r"role/.+")
_UNSUPPORTED = (
    "PolicyArns",
    "ProvidedContexts",
    "SerialNumber",
    "SourceIdentity",
    "Tags",
    "TokenCode",
    "TransitiveTagKeys",
)
_KINDS = {
    CallerKind.ROOT: PrincipalKind.ROOT,
    CallerKind.USER: PrincipalKind.USER,
    CallerKind.ROLE_SESSION: PrincipalKind.ROLE_SESSION,
    CallerKind.ANONYMOUS: PrincipalKind.ANONYMOUS,
}


def get_caller_identity(call: Call, request: sts.GetCallerIdentityRequest) -> sts.GetCallerIdentityResponse:
    """UserId is the account for its root, `AROA…:session-name` for a session."""
    del request
    caller = call.caller
    return {"UserId": caller.principal_id, "Account": caller.account_id, "Arn": caller.arn}


def assume_role(call: Call, request: sts.AssumeRoleRequest) -> sts.AssumeRoleResponse:
    """Raises AccessDenied, also for a role that is not there; ValidationError; MalformedPolicyDocument."""
    refuse_parameters(request, _UNSUPPORTED)
    role = _trusting_role(call, request["RoleArn"])
    seconds = request.get("DurationSeconds", DEFAULT_SECONDS)
    _check_duration(call.caller, role, seconds)
    session_name = request["RoleSessionName"]
    now = call.clock.now()
    claims = SessionClaims(
        account_id=role.scope.account_id,
        role_arn=role.id,
        role_id=role.unique_id,
        role_name=role.name,
        session_name=session_name,
        issued_at=now,
        expires_at=now + timedelta(seconds=seconds),
        serial=call.chance.hex(16),
        session_policies=_session_policies(request.get("Policy")),
    )
    credentials = mint_session(call.region_key, claims)
    return {
        "Credentials": {
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": credentials.expiration,
        },
        "AssumedRoleUser": {
            "AssumedRoleId": f"{role.unique_id}:{session_name}",
            "Arn": session_arn(role.scope.account_id, role.name, session_name),
        },
    }


def _trusting_role(call: Call, role_arn: str) -> Role:
    """The role, of any account, if its trust policy and the caller's own policies allow it to the caller."""
    arn = parse_arn(role_arn)
    if arn is None or arn.service != "iam" or not _ROLE_RESOURCE.fullmatch(arn.resource):
        raise _validation_error(f"{role_arn} is invalid")
    role = call.tx.get(Role, role_arn)
    if role is None or not _may_assume(call, role):
        # STS says no more: it never took the longer sentences that name the policy.
        raise AwsError(
            "AccessDenied",
            f"User: {call.caller.arn} is not authorized to perform: {_ASSUME_ROLE} on resource: {role_arn}",
            403,
        )
    return role


def _may_assume(call: Call, role: Role) -> bool:
    caller = call.caller
    principal = Principal(_KINDS[caller.kind], caller.arn, caller.account_id, caller.role_arn)
    request = AccessRequest(
        action=_ASSUME_ROLE,
        resource=role.id,
        principal=principal,
        resource_account=role.scope.account_id,
        context=request_context(principal, secure_transport=True),
    )
    layers = Layers(
        identity_policies=tuple(_identity_policy(text) for text in _own_policies(call)),
        resource_policy=_trust_policy(role.trust_policy),
        session_policies=tuple(_identity_policy(text) for text in caller.session_policies),
    )
    return evaluate(request, layers).allowed


def _own_policies(call: Call) -> list[str]:
    """The policies of the caller's role, as long as it is the one that the session was made for."""
    role = call.tx.get(Role, call.caller.role_arn or "")
    if role is None or role.unique_id != call.caller.role_id:
        return []
    return [text for _, text in sorted(role.inline_policies.items())]


@lru_cache(maxsize=256)
def _identity_policy(text: str) -> CompiledPolicy:
    return compile_policy(parse_policy(text, PolicyKind.IDENTITY))


@lru_cache(maxsize=256)
def _trust_policy(text: str) -> CompiledPolicy:
    return compile_policy(parse_policy(text, PolicyKind.TRUST))


def _check_duration(caller: Caller, role: Role, seconds: int) -> None:
    if seconds > role.max_session_seconds:
        raise _validation_error("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    if caller.kind is CallerKind.ROLE_SESSION and seconds > CHAINED_MAX_SECONDS:
        raise _validation_error(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        )


def _session_policies(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    if len(text) > MAX_SESSION_POLICY_CHARACTERS:
        raise _validation_error(
            f"1 validation error detected: Value at 'policy' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MAX_SESSION_POLICY_CHARACTERS}"
        )
    check_policy(text, PolicyKind.IDENTITY)
    return (text,)


def _validation_error(text: str) -> AwsError:
    return AwsError("ValidationError", text)
