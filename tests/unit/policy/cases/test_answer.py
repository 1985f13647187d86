from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.policy.cases.answer import MAXIMUM_BYTES, answer_lines, render_decision
from skywalk.policy.evaluate import Decision

CASE: dict[str, Any] = {
    "identity_policies": [{"Statement": {"Sid": "all", "Effect": "Allow", "Action": "*", "Resource": "*"}}],
    "request": {
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/k",
        "principal": {"arn": "arn:aws:iam::123456789012:user/ana"},
    },
}


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (Decision(True, "identity_policies", True, 0), {"decision": "Allow", "statement": 0}),
        (Decision(True, "identity_policies", False), {"decision": "Allow", "statement": None}),
        (Decision(False, "identity_policies", True, "no"), {"decision": "ExplicitDeny", "statement": "no"}),
        (Decision(False, "identity_policies", False), {"decision": "ImplicitDeny", "statement": None}),
    ],
)
def test_decisions(decision: Decision, expected: dict[str, Any]) -> None:
    assert json.loads(render_decision(decision)) == {**expected, "by": "identity_policies"}


def test_a_bad_line_is_answered_and_the_rest_goes_on() -> None:
    case = json.dumps(CASE).encode() + b"\n"
    lines = [case, b"\n", b"{\n", b"\xff\n", b" " * 7 + case, b"x" * (MAXIMUM_BYTES + 1)]
    answers = [(json.loads(answer), decided) for answer, decided in answer_lines(lines)]
    allowed = ({"decision": "Allow", "by": "identity_policies", "statement": "all"}, True)
    assert answers == [
        allowed,
        (
            {
                "error": "not JSON: Expecting property name enclosed in double quotes: line 2 column 1 (char 2)",
                "line": 3,
            },
            False,
        ),
        ({"error": "not UTF-8: invalid start byte", "line": 4}, False),
        allowed,
        ({"error": f"the line is longer than {MAXIMUM_BYTES} bytes", "line": 6}, False),
    ]


def test_an_answer_is_there_before_the_next_line_is_asked_for() -> None:
    asked = []

    def lines() -> Any:
        for number in range(2):
            asked.append(number)
            yield json.dumps(CASE).encode()

    answers = answer_lines(lines())
    next(answers)
    assert asked == [0]


def test_a_byte_order_mark_before_a_line_says_nothing() -> None:
    lines = [b"\xef\xbb\xbf" + json.dumps(CASE).encode() + b"\r\n"]
    assert [decided for _, decided in answer_lines(lines)] == [True]
