from __future__ import annotations

import pytest

from skywalk.edge.services.dynamodb.condition_syntax import parse_condition
from skywalk.edge.services.dynamodb.key_conditions import check_key_condition, render_key_condition
from skywalk.values.errors import AwsError

VALUES = {":x": {"S": "a"}, ":y": {"S": "b"}}


@pytest.mark.parametrize(
    ("expression", "rendered"),
    [
        ("pk=:x", "pk = :x"),
        ("((pk = :x)) and (#sk >= :y)", "pk = :x AND #sk >= :y"),
        ("begins_with( sk,:y ) AND pk = :x", "begins_with(sk, :y) AND pk = :x"),
        ("pk = :x AND sk between :x and :y", "pk = :x AND sk BETWEEN :x AND :y"),
    ],
)
def test_conditions_are_written_in_one_way(expression: str, rendered: str) -> None:
    parsed = parse_condition("KeyConditionExpression", expression, VALUES)
    check_key_condition(parsed, {})
    assert render_key_condition(parsed) == rendered


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("pk = :x OR sk = :y", "Invalid operator used in KeyConditionExpression: OR"),
        ("NOT pk = :x", "Invalid operator used in KeyConditionExpression: NOT"),
        ("pk <> :x", "Invalid operator used in KeyConditionExpression: <>"),
        ("pk IN (:x, :y)", "Invalid operator used in KeyConditionExpression: IN"),
        ("contains(pk, :x)", "Invalid operator used in KeyConditionExpression: contains"),
        ("pk.a = :x", "KeyConditionExpressions cannot have conditions on nested attributes"),
        (
            "pk = :x AND pk = :y",
            "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
        ),
        ("pk = sk", "Invalid KeyConditionExpression: Attributes of the key are compared with values alone"),
        ("size(pk) = :x", "Invalid KeyConditionExpression: Attributes of the key are compared with values alone"),
    ],
)
def test_what_no_key_can_meet_is_refused(expression: str, message: str) -> None:
    with pytest.raises(AwsError) as refused:
        check_key_condition(parse_condition("KeyConditionExpression", expression, VALUES), {})
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)
