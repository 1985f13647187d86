"""How a request's context is made of condition keys.

Source: IAM User Guide, "AWS global condition context keys". The network keys come from the data plane (which
endpoint a socket belongs to), never from anything a client sends; a request that did not come through an endpoint
has none of them. Keys of EC2, IAM and STS, and those of resources' tags, are in the requests of these services alone:
S3 and DynamoDB look at tags only where an account has asked for it, which cannot be done here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from skywalk.policy.keys.names import (
    PRINCIPAL_ACCOUNT,
    PRINCIPAL_ARN,
    REQUESTED_REGION,
    SECURE_TRANSPORT,
    SOURCE_VPC,
    SOURCE_VPC_ARN,
    SOURCE_VPCE,
    VPC_SOURCE_IP,
    VPCE_ACCOUNT,
)
from skywalk.policy.principal import WITHOUT_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skywalk.policy.principal import Principal
    from skywalk.values.addresses import Address
    from skywalk.values.tags import Tag

Context = Mapping[str, str | tuple[str, ...]]
"""Lower-cased key → its value, or its values where the key holds several. A key without a value is left out."""

NO_KEYS: Context = MappingProxyType({})


def tag_keys(tags: Iterable[tuple[str, str]], *families: str) -> dict[str, str | tuple[str, ...]]:
    """One key for each tag in each of `families` (RESOURCE_TAG and so on); none for tags that differ in case alone.

    Source: IAM User Guide, "AWS global condition context keys", aws:ResourceTag: either of two such tags meets a
    condition, "but not both".
    """
    found: dict[str, str] = {}
    twice: set[str] = set()
    for key, value in tags:
        name = key.lower()
        if name in found:
            twice.add(name)
        found[name] = value
    return {f"{family}{name}": value for name, value in found.items() if name not in twice for family in families}


def tag_context(tags: Iterable[Tag], *families: str) -> dict[str, str | tuple[str, ...]]:
    """As `tag_keys`, of tags that are kept here."""
    return tag_keys(((tag.key, tag.value) for tag in tags), *families)


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
    *,
    secure_transport: bool,
    source_vpce: str | None = None,
    source_vpc: str | None = None,
    source_vpc_arn: str | None = None,
    vpce_account: str | None = None,
) -> dict[str, str | tuple[str, ...]]:
    """The keys that all requests have in common which come the same way."""
    context: dict[str, str | tuple[str, ...]] = {SECURE_TRANSPORT: "true" if secure_transport else "false"}
    of_the_endpoint = {
        SOURCE_VPCE: source_vpce,
        SOURCE_VPC: source_vpc,
        SOURCE_VPC_ARN: source_vpc_arn,
        VPCE_ACCOUNT: vpce_account,
    }
    context.update({key: value for key, value in of_the_endpoint.items() if value is not None})
    return context


NO_ENDPOINT: Context = network_context(secure_transport=True)
"""Of calls that came through no endpoint, over HTTPS."""


def principal_context(principal: Principal) -> dict[str, str | tuple[str, ...]]:
    """The keys that follow from the caller: none for anonymous ones; a session has its role's ARN."""
    if principal.kind in WITHOUT_ACCOUNT:
        return {}
    return {PRINCIPAL_ARN: principal.role_arn or principal.arn, PRINCIPAL_ACCOUNT: principal.account_id}
