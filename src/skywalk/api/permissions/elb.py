"""Permissions of Elastic Load Balancing's calls: one check for each ARN that a request names, `*` where it names none.

Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Elastic Load Balancing V2":
Describe actions have no resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skywalk.api.permissions.check import EVERYTHING, Check, texts

_ARN = "arn:aws:elasticloadbalancing:"


def elb_checks(action: str, request: Mapping[str, Any], account_id: str) -> list[Check]:
    name = f"elasticloadbalancing:{action}"
    arns: dict[str, None] = {}
    if not action.startswith("Describe"):
        arns = {text: None for _, text in texts(dict(request)) if text.startswith(_ARN)}
    if not arns:
        return [Check(name, EVERYTHING, None, account_id)]
    return [Check(name, arn, arn, account_id) for arn in arns]
