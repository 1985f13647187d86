"""How S3 refuses: its error document, and its choice between the long text and `Access Denied`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skywalk.edge.services.s3.mapping import ALL_BUCKETS
from skywalk.edge.services.s3.xml_text import DECLARATION, element
from skywalk.policy.evaluate import ENDPOINT_POLICY
from skywalk.policy.principal import PrincipalKind
from skywalk.policy.wording import refusal_text
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skywalk.edge.authorize import Check
    from skywalk.policy.evaluate import Decision
    from skywalk.policy.principal import Principal


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def access_denied(
    decision: Decision,
    check: Check,
    principal: Principal,
    resource_account: str,
    *,
    of_one_organization: bool = False,
) -> AwsError:
    """AccessDenied for a refused check; the long text is for callers of the resource's own account and, unless an
    endpoint policy refuses, of its organization.

    Source: S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors".
    """
    is_told = of_one_organization and decision.by != ENDPOINT_POLICY
    if principal.kind is PrincipalKind.ANONYMOUS or (principal.account_id != resource_account and not is_told):
        return AwsError("AccessDenied", "Access Denied", 403)
    resource = None if check.resource == ALL_BUCKETS else f'"{check.resource}"'
    return AwsError("AccessDenied", refusal_text(decision, principal, check.action, resource), 403)


def render_error(error: AwsError, request_id: str, host_id: str, details: Sequence[tuple[str, str]] = ()) -> bytes:
    """S3's error document; `details` are further elements that some codes have."""
    fields = (
        ("Code", error.code),
        ("Message", error.message),
        *details,
        ("RequestId", request_id),
        ("HostId", host_id),
    )
    inner = "".join(element(name, text) for name, text in fields)
    return f"{DECLARATION}<Error>{inner}</Error>".encode()


def error_answer(
    error: AwsError, method: str, request_id: str, host_id: str, details: Sequence[tuple[str, str]] = ()
) -> ErrorAnswer:
    """The whole answer; to HEAD it has no body, and clients go by the status alone."""
    headers = (
        ("x-amz-request-id", request_id),
        ("x-amz-id-2", host_id),
        ("content-type", "application/xml"),
    )
    body = b"" if method == "HEAD" else render_error(error, request_id, host_id, details)
    return ErrorAnswer(error.status, headers, body)
