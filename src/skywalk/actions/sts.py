"""STS: GetCallerIdentity, AssumeRole, GetSessionToken, GetAccessKeyInfo, DecodeAuthorizationMessage.

AWS lets no root user assume a role. Here an account's root does where the trust policy allows it: its key is the one
that an account begins with, and a fresh region needs no user for it. MFA does not exist: what asks for it is refused,
and `aws:MultiFactorAuthPresent` is never true.
Source: STS API Reference; IAM User Guide, "Request temporary security credentials"; texts from answers quoted in
public reports. The answers for an access key that nobody has, and for a session policy that is not
there, and the text about an encoded message that is none, are unconfirmed.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import check_policy
from skywalk.actions.principal_policies import CallerIsGone, compiled_trust_policy, policies_of_caller
from skywalk.actions.session_tags import SessionAttributes, session_attributes
from skywalk.actions.unsupported import refuse_parameters
from skywalk.identity.authorization_message import MessageRefused, open_message
from skywalk.identity.caller import Caller, CallerKind, session_arn
from skywalk.identity.session import SessionClaims, SessionCredentials, mint_session
from skywalk.policy.compiled import AccessRequest
from skywalk.policy.context import tag_context
from skywalk.policy.document import PolicyKind, check_complete, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.evaluate import evaluate
from skywalk.policy.keys.names import (
    EXTERNAL_ID,
    IAM_RESOURCE_TAG,
    REQUESTED_REGION,
    RESOURCE_ACCOUNT,
    RESOURCE_TAG,
    ROLE_SESSION_NAME,
)
from skywalk.policy.organization import organization_keys, with_control_policies
from skywalk.resources.access_key import AccessKey
from skywalk.resources.account import Account
from skywalk.resources.aws_managed_policies import AWS_ACCOUNT
from skywalk.resources.identity_policies import managed_policy
from skywalk.resources.role import Role
from skywalk.values.arn import parse_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from skywalk.actions.call import Call
    from skywalk.actions.shapes import sts

DEFAULT_SECONDS = 3600
CHAINED_MAX_SECONDS = 3600
"""Of a session that another session has made. Source: IAM User Guide, "Role chaining"."""

TOKEN_SECONDS = 43_200
ROOT_TOKEN_SECONDS = 3600
"""Of GetSessionToken: the default, and the longest for an account's root. Source: STS API Reference."""

MAX_SESSION_POLICY_CHARACTERS = 2048
MAX_SESSION_POLICY_ARNS = 10
MAX_PACKED_CHARACTERS = 12_288
"""Of all policies and tags of a session together: they travel in its token, which must fit into a presigned URL. AWS
has a limit of its own here and does not say how much it is."""

ASSUME_ROLE = "sts:AssumeRole"
_ROLE_RESOURCE = re.compile(r"role/.+")
_UNSUPPORTED = (
    "ProvidedContexts",
    "SerialNumber",
    "TokenCode",
)


def get_caller_identity(call: Call, request: sts.GetCallerIdentityRequest) -> sts.GetCallerIdentityResponse:
    """UserId is the account for its root, `AROA…:session-name` for a session."""
    del request
    caller = call.caller
    return {"UserId": caller.principal_id, "Account": caller.account_id, "Arn": caller.arn}


def assume_role(call: Call, request: sts.AssumeRoleRequest) -> sts.AssumeRoleResponse:
    """Raises AccessDenied, also for a role that is not there; ValidationError; InvalidParameterValue;
    MalformedPolicyDocument; PackedPolicyTooLarge."""
    refuse_parameters(request, _UNSUPPORTED)
    attributes = session_attributes(call.caller, request)
    role = _trusting_role(call, request, attributes)
    seconds = request.get("DurationSeconds", DEFAULT_SECONDS)
    _check_duration(call.caller, role, seconds)
    session_name = request["RoleSessionName"]
    session_policies = tuple(_session_policies(call, role, request))
    packed_percent = _packed_percent(session_policies, attributes)
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
        session_policies=session_policies,
        session_tags=attributes.tags,
        transitive_tag_keys=attributes.transitive_keys,
        source_identity=attributes.source_identity,
    )
    credentials = mint_session(call.region_key, claims)
    result: sts.AssumeRoleResponse = {
        "Credentials": _show(credentials),
        "AssumedRoleUser": {
            "AssumedRoleId": f"{role.unique_id}:{session_name}",
            "Arn": session_arn(role.scope.account_id, role.name, session_name),
        },
    }
    if session_policies or attributes.tags:
        result["PackedPolicySize"] = packed_percent
    if attributes.source_identity is not None:
        result["SourceIdentity"] = attributes.source_identity
    return result


def get_session_token(call: Call, request: sts.GetSessionTokenRequest) -> sts.GetSessionTokenResponse:
    """Of a user or an account's root, with a long-term key. Raises AccessDenied."""
    refuse_parameters(request, ("SerialNumber", "TokenCode"))
    caller = call.caller
    if caller.is_temporary:
        raise AwsError("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
    seconds = request.get("DurationSeconds", TOKEN_SECONDS)
    if caller.kind is CallerKind.ROOT:
        seconds = min(seconds, ROOT_TOKEN_SECONDS)
    now = call.clock.now()
    claims = SessionClaims(
        account_id=caller.account_id,
        role_arn="",
        role_id="",
        role_name="",
        session_name="",
        issued_at=now,
        expires_at=now + timedelta(seconds=seconds),
        serial=call.chance.hex(16),
        user_arn=caller.arn,
        user_id=caller.principal_id,
    )
    return {"Credentials": _show(mint_session(call.region_key, claims))}


def get_access_key_info(call: Call, request: sts.GetAccessKeyInfoRequest) -> sts.GetAccessKeyInfoResponse:
    """Of long-term keys, whoever's: what a session's key is of, nobody remembers. Raises ValidationError."""
    wanted = request["AccessKeyId"]
    key = call.tx.get(AccessKey, wanted)
    if key is not None:
        return {"Account": key.scope.account_id}
    account = next((one for one in call.tx.of_type(Account) if one.access_key_id == wanted), None)
    if account is None:
        raise _validation_error(f"The access key {wanted} is not valid")
    return {"Account": account.id}


def decode_authorization_message(
    call: Call, request: sts.DecodeAuthorizationMessageRequest
) -> sts.DecodeAuthorizationMessageResponse:
    """Of a refused call of the same account. Raises InvalidAuthorizationMessageException."""
    try:
        text = open_message(call.region_key, call.caller.account_id, request["EncodedMessage"])
    except MessageRefused:
        raise AwsError("InvalidAuthorizationMessageException", "Message is not valid") from None
    return {"DecodedMessage": text}


def _show(credentials: SessionCredentials) -> sts.Credentials:
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": credentials.expiration,
    }


