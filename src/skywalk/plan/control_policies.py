"""An organization's account, for every process that decides requests."""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.plan.origin import Origin


@dataclass(frozen=True, slots=True, order=True)
class ControlPolicies:
    """An account's place in its organization (`o-…/r-…/ou-…/`) and the texts of its control policies, a tuple for each
    level from the root to the account; none of a kind that does not apply."""

    account_id: str
    organization_id: str
    path: str
    scps: tuple[tuple[str, ...], ...]
    rcps: tuple[tuple[str, ...], ...]
    origin: Origin

    @property
    def key(self) -> str:
        return self.account_id
