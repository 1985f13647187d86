"""What all resources have in common."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.values.scope import Scope
from skywalk.values.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """`id` is unique in the whole store: an AWS id, or an ARN where the service has no ids."""

    id: str
    scope: Scope
    tags: tuple[Tag, ...] = ()

    @property
    def shard(self) -> str | None:
        """The VPC whose plan this resource is part of."""
        return getattr(self, "vpc_id", None)

    @property
    def references(self) -> tuple[str, ...]:
        """What this resource is looked up by besides id, owner and VPC: the reverse index of what it names."""
        return ()
