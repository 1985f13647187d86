"""Every attribute that a request names is found, and no word of the language."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.dynamodb.attribute_names import attribute_names, items_of, resolved


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"Key": {"pk": {"S": "a"}, "sk": {"N": "1"}}}, ("pk", "sk")),
        ({"Keys": [{"pk": {"S": "a"}}, {"other": {"S": "b"}}]}, ("other", "pk")),
        ({"Item": {"pk": {"S": "a"}, "deep": {"M": {"inside": {"S": "x"}}}}}, ("deep", "pk")),
        ({"AttributesToGet": ["a", "b"], "Expected": {"c": {"Exists": False}}}, ("a", "b", "c")),
        ({"AttributeUpdates": {"u": {}}, "KeyConditions": {"k": {}}, "QueryFilter": {"q": {}}}, ("k", "q", "u")),
        ({"ScanFilter": {"s": {}}}, ("s",)),
        (
            {
                "ProjectionExpression": "a, #b.c[0].#d, e[1]",
                "ExpressionAttributeNames": {"#b": "bee", "#d": "not.this"},
            },
            ("a", "bee", "e"),
        ),
        (
            {
                "ConditionExpression": "attribute_not_exists(a) AND (size(b) > :n OR NOT c IN (:x, d)) "
                "and e BETWEEN f AND g"
            },
            ("a", "b", "c", "d", "e", "f", "g"),
        ),
        ({"FilterExpression": "begins_with(#n, :v)", "ExpressionAttributeNames": {"#n": "name"}}, ("name",)),
        ({"KeyConditionExpression": "pk = :p AND sk > :s"}, ("pk", "sk")),
        (
            {"UpdateExpression": "SET a = if_not_exists(b, :z) + c, d.e = :v REMOVE f, g[0] ADD h :one DELETE i :set"},
            ("a", "b", "c", "d", "f", "g", "h", "i"),
        ),
        ({"UpdateExpression": "remove remove, add set x = delete"}, ("add", "delete", "remove", "x")),
        ({"UpdateExpression": "SET #s = :v", "ExpressionAttributeNames": {"#s": "SET"}}, ("SET",)),
        ({"TableName": "t", "Select": "COUNT"}, ()),
    ],
)
def test_names(parameters: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert attribute_names(parameters) == expected


def test_items_are_found_wherever_they_are() -> None:
    one, two = {"pk": {"S": "a"}}, {"pk": {"S": "b"}}
    assert list(items_of({"Key": one})) == [one]
    assert list(items_of({"Item": two})) == [two]
    assert list(items_of({"Keys": [one, two]})) == [one, two]
    assert resolved("#n", {"ExpressionAttributeNames": {"#n": "name"}}) == "name"
    assert resolved("name", {}) == "name"