def _trusting_role(call: Call, request: sts.AssumeRoleRequest, attributes: SessionAttributes) -> Role:
    """The role, of any account, if its trust policy and the caller's own policies allow to the caller all that is
    asked."""
    role_arn = request["RoleArn"]
    arn = parse_arn(role_arn)
    if arn is None or arn.service != "iam" or not _ROLE_RESOURCE.fullmatch(arn.resource):
        raise _validation_error(f"{role_arn} is invalid")
    role = call.tx.get(Role, role_arn)
    denied = ASSUME_ROLE if role is None else _denied_action(call, role, request, attributes)
    if role is None or denied is not None:
        # STS says no more: it never took the longer sentences that name the policy.
        raise AwsError(
            "AccessDenied",
            f"User: {call.caller.arn} is not authorized to perform: {denied} on resource: {role_arn}",
            403,
        )
    return role


def _denied_action(call: Call, role: Role, request: sts.AssumeRoleRequest, attributes: SessionAttributes) -> str | None:
    """The first of the actions that the caller may not do with the role."""
    try:
        caller = policies_of_caller(call.tx, call.caller)
    except CallerIsGone:
        return ASSUME_ROLE
    context = {**caller.keys, **call.network, **assume_role_keys(role, request, attributes)}
    context |= {REQUESTED_REGION: call.region, RESOURCE_ACCOUNT: role.scope.account_id}
    principal, owner = caller.principal, role.scope.account_id
    context |= organization_keys(call.members, principal, owner, context)
    own_layers = caller.layers(compiled_trust_policy(role.trust_policy))
    layers = with_control_policies(own_layers, call.members, principal, owner)
    for action in (ASSUME_ROLE, *attributes.permissions()):
        asked = AccessRequest(action, role.id, principal, owner, context)
        if not evaluate(asked, layers).allowed:
            return action
    return None


def assume_role_keys(
    role: Role | None, request: sts.AssumeRoleRequest, attributes: SessionAttributes
) -> dict[str, str | tuple[str, ...]]:
    """The condition keys that AssumeRole has of its own; those of a role that is not there are missing."""
    keys = attributes.context()
    if role is not None:
        keys |= tag_context(role.tags, RESOURCE_TAG, IAM_RESOURCE_TAG)
    keys[ROLE_SESSION_NAME] = request["RoleSessionName"]
    if "ExternalId" in request:
        keys[EXTERNAL_ID] = request["ExternalId"]
    return keys


def _check_duration(caller: Caller, role: Role, seconds: int) -> None:
    if seconds > role.max_session_seconds:
        raise _validation_error("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    if caller.kind is CallerKind.ROLE_SESSION and seconds > CHAINED_MAX_SECONDS:
        raise _validation_error(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        )


def _session_policies(call: Call, role: Role, request: sts.AssumeRoleRequest) -> Iterator[str]:
    """The inline one, then the managed ones, which must be of the role's account or AWS's. Their texts are the
    session's for as long as it lives. Together they cap what the role may."""
    text, arns = request.get("Policy"), request.get("PolicyArns", [])
    if text is not None:
        if len(text) > MAX_SESSION_POLICY_CHARACTERS:
            raise _validation_error(
                f"1 validation error detected: Value at 'policy' failed to satisfy constraint: "
                f"Member must have length less than or equal to {MAX_SESSION_POLICY_CHARACTERS}"
            )
        check_policy(text, PolicyKind.IDENTITY)
        try:
            check_complete(parse_policy(text, PolicyKind.IDENTITY))
        except PolicyError as error:
            raise AwsError("MalformedPolicyDocument", str(error)) from None
        yield text
    if len(arns) > MAX_SESSION_POLICY_ARNS:
        raise _validation_error(f"The number of policy ARNs must not exceed {MAX_SESSION_POLICY_ARNS}")
    for descriptor in arns:
        arn = descriptor.get("arn", "")
        policy = managed_policy(call.tx, arn)
        if policy is None or policy.scope.account_id not in (AWS_ACCOUNT, role.scope.account_id):
            raise _validation_error(f"Policy {arn} does not exist or is not attachable.")
        yield json.dumps(json.loads(policy.document), separators=(",", ":"))


def _packed_percent(policies: Iterable[str], attributes: SessionAttributes) -> int:
    """How much of the room for them the policies and tags take. Raises PackedPolicyTooLarge."""
    percent = -(-100 * (sum(map(len, policies)) + attributes.size) // MAX_PACKED_CHARACTERS)
    if percent > 100:
        text = f"Packed policy consumes {percent}% of allotted space, please use smaller policy."
        raise AwsError("PackedPolicyTooLarge", text)
    return percent


def _validation_error(text: str) -> AwsError:
    return AwsError("ValidationError", text)
