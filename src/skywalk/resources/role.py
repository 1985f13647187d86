"""Role and InstanceProfile, of IAM: their scope has no region, their id is the ARN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from skywalk.resources.resource import Resource


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
