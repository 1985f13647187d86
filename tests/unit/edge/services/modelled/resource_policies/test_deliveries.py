from __future__ import annotations

import json

import pytest

from skywalk.edge.services.modelled.resource_policies.deliveries import takes
from skywalk.edge.state import EdgeState
from skywalk.feed.rows import RowChange
from skywalk.plan.control_policies import ControlPolicies
from skywalk.policy.organization import MANAGED
from skywalk.policy.principal import service_principal
from support import edge_rows as rows

QUEUE = f"arn:aws:sqs:us-east-1:{rows.ACCOUNT}:letters"
TOPIC = f"arn:aws:sns:us-east-1:{rows.ACCOUNT}:news"
SNS = {"Service": "sns.amazonaws.com"}


NOW = {"aws:currenttime": "2026-11-23T04:00:00Z"}
DENIED_TO_SERVICES: dict[str, object] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:PrincipalIsAWSService": "true"}},
}


def member(*rcps: dict[str, object]) -> ControlPolicies:
    levels = (MANAGED["RCPFullAWSAccess"], *(json.dumps({"Version": "2012-10-17", "Statement": one}) for one in rcps))
    return ControlPolicies(rows.ACCOUNT, "o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12/", (), (levels,), rows.ORIGIN)


def taken(*statements: dict[str, object], organization: ControlPolicies | None = None) -> bool:
    state = EdgeState()
    if organization is not None:
        state.apply(RowChange((organization,), (), False))
    if statements:
        state.apply(RowChange((rows.resource(QUEUE, json.dumps({"Statement": list(statements)})),), (), False))
    return takes(state, QUEUE, TOPIC, NOW)


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
        ((statement("*", StringEquals={"aws:PrincipalServiceName": "sns.amazonaws.com"}),), True),
        (
            (statement(SNS), statement("*", "Deny", StringNotEquals={"aws:PrincipalServiceName": "s3.amazonaws.com"})),
            False,
        ),
        ((statement(SNS), statement("*", "Deny", DateGreaterThan={"aws:CurrentTime": "2026-01-01"})), False),
        ((statement(SNS, StringEquals={"aws:RequestedRegion": "us-east-1"}),), True),
        ((statement(SNS, StringEquals={"aws:SourceOrgID": "o-a1b2c3d4e5"}),), False),
    ],
)
def test_whom_a_queue_lets_in(statements: tuple[dict[str, object], ...], expected: bool) -> None:
    assert taken(*statements) is expected


def test_the_organization_of_the_queue_s_account_has_a_say() -> None:
    of_ours = statement(SNS, StringEquals={"aws:SourceOrgID": "o-a1b2c3d4e5", "aws:ResourceOrgID": "o-a1b2c3d4e5"})
    assert taken(of_ours, organization=member())
    assert not taken(statement(SNS), organization=member(DENIED_TO_SERVICES))


def test_a_rule_of_eventbridge_is_another_sender() -> None:
    rule, events = f"arn:aws:events:us-east-1:{rows.ACCOUNT}:rule/sold", service_principal("events.amazonaws.com")
    allowed = statement({"Service": "events.amazonaws.com"}, ArnEquals={"aws:SourceArn": rule})
    state = EdgeState()
    state.apply(RowChange((rows.resource(QUEUE, json.dumps({"Statement": [allowed]})),), (), False))
    assert takes(state, QUEUE, rule, NOW, events)
    assert not takes(state, QUEUE, rule + "2", NOW, events)
    assert not takes(state, QUEUE, rule, NOW)
