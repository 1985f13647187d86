"""The rows of an organization: its accounts with their control policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.plan.control_policies import ControlPolicies
from skywalk.plan.origin import Origin

if TYPE_CHECKING:
    from skywalk.values.organization import Organization


def compile_organization(organization: Organization | None) -> tuple[ControlPolicies, ...]:
    if organization is None:
        return ()
    return tuple(
        ControlPolicies(
            account_id=account.account_id,
            organization_id=organization.id,
            path=organization.path_of(account),
            scps=account.scps,
            rcps=account.rcps,
            origin=Origin(organization.id, "account of the organization"),
        )
        for account in sorted(organization.accounts, key=lambda account: account.account_id)
    )
