"""What an organization means for requests: the control policies that apply, and the condition keys that tell of it.

Control policies are those of the caller's account (SCPs) and of the resource's owner (RCPs).
Source: AWS Organizations User Guide, "SCP syntax" (the whole language of IAM, without Principal), "RCP syntax", "RCP
evaluation"; IAM User Guide, "AWS global condition context keys".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from skywalk.policy.acceptance import check_acceptable
from skywalk.policy.compiled import CompiledPolicy, compile_policy
from skywalk.policy.document import Effect, PolicyKind, parse_policy
from skywalk.policy.errors import PolicyError
from skywalk.policy.keys import names
from skywalk.policy.principal import EVERYONE, WITHOUT_ACCOUNT

if TYPE_CHECKING:
    from skywalk.policy.context import Context
    from skywalk.policy.document import Policy
    from skywalk.policy.evaluate import Layers
    from skywalk.policy.principal import Principal
    from skywalk.values.organization import Organization

MANAGED = {
    "FullAWSAccess": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    "RCPFullAWSAccess": '{"Version":"2012-10-17","Statement":'
    '[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
}
"""AWS's own control policies, by name."""

SOURCE_ORG_ID, SOURCE_ORG_PATHS = "aws:sourceorgid", "aws:sourceorgpaths"
"""Of what a service acts for, where it calls in its own name."""

_FORBIDDEN_IN_SCPS = '{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
_FORBIDDEN_IN_RCPS = '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}'
_VERSION = "2012-10-17"


class Member(NamedTuple):
    """An account of an organization; `path` is `o-…/r-…/ou-…/`."""

    organization_id: str
    path: str
    scps: tuple[tuple[CompiledPolicy, ...], ...] = ()
    rcps: tuple[tuple[CompiledPolicy, ...], ...] = ()


Members = Mapping[str, Member]
"""By account id."""
NO_MEMBERS: Members = MappingProxyType({})


def members_of(organization: Organization | None) -> Members:
    if organization is None:
        return NO_MEMBERS
    return {
        one.account_id: Member(
            organization.id, organization.path_of(one), compile_scps(one.scps), compile_rcps(one.rcps)
        )
        for one in organization.accounts
    }


def check_scp(text: str) -> None:
    """Raises PolicyError for what is no service control policy, or names what is never there."""
    check_acceptable(parse_policy(text, PolicyKind.IDENTITY))


def check_rcp(text: str) -> None:
    """Raises PolicyError for what is no resource control policy, or names what is never there."""
    policy = parse_policy(text, PolicyKind.RESOURCE)
    if text != MANAGED["RCPFullAWSAccess"]:
        _check_rcp_rules(policy)
    check_acceptable(policy)


def _check_rcp_rules(policy: Policy) -> None:
    if policy.version != _VERSION:
        raise PolicyError("Version", f"must be {_VERSION} in a resource control policy")
    for statement in policy.statements:
        place = f"Statement[{statement.index}]"
        if statement.effect is not Effect.DENY:
            raise PolicyError(f"{place}.Effect", "must be Deny; RCPFullAWSAccess alone allows")
        if statement.principals != (EVERYONE,):
            raise PolicyError(f"{place}.Principal", 'must be "*" in a resource control policy')
        if statement.not_action:
            raise PolicyError(f"{place}.NotAction", "a resource control policy has no NotAction")
        if "*" in statement.actions:
            raise PolicyError(f"{place}.Action", 'must name a service in a resource control policy, not "*"')


def compile_scps(levels: tuple[tuple[str, ...], ...]) -> tuple[tuple[CompiledPolicy, ...], ...]:
    return tuple(tuple(_compiled(text, PolicyKind.IDENTITY) for text in level) for level in levels)


def compile_rcps(levels: tuple[tuple[str, ...], ...]) -> tuple[tuple[CompiledPolicy, ...], ...]:
    return tuple(tuple(_compiled(text, PolicyKind.RESOURCE) for text in level) for level in levels)


@lru_cache(maxsize=256)
def _compiled(text: str, kind: PolicyKind) -> CompiledPolicy:
    """One that could not be evaluated would have been refused at the start; it denies everything."""
    try:
        return compile_policy(parse_policy(text, kind))
    except PolicyError:
        forbidden = _FORBIDDEN_IN_SCPS if kind is PolicyKind.IDENTITY else _FORBIDDEN_IN_RCPS
        return compile_policy(parse_policy(forbidden, kind))


def with_control_policies(layers: Layers, members: Members, caller: Principal, owner: str) -> Layers:
    """`layers` and the control policies of the caller's account and of the resource's owner."""
    own, owners = members.get(caller.account_id), members.get(owner)
    if own is None and owners is None:
        return layers
    return layers._replace(scps=own.scps if own else (), rcps=owners.rcps if owners else ())


def organization_keys(
    members: Members, caller: Principal, owner: str, context: Context
) -> dict[str, str | tuple[str, ...]]:
    """The condition keys of a request on a resource of `owner`; those of the endpoint's owner where `context` tells
    who that is (aws:VpceAccount)."""
    keys: dict[str, str | tuple[str, ...]] = {}
    endpoint_owner = context.get(names.VPCE_ACCOUNT)
    subjects = (
        (
            "" if caller.kind in WITHOUT_ACCOUNT else caller.account_id,
            names.PRINCIPAL_ORG_ID,
            names.PRINCIPAL_ORG_PATHS,
        ),
        (owner, names.RESOURCE_ORG_ID, names.RESOURCE_ORG_PATHS),
        (endpoint_owner if isinstance(endpoint_owner, str) else "", names.VPCE_ORG_ID, names.VPCE_ORG_PATHS),
    )
    for account, id_key, paths_key in subjects:
        member = members.get(account)
        if member is not None:
            keys[id_key], keys[paths_key] = member.organization_id, (member.path,)
    return keys


def source_organization_keys(members: Members, account: str) -> dict[str, str | tuple[str, ...]]:
    """Of a request that a service makes in its own name, for a resource of `account`."""
    member = members.get(account)
    return {} if member is None else {SOURCE_ORG_ID: member.organization_id, SOURCE_ORG_PATHS: (member.path,)}


def same_organization(members: Members, account: str, other: str) -> bool:
    one, two = members.get(account), members.get(other)
    return one is not None and two is not None and one.organization_id == two.organization_id
