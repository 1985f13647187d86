"""ManagedPolicy, of IAM: a policy of its own that users, groups and roles are attached to. Its id is the ARN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """`version_id` is `v1` and so on; a number is never used again."""

    version_id: str
    document: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedPolicy(Resource):
    """`unique_id` is `ANPA…`; `versions` are oldest first, one of them is the default: the one that counts.

    `last_version` is the number of the newest version there ever was. Who is attached is remembered by the attached
    ones alone; `updated_at` is when the newest version was made.
    """

    name: str
    path: str
    unique_id: str
    description: str
    created_at: datetime
    updated_at: datetime
    versions: tuple[PolicyVersion, ...]
    default_version_id: str = "v1"
    last_version: int = 1

    @property
    def document(self) -> str:
        """The text of the default version."""
        return next(one.document for one in self.versions if one.version_id == self.default_version_id)
