"""Policies of resources as tests write them, and how clients are refused by them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support import edge_rows as rows

OTHERS = f"arn:aws:iam::{rows.OTHER_ACCOUNT}:root"
OWN = f"arn:aws:iam::{rows.ACCOUNT}:root"


def statement(action: Any, principal: Any, resource: str = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def identity(*actions: str) -> str:
    return json.dumps({"Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*"}})


def refusal(call: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error: Any = caught.value.response["Error"]
    return error["Code"], error["Message"]


def denied(call: Any, **parameters: Any) -> str:
    """Why."""
    code, message = refusal(call, **parameters)
    assert code in ("AccessDenied", "AccessDeniedException", "AuthorizationError"), (code, message)
    return message.partition(" because ")[2]


NOT_ALLOWED = "no resource-based policy allows the {} action"
EXPLICIT = "with an explicit deny in a resource-based policy"
