"""Random requests to decide by random policies."""

from __future__ import annotations

import random
from typing import Any

from skywalk.policy.context import principal_context
from skywalk.policy.principal import (
    ANONYMOUS,
    Principal,
    PrincipalKind,
    root_principal,
    service_principal,
    session_principal,
)
from support.random_policies import ANY_VALUES, OTHER, OWNER, ROLE_ID, SESSION, STRANGER, USER, USER_ID

CALLERS = [
    USER,
    SESSION,
    STRANGER,
    ANONYMOUS,
    root_principal(OWNER),
    root_principal(OTHER),
    session_principal(OTHER, "app", "s"),
    service_principal("ec2.amazonaws.com"),
    Principal(PrincipalKind.FEDERATED_USER, f"arn:aws:sts::{OWNER}:federated-user/ana", OWNER),
]


def random_case(chance: random.Random) -> tuple[dict[str, Any], Principal]:
    caller = chance.choice(CALLERS)
    context: dict[str, Any] = dict(principal_context(caller))
    context["aws:securetransport"] = chance.choice(["true", "false"])
    drawn: dict[str, list[Any]] = {
        "aws:sourcevpce": ["vpce-1", "vpce-2", "vpce-3", ("vpce-1", "vpce-9"), *ANY_VALUES],
        "ec2:region": ANY_VALUES,
        "aws:sourcevpc": ["vpc-1", "vpc-2"],
        "aws:vpcsourceip": ["10.0.0.1", "10.0.0.2"],
        "aws:principaltag/team": ["bank", "true", "", "7", "b*", "vpce-1", "bank/k"],
        "s3:prefix": ["bank", "b", "*", "x", "210987654321", "ana/k", "?", "123:user/a"],
        "aws:tagkeys": [("7",), ("k", "true"), "bank", ()],
        "aws:username": ["k", "ana", "*", "a?b"],
    }
    if caller.kind is PrincipalKind.USER:
        context["aws:userid"] = USER_ID
    elif caller.kind is PrincipalKind.ROLE_SESSION:
        context["aws:userid"] = f"{ROLE_ID}:i-1"
    for key, values in drawn.items():
        if chance.random() < 0.7:
            context[key] = chance.choice(values)
    return {
        "action": chance.choice(["s3:GetObject", "s3:PutObject", "s3:ListBucket"]),
        "resource": "arn:aws:s3:::"
        + chance.choice(["a", "b", "bank", "bank-2", "b-2"])
        + chance.choice(["", "/k", "/a\nb", "/a/b/c", "/axb", "/*", "/a:b", "/bank:b", "/x?", "/ba?"]),
        "caller": {
            "kind": "anonymous" if caller.kind is PrincipalKind.ANONYMOUS else caller.kind.value,
            "arn": caller.arn,
            "account": caller.account_id,
            "role_arn": caller.role_arn,
        },
        "context": context,
        "resource_account": OWNER,
    }, caller
