"""Permissions boundaries of users and roles: a managed policy that caps what their own policies give.

That deleting a boundary that is not there is no error is unconfirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.iam_entities import no_such_entity
from skywalk.actions.policy_holders import check_policy_arn, check_whose, is_attachable

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import iam


def check_boundary(call: Call, policy_arn: str | None) -> str | None:
    """The ARN, if it is that of a policy that can be one. Raises InvalidInput, NoSuchEntity,
    PolicyNotAttachable."""
    if policy_arn is not None:
        check_policy_arn(policy_arn)
        check_whose(policy_arn)
        if not is_attachable(call, policy_arn):
            raise no_such_entity(f"Scope ARN: {policy_arn} does not exist or is not attachable.")
    return policy_arn


def show_boundary(policy_arn: str) -> iam.AttachedPermissionsBoundary:
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": policy_arn}
