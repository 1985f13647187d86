from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.dynamodb.condition_syntax import parse_condition
from skywalk.edge.services.dynamodb.legacy_parameters import with_expressions

ONE, SET = {"N": "1"}, {"SS": ["a"]}


def condition(operator: str, *values: Any) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


def test_each_action_of_an_update_has_its_clause() -> None:
    updates = {
        "a": {"Value": ONE},
        "b": {"Value": SET, "Action": "DELETE"},
        "c": {"Action": "DELETE"},
        "d": {"Value": ONE, "Action": "ADD"},
        "size of it": {"Value": SET, "Action": "PUT"},
    }
    assert with_expressions({"TableName": "music", "AttributeUpdates": updates}) == {
        "TableName": "music",
        "UpdateExpression": "SET #u0 = :u0, #u4 = :u4 DELETE #u1 :u1 REMOVE #u2 ADD #u3 :u3",
        "ExpressionAttributeNames": {"#u0": "a", "#u1": "b", "#u2": "c", "#u3": "d", "#u4": "size of it"},
        "ExpressionAttributeValues": {":u0": ONE, ":u1": SET, ":u3": ONE, ":u4": SET},
    }


def test_keys_and_filter_of_a_query() -> None:
    body = {
        "KeyConditions": {"pk": condition("EQ", ONE), "sk": condition("BETWEEN", ONE, ONE)},
        "QueryFilter": {"n": condition("IN", ONE, SET), "m": {"ComparisonOperator": "NULL"}},
        "Limit": 3,
    }
    assert with_expressions(body) == {
        "Limit": 3,
        "KeyConditionExpression": "#k0 = :k0_0 AND #k1 BETWEEN :k1_0 AND :k1_1",
        "FilterExpression": "#q0 IN (:q0_0, :q0_1) AND attribute_not_exists(#q1)",
        "ExpressionAttributeNames": {"#k0": "pk", "#k1": "sk", "#q0": "n", "#q1": "m"},
        "ExpressionAttributeValues": {":k0_0": ONE, ":k1_0": ONE, ":k1_1": ONE, ":q0_0": ONE, ":q0_1": SET},
    }


@pytest.mark.parametrize(
    ("operator", "count"),
    [
        *((name, 1) for name in ("EQ", "NE", "LE", "LT", "GE", "GT", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH", "IN")),
        ("BETWEEN", 2),
        ("NULL", 0),
        ("NOT_NULL", 0),
    ],
)
def test_every_operator_is_an_expression(operator: str, count: int) -> None:
    made = with_expressions({"ScanFilter": {"n": condition(operator, *[{"S": "a"}] * count)}})
    values = made.get("ExpressionAttributeValues", {})
    assert len(values) == count
    assert len(parse_condition("FilterExpression", made["FilterExpression"], values).conditions) == 1


@pytest.mark.parametrize("member", ["AttributeUpdates", "ScanFilter", "QueryFilter"])
def test_what_is_empty_is_left_out(member: str) -> None:
    assert with_expressions({"TableName": "music", member: {}}) == {"TableName": "music"}
