"""Parse and check a policy document into a frozen value.

Everything that the evaluator does not know is refused here, with its place in the document: an element that were
merely skipped would change what the policy allows. Whether the condition keys are ones that requests have is asked
where documents are accepted (`keys.carried`).
Source: IAM User Guide, "IAM JSON policy elements reference" and "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from skywalk.policy import elements
from skywalk.policy.errors import PolicyError, shown
from skywalk.policy.json_text import parse_json
from skywalk.policy.match import complete_arn
from skywalk.policy.principal_element import read_principals

if TYPE_CHECKING:
    from skywalk.policy.elements import Condition
    from skywalk.policy.principal import NamedPrincipal


class PolicyKind(Enum):
    """What a policy is attached to, which decides the elements it must and must not have."""

    ENDPOINT = "endpoint"
    IDENTITY = "identity"
    RESOURCE = "resource"
    TRUST = "trust"


class Effect(Enum):
    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; `index` is its place, from 0. `principals` is empty in identity policies, `resources` in
    trust policies. `not_action`, `not_resource`, `not_principal`: all actions, resources, callers are meant but
    those."""

    index: int
    sid: str | None
    effect: Effect
    principals: tuple[NamedPrincipal, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]
    not_action: bool = False
    not_resource: bool = False
    not_principal: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    kind: PolicyKind
    version: str
    id: str | None
    statements: tuple[Statement, ...]


VERSIONS = ("2012-10-17", "2008-10-17")
DEFAULT_VERSION = "2008-10-17"

MAXIMUM_CHARACTERS = {
    # AWS PrivateLink Guide, "Control access to VPC endpoints": white space counts.
    PolicyKind.ENDPOINT: 20_480,
    # IAM API Reference, PutRolePolicy and CreateRole: the longest parameter; IAM's quotas without white space are
    # the caller's, since they differ by who carries the policy.
    PolicyKind.IDENTITY: 131_072,
    PolicyKind.TRUST: 131_072,
    # KMS Developer Guide, "Resource quotas": a key's may be longest, and each service has its own limit.
    PolicyKind.RESOURCE: 32_768,
}

_ALPHANUMERIC = re.compile(r"[A-Za-z0-9]*")
_WITH_COMPLEMENT = ("Principal", "Action", "Resource")
_ELEMENTS = frozenset(
    {"Sid", "Effect", "Condition", *_WITH_COMPLEMENT, *(f"Not{element}" for element in _WITH_COMPLEMENT)}
)


def parse_policy(text: str, kind: PolicyKind) -> Policy:
    """The policy that `text` states. Raises PolicyError for all that is malformed or not supported yet."""
    limit = MAXIMUM_CHARACTERS[kind]
    if len(text) > limit:
        raise PolicyError("", f"the document has {len(text)} characters; at most {limit} are allowed")
    document = parse_json(text)
    if not isinstance(document, dict):
        raise PolicyError("", "the document is not a JSON object")
    for name in document:
        if name not in ("Version", "Id", "Statement"):
            raise PolicyError(shown(name), "no such element of a policy")
    version = document.get("Version", DEFAULT_VERSION)
    if version not in VERSIONS or type(version) is not str:
        raise PolicyError("Version", f"must be {VERSIONS[0]} or {VERSIONS[1]}")
    identifier = document.get("Id")
    if "Id" in document and type(identifier) is not str:
        raise PolicyError("Id", "must be a string")
    statements = _read_statements(document, kind, version)
    if kind in (PolicyKind.IDENTITY, PolicyKind.TRUST):
        _check_sids(statements)
    return Policy(kind, version, identifier, statements)


def check_complete(policy: Policy) -> None:
    """Raises PolicyError for an incomplete ARN: identity policies may have them, those of sessions may not.

    Source: IAM User Guide, "Identify AWS resources with Amazon Resource Names", wildcards in ARNs.
    """
    for statement in policy.statements:
        for resource in statement.resources:
            if complete_arn(resource) != resource:
                place = f"Statement[{statement.index}].{'NotResource' if statement.not_resource else 'Resource'}"
                raise PolicyError(place, f"{shown(resource)} is not complete, as a session's policy must have it")


