"""An organization: which accounts it has, where they are in it, and the control policies of each."""

from __future__ import annotations

from dataclasses import dataclass

Levels = tuple[tuple[str, ...], ...]
"""Texts of policies, a tuple for each level: the root, the units on the way, the account itself."""


@dataclass(frozen=True, slots=True)
class OrganizationAccount:
    """`path` holds the ids of the root and the units down to the account (`r-…`, `ou-…`). Without `scps` or `rcps`
    (the management account, or a kind of policy that is not used) nothing of that kind applies."""

    account_id: str
    path: tuple[str, ...]
    scps: Levels = ()
    rcps: Levels = ()


@dataclass(frozen=True, slots=True)
class Organization:
    """`id` is `o-…`. The management account is among the accounts."""

    id: str
    management_account: str
    accounts: tuple[OrganizationAccount, ...]

    def path_of(self, account: OrganizationAccount) -> str:
        """As aws:PrincipalOrgPaths has it: `o-…/r-…/ou-…/`."""
        return "/".join((self.id, *account.path, ""))
