"""Which condition keys skywalk sets in its requests, and the check of a policy that is about to be accepted.

Everything that accepts a policy document asks for it (`policy.acceptance`): endpoint policies, IAM's (inline,
managed, trust, boundaries, session policies), control policies, and the policies of buckets, tables, queues and all
other resources. What is stored is not checked again.

To carry another key, set it in the requests and name it here, lower-cased: in `EVERYWHERE` if every service's requests
have it, else with its service in `OF_SERVICE`. A name that ends in `/` or `:` is a family: `aws:requesttag/` stands for
`aws:RequestTag/team`.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from skywalk.policy.document import PolicyKind
from skywalk.policy.errors import PolicyError, not_supported, shown
from skywalk.policy.keys import names
from skywalk.policy.keys.known import GLOBAL_KEYS, global_name, service_has, services_with
from skywalk.policy.keys.of_api import (
    EC2_KEYS,
    IAM_KEYS,
    NEVER_IN_EC2,
    NEVER_IN_IAM,
    NEVER_IN_STS,
    RESOLVER_KEYS,
    ROUTE53_KEYS,
    STS_KEYS,
    UNKNOWN_IN_EC2,
    is_of_identity_provider,
)
from skywalk.policy.keys.of_modelled import keys_of_modelled
from skywalk.policy.keys.storage import DYNAMODB_KEYS, NEVER_IN_DYNAMODB, NEVER_IN_S3, S3_KEYS
from skywalk.policy.variables import has_variables, variable_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from skywalk.policy.document import Policy, Statement
    from skywalk.policy.elements import Condition

EVERYWHERE = frozenset(
    {
        *names.NETWORK_KEYS,
        names.SECURE_TRANSPORT,
        names.PRINCIPAL_ARN,
        names.PRINCIPAL_ACCOUNT,
        names.PRINCIPAL_TYPE,
        names.PRINCIPAL_TAG,
        names.PRINCIPAL_IS_AWS_SERVICE,
        names.PRINCIPAL_ORG_ID,
        names.PRINCIPAL_ORG_PATHS,
        names.USER_ID,
        names.USER_NAME,
        names.TOKEN_ISSUE_TIME,
        names.MULTI_FACTOR_AUTH_PRESENT,
        names.SOURCE_IDENTITY,
        names.EC2_INSTANCE_SOURCE_VPC,
        names.EC2_INSTANCE_SOURCE_PRIVATE_IPV4,
        names.EC2_SOURCE_INSTANCE_ARN,
        names.EC2_ROLE_DELIVERY,
        names.CURRENT_TIME,
        names.EPOCH_TIME,
        names.USER_AGENT,
        names.REFERER,
        names.REQUESTED_REGION,
        names.VIA_AWS_SERVICE,
        names.CALLED_VIA,
        names.CALLED_VIA_FIRST,
        names.CALLED_VIA_LAST,
        names.RESOURCE_ACCOUNT,
        names.RESOURCE_ORG_ID,
        names.RESOURCE_ORG_PATHS,
    }
)
"""The keys that a request to any service may have."""

NEVER_HERE = frozenset(
    {
        # Nobody has MFA, no root is assumed centrally, nobody is federated.
        "aws:assumedroot",
        "aws:federatedprovider",
        "aws:multifactorauthage",
        # Credentials that other services hand out; here EC2 alone does.
        "aws:chatbotsourcearn",
        "codebuild:buildarn",
        "codebuild:projectarn",
        "glue:credentialissuingservice",
        "glue:roleassumedby",
        "identitystore:userid",
        "lambda:sourcefunctionarn",
        "ssm:sourceinstancearn",
        # Ways that requests do not come: as an agent's tool, or from a service that calls for itself; SNS does, and its
        # deliveries to queues have these keys.
        names.PRINCIPAL_SERVICE_NAME,
        names.PRINCIPAL_SERVICE_NAMES_LIST,
        names.SOURCE_ACCOUNT,
        names.SOURCE_ARN,
        "aws:calledviaawsmcp",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:viaawsmcpservice",
    }
)
"""Keys whose circumstances do not occur here: that they are absent is the truth, and policies may name them."""

_OF_TAGS = frozenset({names.REQUEST_TAG, names.RESOURCE_TAG, names.TAG_KEYS})

OF_SERVICE: Mapping[str, frozenset[str]] = {
    **keys_of_modelled(),
    "dynamodb": frozenset({*_OF_TAGS, *DYNAMODB_KEYS, *NEVER_IN_DYNAMODB}),
    "ec2": EC2_KEYS | NEVER_IN_EC2,
    "iam": IAM_KEYS | NEVER_IN_IAM,
    "route53": ROUTE53_KEYS,
    "route53resolver": RESOLVER_KEYS,
    # Of S3 tags count only where a bucket's owner has asked for it, which cannot be done here.
    "s3": frozenset({names.RESOURCE_TAG, *S3_KEYS, *NEVER_IN_S3}),
    "sts": STS_KEYS | NEVER_IN_STS,
}
"""The keys of requests to one service, by the service of its actions."""

DECIDED = frozenset({*OF_SERVICE, "vpce"})
"""The services whose requests are decided here. Of others there are none, so that their keys refuse nothing: Elastic
Load Balancing is one of these, of which no action is served."""

_WILDCARDS = re.compile(r"[*?]")


class InvalidKey(PolicyError):
    """A resource's policy names a key that no request for the resource has at AWS, which S3 refuses. Policies of IAM
    and of endpoints may."""


class _Standing(Enum):
    SET = "set where its circumstances are met"
    NOT_SUPPORTED = "AWS sets it, skywalk does not"
    NO_SUCH = "nobody sets it"


def check_keys(policy: Policy) -> None:
    """Raises PolicyError for a key that AWS sets for the statement's actions and skywalk does not ("not supported
    yet"), and InvalidKey in a resource's policy for one that AWS does not have."""
    for statement in policy.statements:
        services = _services(statement)
        for condition in statement.conditions:
            place = _place(statement, condition)
            standing = _standing(condition.key, services)
            if standing is _Standing.NOT_SUPPORTED:
                raise _not_supported(place, condition.key)
            if standing is _Standing.NO_SUCH and policy.kind is PolicyKind.RESOURCE:
                raise InvalidKey(place, "no such condition key")
        _check_variables(statement, services, policy.version)


