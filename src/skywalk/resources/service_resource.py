"""ServiceResource: a resource that lives in a service's backend, as far as skywalk must know it (a bucket)."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.resources.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceResource(Resource):
    """`id` is the ARN; `policy` the text of its resource policy, None without one."""

    policy: str | None = None

    @property
    def references(self) -> tuple[str, ...]:
        """The account: what it owns is in several regions, and so in several scopes."""
        return (self.scope.account_id,)
