"""AccessKey, of IAM: a long-term key of a user. Its id is the access key id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey(Resource):
    """An inactive one proves nothing, as if it were not there."""

    user_arn: str
    secret_access_key: str
    created_at: datetime
    is_active: bool = True

    @property
    def references(self) -> tuple[str, ...]:
        return (self.user_arn,)