def is_carried(key: str, service: str) -> bool:
    """Whether the requests to a service (`s3`) have the key (lower-cased) when its circumstances are met."""
    if _is_carried_everywhere(key) or _is_in(key, OF_SERVICE.get(service, frozenset())):
        return True
    return service == "sts" and is_of_identity_provider(key)


def _check_variables(statement: Statement, services: frozenset[str] | None, version: str) -> None:
    """Those that nobody has are as AWS has it: the text that they stand in is never met."""
    for text, place in _texts(statement):
        for key in variable_keys(text) if has_variables(text, version) else ():
            if _standing(key, services) is _Standing.NOT_SUPPORTED:
                raise _not_supported(f"{place} (policy variable in {shown(text)})", key)


def _not_supported(place: str, key: str) -> PolicyError:
    reason = UNKNOWN_IN_EC2.get(key)
    return not_supported(place) if reason is None else PolicyError(place, f"not supported yet: {reason}")


def _standing(key: str, services: frozenset[str] | None) -> _Standing:
    """`services` are those of the statement's actions, None for all."""
    if _is_carried_everywhere(key):
        return _Standing.SET
    if services is None:
        if any(is_carried(key, service) for service in OF_SERVICE):
            return _Standing.SET
        owners = services_with(key)
        if global_name(key) is not None or not DECIDED.isdisjoint(owners):
            return _Standing.NOT_SUPPORTED
        return _Standing.SET if owners else _Standing.NO_SUCH
    carrying = {service for service in services if is_carried(key, service)}
    if key in GLOBAL_KEYS and key != names.TAG_KEYS and not carrying:
        return _Standing.NOT_SUPPORTED
    having = {service for service in services - carrying if service_has(service, key)}
    if not having.isdisjoint(DECIDED):
        return _Standing.NOT_SUPPORTED
    # A global key of tags that is none of this service's is absent at AWS as well.
    return _Standing.SET if carrying or having or global_name(key) is not None else _Standing.NO_SUCH


def _is_carried_everywhere(key: str) -> bool:
    return key in NEVER_HERE or _is_in(key, EVERYWHERE)


def _is_in(key: str, keys: frozenset[str]) -> bool:
    if key in keys:
        return not key.endswith(("/", ":"))
    return any(key.startswith(family) for family in keys if family.endswith(("/", ":")))


def _services(statement: Statement) -> frozenset[str] | None:
    """The services whose actions the statement names; None where it may be any."""
    found = {action.partition(":")[0].lower() for action in statement.actions}
    return None if statement.not_action or any(map(_WILDCARDS.search, found)) else frozenset(found)


def _place(statement: Statement, condition: Condition) -> str:
    return f"Statement[{statement.index}].Condition.{condition.operator}.{shown_key(condition.key)}"


def _texts(statement: Statement) -> Iterator[tuple[str, str]]:
    """Every text that may hold variables, with its place."""
    for condition in statement.conditions:
        yield from ((value, _place(statement, condition)) for value in condition.values)
    element = "NotResource" if statement.not_resource else "Resource"
    yield from ((text, f"Statement[{statement.index}].{element}") for text in statement.resources)


def shown_key(key: str) -> str:
    """A key (lower-cased) as AWS writes it, where it is one of its global ones."""
    return (global_name(key) or key)[:80]
