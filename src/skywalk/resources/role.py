"""Role and InstanceProfile, of IAM: their scope has no region, their id is the ARN."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from skywalk.resources.resource import Resource

_EC2 = "ec2.amazonaws.com"
_ASSUME_ROLE = "sts:assumerole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Resource):
    """`unique_id` is `AROA…`: sessions of a deleted role are void, also when its name is used again.
    `inline_policies` maps a policy's name to its text; `attached_policies` and the boundary are ARNs of managed
    policies, in the order in which they were attached."""

    name: str
    path: str
    unique_id: str
    trust_policy: str
    created_at: datetime
    description: str = ""
    max_session_seconds: int = 3600
    inline_policies: Mapping[str, str] = field(default_factory=dict)
    attached_policies: tuple[str, ...] = ()
    permissions_boundary: str | None = None

    @property
    def references(self) -> tuple[str, ...]:
        return (*self.attached_policies, *filter(None, [self.permissions_boundary]))

    @property
    def trusts_ec2(self) -> bool:
        """Whether EC2 may assume it for an instance. An Allow counts whatever its conditions say: which keys EC2's own
        call has is not known; a Deny that has any does not."""
        return _trusts_ec2(self.trust_policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceProfile(Resource):
    """Holds at most one role, by its ARN."""

    name: str
    path: str
    unique_id: str
    created_at: datetime
    role_arn: str | None = None

    @property
    def references(self) -> tuple[str, ...]:
        return (self.role_arn,) if self.role_arn else ()


@lru_cache(maxsize=1024)
def _trusts_ec2(trust_policy: str) -> bool:
    found = [one for one in _listed(json.loads(trust_policy)["Statement"]) if _is_about_ec2(one)]
    is_denied = any(one["Effect"] == "Deny" and not one.get("Condition") for one in found)
    return not is_denied and any(one["Effect"] == "Allow" for one in found)


def _is_about_ec2(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = [] if isinstance(principal, str) else _listed(principal.get("Service", []))
    is_everyone = principal == "*" or (isinstance(principal, Mapping) and "*" in _listed(principal.get("AWS", [])))
    actions = _listed(statement.get("Action", []))
    return (is_everyone or _EC2 in services) and any(fnmatchcase(_ASSUME_ROLE, one.lower()) for one in actions)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
