"""Users and roles that a policy names when it is set: they must be there, and it is them that it means.

The unique ids of those who were found go with the report of the policy: the daemon takes it only if they still are who
they were. When one is deleted later, the daemon puts the unique id in the ARN's place. Accounts that the region does
not have are not asked whom they have; sessions are not looked for.
Source: IAM User Guide, "AWS JSON policy elements: Principal", IAM role and IAM user principals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from skywalk.policy.principal import PrincipalType
from skywalk.values.arn import parse_arn

if TYPE_CHECKING:
    from skywalk.edge.state import EdgeState
    from skywalk.policy.document import Policy


class UnknownPrincipal(Exception):
    """A policy names somebody who is not there; the text is the name."""


def named_principals(policy: Policy, state: EdgeState) -> Mapping[str, str]:
    """ARNs → unique ids of the users and roles that a policy names. Raises UnknownPrincipal."""
    named = _named(policy, PrincipalType.ARN)
    for unique_id in sorted(_named(policy, PrincipalType.UNIQUE_ID)):
        if not any(known.unique_id == unique_id for known in (*state.users.values(), *state.roles.values())):
            raise UnknownPrincipal(unique_id)
    if not named:
        return {}
    accounts = {key.account_id for key in state.access_keys.values()}
    found: dict[str, str] = {}
    for name in sorted(named):
        arn = parse_arn(name)
        assert arn is not None
        if arn.service != "iam" or arn.account_id not in accounts:
            continue
        known = state.users.get(name) or state.roles.get(name)
        if known is None:
            raise UnknownPrincipal(name)
        found[name] = known.unique_id
    return found


def _named(policy: Policy, kind: PrincipalType) -> set[str]:
    return {
        principal.value
        for statement in policy.statements
        for principal in statement.principals
        if principal.type is kind
    }