def _read_statements(document: dict[str, Any], kind: PolicyKind, version: str) -> tuple[Statement, ...]:
    if "Statement" not in document:
        raise PolicyError("Statement", "missing")
    listed = document["Statement"]
    if isinstance(listed, dict):
        return (_read_statement(listed, 0, "Statement", kind, version),)
    if not isinstance(listed, list):
        raise PolicyError("Statement", "must be an object or a list of objects")
    if not listed:
        raise PolicyError("Statement", "must not be empty")
    return tuple(_read_statement(one, index, f"Statement[{index}]", kind, version) for index, one in enumerate(listed))


def _read_statement(statement: Any, index: int, place: str, kind: PolicyKind, version: str) -> Statement:
    if not isinstance(statement, dict):
        raise PolicyError(place, "must be an object")
    for name in statement:
        if name not in _ELEMENTS:
            raise PolicyError(place, f"no such element of a statement: {shown(name)}")
    sid = statement.get("Sid")
    if "Sid" in statement and type(sid) is not str:
        raise PolicyError(f"{place}.Sid", "must be a string")
    return Statement(
        index=index,
        sid=sid,
        effect=_read_effect(statement, place),
        principals=_read_principals(statement, place, kind),
        actions=_read_actions(statement, place),
        resources=_read_resources(statement, place, kind, version),
        conditions=elements.read_conditions(statement.get("Condition", {}), f"{place}.Condition", version),
        not_action="NotAction" in statement,
        not_resource="NotResource" in statement,
        not_principal="NotPrincipal" in statement,
    )


def _required(statement: dict[str, Any], name: str, place: str) -> Any:
    if name not in statement:
        raise PolicyError(f"{place}.{name}", "missing")
    return statement[name]


def _read_effect(statement: dict[str, Any], place: str) -> Effect:
    effect = _required(statement, "Effect", place)
    if effect not in ("Allow", "Deny") or type(effect) is not str:
        raise PolicyError(f"{place}.Effect", "must be Allow or Deny")
    return Effect(effect)


def _read_principals(statement: dict[str, Any], place: str, kind: PolicyKind) -> tuple[NamedPrincipal, ...]:
    if kind is PolicyKind.IDENTITY:
        for name in ("Principal", "NotPrincipal"):
            if name in statement:
                raise PolicyError(f"{place}.{name}", f"an identity-based policy has no {name}")
        return ()
    name = _one_of_two(statement, "Principal", place)
    if name == "NotPrincipal" and kind is PolicyKind.TRUST:
        # Source: IAM User Guide, "AWS JSON policy elements: NotPrincipal".
        raise PolicyError(f"{place}.{name}", "a role trust policy has no NotPrincipal")
    return read_principals(statement[name], f"{place}.{name}", canonical=kind is PolicyKind.RESOURCE)


def _read_actions(statement: dict[str, Any], place: str) -> tuple[str, ...]:
    name = _one_of_two(statement, "Action", place)
    return elements.read_actions(statement[name], f"{place}.{name}")


def _read_resources(statement: dict[str, Any], place: str, kind: PolicyKind, version: str) -> tuple[str, ...]:
    if kind is PolicyKind.TRUST:
        for name in ("Resource", "NotResource"):
            if name in statement:
                raise PolicyError(f"{place}.{name}", f"a role trust policy has no {name}")
        return ()
    name = _one_of_two(statement, "Resource", place)
    complete = kind is not PolicyKind.IDENTITY
    return elements.read_resources(statement[name], f"{place}.{name}", version, complete=complete)


def _one_of_two(statement: dict[str, Any], name: str, place: str) -> str:
    """The element or its complement, whichever is there."""
    complement = f"Not{name}"
    if complement not in statement:
        _required(statement, name, place)
        return name
    if name in statement:
        raise PolicyError(f"{place}.{complement}", f"stands beside {name}; a statement has one of the two")
    return complement


def _check_sids(statements: tuple[Statement, ...]) -> None:
    """IAM's own policies: alphanumeric and unique. Source: IAM User Guide, "IAM JSON policy elements: Sid"."""
    seen: set[str] = set()
    for statement in statements:
        sid = statement.sid
        if not sid:
            continue
        if _ALPHANUMERIC.fullmatch(sid) is None:
            raise PolicyError(f"Statement[{statement.index}].Sid", "must be alphanumeric")
        if sid in seen:
            raise PolicyError(f"Statement[{statement.index}].Sid", f"{shown(sid)} is used twice")
        seen.add(sid)
