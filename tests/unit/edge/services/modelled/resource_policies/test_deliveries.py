from __future__ import annotations

import json

import pytest

from skywalk.edge.services.modelled.resource_policies.deliveries import takes
from skywalk.edge.state import EdgeState
from skywalk.feed.rows import RowChange
from support import edge_rows as rows

QUEUE = f"arn:aws:sqs:us-east-1:{rows.ACCOUNT}:letters"
TOPIC = f"arn:aws:sns:us-east-1:{rows.ACCOUNT}:news"
SNS = {"Service": "sns.amazonaws.com"}


def taken(*statements: dict[str, object]) -> bool:
    state = EdgeState()
    if statements:
        state.apply(RowChange((rows.resource(QUEUE, json.dumps({"Statement": list(statements)})),), (), False))
    return takes(state, QUEUE, TOPIC)


def statement(principal: object, effect: str = "Allow", **condition: dict[str, str]) -> dict[str, object]:
    made = {"Effect": effect, "Principal": principal, "Action": "sqs:SendMessage", "Resource": QUEUE}
    return {**made, "Condition": condition} if condition else made


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((), False),
        ((statement(SNS),), True),
        ((statement(SNS, ArnEquals={"aws:SourceArn": TOPIC}),), True),
        ((statement(SNS, ArnLike={"aws:SourceArn": "arn:aws:sns:*:*:news"}),), True),
        ((statement(SNS, StringEquals={"aws:SourceAccount": rows.ACCOUNT}),), True),
        ((statement("*", ArnEquals={"aws:SourceArn": TOPIC}),), True),
        ((statement(SNS, ArnEquals={"aws:SourceArn": TOPIC + "2"}),), False),
        ((statement({"Service": "s3.amazonaws.com"}),), False),
        ((statement({"AWS": rows.ACCOUNT}),), False),
        ((statement(SNS), statement("*", "Deny", ArnEquals={"aws:SourceArn": TOPIC})), False),
    ],
)
def test_whom_a_queue_lets_in(statements: tuple[dict[str, object], ...], expected: bool) -> None:
    assert taken(*statements) is expected
