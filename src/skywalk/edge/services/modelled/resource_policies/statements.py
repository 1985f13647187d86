"""Policies to which statements are added, and taken from, by their labels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Document = dict[str, Any]


def read_document(text: str | None, empty: Mapping[str, Any]) -> Document:
    """The document of a policy that is kept; `empty` where there is none."""
    document: Document = dict(empty) if text is None else json.loads(text)
    statements = document["Statement"]
    document["Statement"] = list(statements) if isinstance(statements, list) else [statements]
    return document


def has_label(document: Document, label: str) -> bool:
    return any(statement.get("Sid") == label for statement in document["Statement"])


def with_statement(document: Document, statement: Mapping[str, Any]) -> Document:
    return {**document, "Statement": [*document["Statement"], statement]}


def without_label(document: Document, label: str) -> Document:
    kept = [statement for statement in document["Statement"] if statement.get("Sid") != label]
    return {**document, "Statement": kept}


def allowing(
    label: str, account_ids: Sequence[str], actions: Sequence[str], arn: str, partition: str = "aws"
) -> Document:
    """What AddPermission of SQS and SNS adds."""
    principals = [f"arn:{partition}:iam::{account_id}:root" for account_id in account_ids]
    return {
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_all(principals)},
        "Action": one_or_all(actions),
        "Resource": arn,
    }


def one_or_all(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
