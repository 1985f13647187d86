"""Group, of IAM: policies that its members have in common. Its id is the ARN; its members are users' `group_arns`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Resource):
    """`unique_id` is `AGPA…`; policies as with roles."""

    name: str
    path: str
    unique_id: str
    created_at: datetime
    inline_policies: Mapping[str, str] = field(default_factory=dict)
    attached_policies: tuple[str, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        return self.attached_policies
