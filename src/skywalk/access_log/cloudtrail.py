"""A record in the shape of CloudTrail's network activity events for VPC endpoints.

`additionalEventData` is skywalk's own: the verdict, the layer and statement that decided, and all checks with their
condition keys. `eventTime` is when the request came. Unlike AWS, which does not tell an endpoint's owner much of other
accounts' callers, the whole caller is told.
Source: CloudTrail User Guide, "CloudTrail record contents for management, data, and network activity events" and
"CloudTrail userIdentity element".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from skywalk.policy.evaluate import ENDPOINT_POLICY
from skywalk.policy.principal import PrincipalKind

if TYPE_CHECKING:
    from skywalk.access_log.record import CheckRecord, Decided, Record
    from skywalk.policy.principal import Principal

EVENT_VERSION = "1.11"

_IDENTITY_TYPES = {
    PrincipalKind.ROOT: "Root",
    PrincipalKind.USER: "IAMUser",
    PrincipalKind.ROLE_SESSION: "AssumedRole",
    PrincipalKind.ANONYMOUS: "AWSAccount",
    PrincipalKind.SERVICE: "AWSService",
}


def event(record: Record) -> dict[str, Any]:
    """Ready for JSON."""
    code, message = error_of(record)
    told = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": user_identity(record.principal),
        "eventTime": moment(record.time, "seconds"),
        "eventSource": f"{_prefix(record)}.amazonaws.com",
        "eventName": event_name(record),
        "awsRegion": record.region,
        "sourceIPAddress": record.source,
        "userAgent": record.user_agent,
        "errorCode": code,
        "errorMessage": message,
        "requestID": record.request_id,
        "eventID": record.event_id,
        "eventType": "AwsVpceEvent",
        "resources": _resources(record),
        "recipientAccountId": record.owner_account_id,
        "vpcEndpointId": record.vpc_endpoint_id,
        "vpcEndpointAccountId": record.owner_account_id,
        "eventCategory": "NetworkActivity",
        "additionalEventData": _additional(record),
    }
    return {name: value for name, value in told.items() if value not in ("", [])}


def error_of(record: Record) -> tuple[str, str]:
    """`errorCode` and `errorMessage`, empty where there was no error that skywalk knows of: what a service's backend
    answers is not looked at."""
    code, message = record.error or ("", "")
    deciding = record.deciding
    if deciding is not None and not deciding.decided.allowed:
        if deciding.decided.by == ENDPOINT_POLICY:
            return "VpceAccessDenied", message
        return code or "AccessDenied", message  # without a code: of one object among several
    return code, message


def event_name(record: Record) -> str:
    deciding = record.deciding
    return record.operation or ("" if deciding is None else deciding.request.action.partition(":")[2])


def user_identity(principal: Principal | None) -> dict[str, Any]:
    """Who is anonymous is an account of that name."""
    if principal is None:
        return {"type": "Unknown"}
    identity: dict[str, Any] = {"type": _IDENTITY_TYPES.get(principal.kind, "Unknown")}
    if principal.kind is PrincipalKind.ANONYMOUS:
        return identity | {"principalId": "", "accountId": "anonymous"}
    if principal.kind is PrincipalKind.SERVICE:
        return identity | {"invokedBy": principal.arn}
    identity |= {"arn": principal.arn, "accountId": principal.account_id}
    if principal.kind is PrincipalKind.USER:
        identity["userName"] = principal.arn.rpartition("/")[2]
    if principal.role_arn is not None:
        name = principal.role_arn.rpartition("/")[2]
        issuer = {"type": "Role", "arn": principal.role_arn, "accountId": principal.account_id, "userName": name}
        identity["sessionContext"] = {"sessionIssuer": issuer}
    return identity


def moment(milliseconds: int, timespec: str = "milliseconds") -> str:
    """ISO 8601 in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec=timespec).removesuffix("+00:00") + "Z"


def _prefix(record: Record) -> str:
    """Of the service's actions."""
    deciding = record.deciding
    return record.service if deciding is None else deciding.request.action.partition(":")[0]


def _resources(record: Record) -> list[dict[str, str]]:
    """Each once; what has no ARN is no resource."""
    found = {
        check.request.resource: check.request.resource_account
        for question in record.questions
        for check in question
        if check.request.resource not in ("", "*")
    }
    return [{"ARN": arn, "accountId": account} for arn, account in found.items()]


def _additional(record: Record) -> dict[str, Any]:
    deciding = record.deciding
    told: dict[str, Any] = {"time": moment(record.time), "verdict": record.verdict}
    if deciding is not None:
        told |= {"action": deciding.request.action, **_decided(deciding.decided)}
        told["questions"] = [[_check(check, record) for check in question] for question in record.questions]
        told["context"] = record.context
    return told


def _check(check: CheckRecord, record: Record) -> dict[str, Any]:
    asked = check.request
    own = {key: value for key, value in asked.context.items() if record.context.get(key) != value}
    told: dict[str, Any] = {
        "action": asked.action,
        "resource": asked.resource,
        "resourceAccount": asked.resource_account,
        "verdict": "allowed" if check.decided.allowed else "denied",
        **_decided(check.decided),
    }
    if own:
        told["context"] = own
    if check.otherwise is not None:
        told["otherwise"] = {"verdict": "allowed" if check.otherwise.allowed else "denied", **_decided(check.otherwise)}
    return told


def _decided(decided: Decided) -> dict[str, Any]:
    told: dict[str, Any] = {"by": decided.by, "explicit": decided.explicit}
    return told if decided.statement is None else told | {"statement": decided.statement}
