"""IdempotencyToken: what a ClientToken stood for. Its id is action, scope and token in one text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyToken(Resource):
    """`fingerprint` is a hash of the request's other parameters; `resource_ids` are what the call made."""

    fingerprint: str
    resource_ids: tuple[str, ...]
    created_at: datetime
