"""Which of moto's services a request is for, and whether it changes something."""

from __future__ import annotations

import io
import json

import pytest

from skywalk.backends.moto_modelled import OPERATION_HEADER, MotoModelled
from skywalk.edge.services.modelled import call
from skywalk.http1.request import RequestHead


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        ("sqs.SendMessage", True),
        ("sqs.ReceiveMessage", True),
        ("sqs.GetQueueAttributes", False),
        ("kms.CreateKey", True),
        ("kms.Encrypt", False),
        ("kms.GenerateDataKey", False),
        ("logs.FilterLogEvents", False),
        ("secretsmanager.BatchGetSecretValue", False),
        ("cloudformation.ExecuteChangeSet", True),
        ("", True),
    ],
)
def test_what_may_change_something(operation: str, changes: bool) -> None:
    head = RequestHead("POST", "/", "1.1", [(OPERATION_HEADER, operation)])
    assert MotoModelled().may_change(head) == changes


@pytest.mark.parametrize("operation", ["", "ec2.RunInstances", "moto_api.Reset"])
def test_no_other_service_is_reached(operation: str) -> None:
    answer = MotoModelled().answer("POST", "/moto-api/reset", [(OPERATION_HEADER, operation)], io.BytesIO(), 0)
    assert answer.status == 500
    assert json.loads(answer.body)["message"].startswith("there is no service")


def test_what_was_not_done() -> None:
    answer = MotoModelled().unavailable("no room")
    assert (answer.status, json.loads(answer.body)) == (503, {"message": "no room"})


def test_both_sides_say_it_in_the_same_header() -> None:
    assert call.OPERATION_HEADER == OPERATION_HEADER
