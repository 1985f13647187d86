"""What speaks for a user or role: the texts of all its policies, wherever they live."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from skywalk.resources.aws_managed_policies import aws_managed_policy
from skywalk.resources.group import Group
from skywalk.resources.managed_policy import ManagedPolicy
from skywalk.resources.resource import Resource
from skywalk.resources.role import Role
from skywalk.resources.user import User

R = TypeVar("R", bound=Resource)

DENY_ALL = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
"""Stands for a managed policy that is attached and not to be found: nobody knows what it denied."""


class Lookup(Protocol):
    """The store, or a transaction."""

    def get(self, kind: type[R], resource_id: str) -> R | None: ...


@dataclass(frozen=True, slots=True)
class IdentityPolicies:
    """Texts of identity policies, and that of the permissions boundary, if there is one."""

    identity: tuple[str, ...]
    permissions_boundary: str | None


def policies_of(lookup: Lookup, entity: User | Role) -> IdentityPolicies:
    """Inline policies by name, then attached ones, then those of a user's groups."""
    texts = list(_own(lookup, entity))
    if isinstance(entity, User):
        groups = (lookup.get(Group, arn) for arn in entity.group_arns)
        texts += [text for group in groups if group is not None for text in _own(lookup, group)]
    boundary = entity.permissions_boundary
    return IdentityPolicies(tuple(texts), None if boundary is None else managed_policy_text(lookup, boundary))


def managed_policy(lookup: Lookup, arn: str) -> ManagedPolicy | None:
    """A customer's policy, or one of AWS's."""
    return lookup.get(ManagedPolicy, arn) or aws_managed_policy(arn)


def managed_policy_text(lookup: Lookup, arn: str) -> str:
    found = managed_policy(lookup, arn)
    return DENY_ALL if found is None else found.document


def _own(lookup: Lookup, holder: User | Group | Role) -> Iterator[str]:
    yield from (text for _, text in sorted(holder.inline_policies.items()))
    yield from (managed_policy_text(lookup, arn) for arn in holder.attached_policies)
