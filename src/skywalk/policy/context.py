"""Condition keys: those that policies may name so far, their types, and how a request's context is made.

Source: IAM User Guide, "AWS global condition context keys". The network keys come from the data plane (which
endpoint a socket belongs to), never from anything a client sends; a request that did not come through an endpoint
has none of them. Keys of EC2, IAM and STS, and those of resources' tags, are in the requests of these services alone:
S3 and DynamoDB look at tags only where an account has asked for it, which cannot be done here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from skywalk.policy.principal import WITHOUT_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skywalk.policy.principal import Principal
    from skywalk.values.addresses import Address
    from skywalk.values.tags import Tag

Context = Mapping[str, str | tuple[str, ...]]
"""Lower-cased key → its value, or its values where the key holds several. A key without a value is left out."""

NO_KEYS: Context = MappingProxyType({})


class KeyType(Enum):
    """What a key's text means; the string operators take every type as text."""

    STRING = "String"
    ARN = "ARN"
    IP_ADDRESS = "IP address"
    BOOLEAN = "Boolean"


SOURCE_VPCE = "aws:sourcevpce"
SOURCE_VPC = "aws:sourcevpc"
VPC_SOURCE_IP = "aws:vpcsourceip"
PRINCIPAL_ARN = "aws:principalarn"
PRINCIPAL_ACCOUNT = "aws:principalaccount"
RESOURCE_ACCOUNT = "aws:resourceaccount"
"""Who owns what is asked for."""
SECURE_TRANSPORT = "aws:securetransport"
REQUESTED_REGION = "aws:requestedregion"
"""The region whose endpoint is called; us-east-1 for IAM."""
EC2_REGION = "ec2:region"
PASSED_TO_SERVICE = "iam:passedtoservice"
"""Of iam:PassRole: the service that the role is handed to (`ec2.amazonaws.com`)."""
AWS_SERVICE_NAME = "iam:awsservicename"
"""Of CreateServiceLinkedRole, which is not served: no request has it."""
EXTERNAL_ID = "sts:externalid"
"""Of AssumeRole, where the caller gives one."""

KEY_TYPES: Mapping[str, KeyType] = {
    SOURCE_VPCE: KeyType.STRING,
    SOURCE_VPC: KeyType.STRING,
    VPC_SOURCE_IP: KeyType.IP_ADDRESS,
    PRINCIPAL_ARN: KeyType.ARN,
    PRINCIPAL_ACCOUNT: KeyType.STRING,
    RESOURCE_ACCOUNT: KeyType.STRING,
    SECURE_TRANSPORT: KeyType.BOOLEAN,
    REQUESTED_REGION: KeyType.STRING,
    EC2_REGION: KeyType.STRING,
    PASSED_TO_SERVICE: KeyType.STRING,
    AWS_SERVICE_NAME: KeyType.STRING,
    EXTERNAL_ID: KeyType.STRING,
}

RESOURCE_TAG, EC2_RESOURCE_TAG, IAM_RESOURCE_TAG = "aws:resourcetag/", "ec2:resourcetag/", "iam:resourcetag/"
"""Keys that a tag's key follows, in whatever case: `aws:ResourceTag/team`."""


def is_known_key(key: str) -> bool:
    """Whether policies may name this key (lower-cased)."""
    if key in KEY_TYPES:
        return True
    return any(
        len(key) > len(head) and key.startswith(head) for head in (RESOURCE_TAG, EC2_RESOURCE_TAG, IAM_RESOURCE_TAG)
    )


def tag_context(tags: Iterable[Tag], *families: str) -> dict[str, str | tuple[str, ...]]:
    """The keys of a resource's tags, in each of `families` (RESOURCE_TAG and so on)."""
    return {f"{family}{tag.key.lower()}": tag.value for tag in tags for family in families}


def request_context(
    principal: Principal,
    *,
    secure_transport: bool,
    source_vpce: str | None = None,
    source_vpc: str | None = None,
    vpc_source_ip: Address | None = None,
    requested_region: str | None = None,
) -> Context:
    """The context of one request; the three network keys are given for requests through an endpoint only."""
    context = principal_context(principal)
    if requested_region is not None:
        context[REQUESTED_REGION] = requested_region
    context.update(network_context(secure_transport=secure_transport, source_vpce=source_vpce, source_vpc=source_vpc))
    if vpc_source_ip is not None:
        context[VPC_SOURCE_IP] = str(vpc_source_ip)
    return context


def network_context(
    *, secure_transport: bool, source_vpce: str | None = None, source_vpc: str | None = None
) -> dict[str, str | tuple[str, ...]]:
    """The keys that all requests have in common which come the same way."""
    context: dict[str, str | tuple[str, ...]] = {SECURE_TRANSPORT: "true" if secure_transport else "false"}
    if source_vpce is not None:
        context[SOURCE_VPCE] = source_vpce
    if source_vpc is not None:
        context[SOURCE_VPC] = source_vpc
    return context


NO_ENDPOINT: Context = network_context(secure_transport=True)
"""Of calls that came through no endpoint, over HTTPS."""


def principal_context(principal: Principal) -> dict[str, str | tuple[str, ...]]:
    """The keys that follow from the caller: none for anonymous ones; a session has its role's ARN."""
    if principal.kind in WITHOUT_ACCOUNT:
        return {}
    return {PRINCIPAL_ARN: principal.role_arn or principal.arn, PRINCIPAL_ACCOUNT: principal.account_id}
