"""Roles' trust policies: what they may say, and that whom they trust is there.

What becomes of those who are deleted is in `named_principals`. Accounts that the region does not have are not asked
whom they have; sessions are not looked for.
Source: IAM User Guide, "AWS JSON policy elements: Principal", IAM role and IAM user principals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import characters_of_policy, check_policy, limit_exceeded
from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.principal import PrincipalType
from skywalk.resources.account import Account
from skywalk.resources.role import Role
from skywalk.resources.user import User
from skywalk.values.arn import parse_arn
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.policy.principal import NamedPrincipal

MAX_TRUST_POLICY_CHARACTERS = 2048
"""White space aside. Source: IAM User Guide, "IAM and AWS STS quotas"."""


def check_trust_policy(call: Call, text: str) -> None:
    """Raises MalformedPolicyDocument, LimitExceeded."""
    check_policy(text, PolicyKind.TRUST)
    if characters_of_policy(text) > MAX_TRUST_POLICY_CHARACTERS:
        raise limit_exceeded(f"Cannot exceed quota for ACLSizePerRole: {MAX_TRUST_POLICY_CHARACTERS}")
    statements = parse_policy(text, PolicyKind.TRUST).statements
    strange = any(not action.lower().startswith(("sts:", "*")) for one in statements for action in one.actions)
    if strange or any(one.not_action for one in statements):
        raise _malformed("AssumeRole policy may only specify STS AssumeRole actions.")
    for principal in (named for one in statements for named in one.principals):
        if not _is_there(call, principal):
            raise _malformed(f'Invalid principal in policy: "AWS":"{principal.value}"')


def _is_there(call: Call, named: NamedPrincipal) -> bool:
    if named.type is PrincipalType.UNIQUE_ID:
        ids = {user.unique_id for user in call.tx.of_type(User)} | {role.unique_id for role in call.tx.of_type(Role)}
        return named.value in ids
    if named.type is not PrincipalType.ARN:
        return True
    arn = parse_arn(named.value)
    assert arn is not None
    if arn.service != "iam" or call.tx.get(Account, arn.account_id) is None:
        return True
    return call.tx.get(User if arn.resource.startswith("user/") else Role, named.value) is not None


def _malformed(text: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", text)
