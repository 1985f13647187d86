"""Users and roles that policies name, as Principal or NotPrincipal: a policy means them, not their names.

When one is deleted, the unique id takes the ARN's place in trust policies and in the policies of buckets and tables,
which then mean nobody: not the next one of the same name. Who is renamed is still meant. Endpoint policies mean names.
Source: IAM User Guide, "AWS JSON policy elements: Principal", IAM role and IAM user principals.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.resources.role import Role
from skywalk.resources.service_resource import ServiceResource

if TYPE_CHECKING:
    from skywalk.actions.call import Call


def rename_principal(call: Call, arn: str, successor: str) -> None:
    """In all policies `successor`, an ARN or the unique id of what is gone, stands where `arn` stood."""
    for role in call.tx.of_type(Role):
        if _names(role.trust_policy, arn, PolicyKind.TRUST):
            call.tx.put(replace(role, trust_policy=_with_successor(role.trust_policy, arn, successor)))
    for resource in call.tx.of_type(ServiceResource):
        if resource.policy is not None and _names(resource.policy, arn, PolicyKind.RESOURCE):
            call.tx.put(replace(resource, policy=_with_successor(resource.policy, arn, successor)))


def _names(text: str, arn: str, kind: PolicyKind) -> bool:
    # What is not in the text is not in the policy, unless the text writes a character in another way.
    if arn not in text and "\\" not in text:
        return False
    statements = parse_policy(text, kind).statements
    return any(named.value == arn for one in statements for named in one.principals)


def _with_successor(text: str, arn: str, successor: str) -> str:
    document = json.loads(text)
    listed = document["Statement"]
    for statement in [listed] if isinstance(listed, dict) else listed:
        principal = statement.get("Principal", statement.get("NotPrincipal"))
        if isinstance(principal, dict) and "AWS" in principal:
            principal["AWS"] = _replaced(principal["AWS"], arn, successor)
    return json.dumps(document)


def _replaced(named: Any, arn: str, successor: str) -> Any:
    if isinstance(named, list):
        return [successor if one == arn else one for one in named]
    return successor if named == arn else named
