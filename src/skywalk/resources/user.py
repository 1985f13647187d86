"""User, of IAM: its scope has no region, its id is the ARN, which changes with its name and path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Resource):
    """`unique_id` is `AIDA…`: sessions of a deleted user are void, also when its name is used again.

    Policies as with roles. `group_arns` is the one home of membership: a group's members are the users that refer to
    it.
    """

    name: str
    path: str
    unique_id: str
    created_at: datetime
    inline_policies: Mapping[str, str] = field(default_factory=dict)
    attached_policies: tuple[str, ...] = ()
    permissions_boundary: str | None = None
    group_arns: tuple[str, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        return (*self.attached_policies, *filter(None, [self.permissions_boundary]), *self.group_arns)
