"""The condition keys that follow from who calls, and from the credentials that the caller has.

Nothing of it is in the request: it is in the rows of users and roles, and in the token of a session, which the region's
key authenticates. Source: IAM User Guide, "AWS global condition context keys" and "IAM policy elements: Variables and
tags", where the values of each kind of principal are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from skywalk.policy.keys import names
from skywalk.policy.principal import PrincipalKind
from skywalk.values.clock import format_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from skywalk.policy.principal import Principal
    from skywalk.values.tags import Tag

_TYPES = {
    PrincipalKind.ANONYMOUS: "Anonymous",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
    PrincipalKind.ROLE_SESSION: "AssumedRole",
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
}


class Credentials(Protocol):
    """What a caller's credentials say, as `identity.caller.Caller` has it."""

    @property
    def principal_id(self) -> str: ...
    @property
    def user_name(self) -> str | None: ...
    @property
    def is_temporary(self) -> bool: ...
    @property
    def issued_at(self) -> datetime | None: ...
    @property
    def session_tags(self) -> Iterable[Tag]: ...
    @property
    def source_identity(self) -> str | None: ...
    @property
    def issued_vpc_id(self) -> str | None: ...
    @property
    def issued_private_ip(self) -> str | None: ...
    @property
    def issued_instance_arn(self) -> str | None: ...
    @property
    def role_delivery(self) -> str | None: ...


def caller_context(
    principal: Principal, credentials: Credentials, tags: Iterable[Tag]
) -> dict[str, str | tuple[str, ...]]:
    """The keys of one caller; `tags` are those of its user or role. A session's tags go before its role's."""
    context: dict[str, str | tuple[str, ...]] = {names.PRINCIPAL_TYPE: _TYPES[principal.kind]}
    context[names.USER_ID] = credentials.principal_id
    if principal.kind is PrincipalKind.ANONYMOUS:
        return context
    context[names.PRINCIPAL_ARN] = principal.role_arn or principal.arn
    context[names.PRINCIPAL_ACCOUNT] = principal.account_id
    context[names.PRINCIPAL_IS_AWS_SERVICE] = "false"
    context[names.VIA_AWS_SERVICE] = "false"
    if credentials.user_name is not None:
        context[names.USER_NAME] = credentials.user_name
    for tag in (*tags, *credentials.session_tags):
        context[f"{names.PRINCIPAL_TAG}{tag.key.lower()}"] = tag.value
    if credentials.is_temporary:
        context.update(_session_context(credentials))
    return context


def _session_context(credentials: Credentials) -> dict[str, str]:
    """The keys of temporary credentials; nobody has MFA here."""
    issued_at = credentials.issued_at
    given = {
        names.MULTI_FACTOR_AUTH_PRESENT: "false",
        names.TOKEN_ISSUE_TIME: None if issued_at is None else format_seconds(issued_at),
        names.SOURCE_IDENTITY: credentials.source_identity,
        names.EC2_INSTANCE_SOURCE_VPC: credentials.issued_vpc_id,
        names.EC2_INSTANCE_SOURCE_PRIVATE_IPV4: credentials.issued_private_ip,
        names.EC2_SOURCE_INSTANCE_ARN: credentials.issued_instance_arn,
        names.EC2_ROLE_DELIVERY: credentials.role_delivery,
    }
    return {key: value for key, value in given.items() if value is not None}
