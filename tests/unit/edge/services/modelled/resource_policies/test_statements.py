from __future__ import annotations

import json
from typing import Any

from skywalk.edge.services.modelled.resource_policies.statements import (
    allowing,
    has_label,
    read_document,
    with_statement,
    without_label,
)

EMPTY: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}
ONE = {"Sid": "one", "Effect": "Deny"}


def test_statements_come_and_go_by_their_labels() -> None:
    document = read_document(None, EMPTY)
    added = with_statement(with_statement(document, ONE), {"Sid": "two"})
    assert has_label(added, "one")
    assert not has_label(document, "one")
    assert without_label(added, "one") == {"Version": "2012-10-17", "Statement": [{"Sid": "two"}]}
    assert EMPTY["Statement"] == []


def test_a_single_statement_is_a_list_of_one() -> None:
    assert read_document(json.dumps({"Statement": ONE}), EMPTY) == {"Statement": [ONE]}
    assert not has_label(read_document(json.dumps({"Statement": {"Effect": "Deny"}}), EMPTY), "one")


def test_what_add_permission_adds() -> None:
    assert allowing("l", ["123456789012"], ["SQS:SendMessage"], "arn") == {
        "Sid": "l",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "SQS:SendMessage",
        "Resource": "arn",
    }
    several = allowing("l", ["123456789012", "210987654321"], ["SQS:*", "SQS:SendMessage"], "arn")
    assert several["Action"] == ["SQS:*", "SQS:SendMessage"]
    assert several["Principal"] == {"AWS": ["arn:aws:iam::123456789012:root", "arn:aws:iam::210987654321:root"]}
