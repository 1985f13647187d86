"""Whom statements name, where an endpoint or a condition makes something else of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from skywalk.policy.compiled import WITH_GATEWAY
from skywalk.policy.review.kind import ReviewedKind
from skywalk.policy.review.remark import Remark, error, warning

if TYPE_CHECKING:
    from skywalk.policy.review.subject import Subject

_ACCOUNT = re.compile(r"[0-9]{12}|arn:[^:]+:iam::[0-9]{12}:root", re.ASCII)
_EVERYONE = _EVERYTHING = "*"


def principals_at_gateway_endpoints(subject: Subject) -> Iterator[Remark]:
    """Source: PrivateLink Guide, "Control access to VPC endpoints using endpoint policies"."""
    is_gateway = subject.kind is ReviewedKind.GATEWAY
    if not is_gateway and (subject.kind is not ReviewedKind.ENDPOINT or not _may_be_at_gateway(subject)):
        return
    say = error if is_gateway else warning
    for principal, place in subject.principals:
        if principal == _EVERYONE:
            continue
        if _ACCOUNT.fullmatch(principal):
            text = (
                "at a gateway endpoint an account is its root user alone; a condition on aws:PrincipalAccount means"
                " everybody of it"
            )
            yield say(place, "account-means-root", text)
        else:
            text = 'a gateway endpoint takes "*" as principal alone; a condition on aws:PrincipalArn narrows it'
            yield say(place, "principal-at-gateway-endpoint", text)


def _may_be_at_gateway(subject: Subject) -> bool:
    """Whether an action may be of a service that has gateway endpoints."""
    return subject.action_element == "NotAction" or any(
        action.text == _EVERYTHING or action.text.lower().startswith(WITH_GATEWAY) for action in subject.actions
    )


def allowed_to_everyone(subject: Subject) -> Iterator[Remark]:
    """In a resource policy: anybody, of any account, signed or not."""
    if subject.kind is not ReviewedKind.RESOURCE or not subject.allows or subject.conditions:
        return
    for principal, place in subject.principals:
        if principal == _EVERYONE:
            yield warning(place, "open-to-everyone", "allows everybody, without condition: callers without account too")
