"""Statements as the operations that they amount to."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.dynamodb.partiql import parse_statement
from skywalk.edge.services.dynamodb.partiql_translation import Keys, Native, translate
from skywalk.values.errors import AwsError

KEYS = Keys("artist", "title")


def translated(text: str, *parameters: Any) -> Native:
    return translate(parse_statement(text), parameters, KEYS)


def expressions(native: Native) -> dict[str, str]:
    """The expressions with names and values in their places."""
    body = dict(native.body)
    placeholders = {**body.pop("ExpressionAttributeNames", {}), **body.pop("ExpressionAttributeValues", {})}
    found = {}
    for member in [name for name in body if name.endswith("Expression")]:
        expression = str(body[member])
        for placeholder in sorted(placeholders, key=len, reverse=True):
            expression = expression.replace(placeholder, str(placeholders[placeholder]))
        found[member.removesuffix("Expression")] = expression
    return found


SELECTS: list[tuple[str, str, dict[str, str]]] = [
    ("", "Scan", {}),
    ("WHERE artist = 'a'", "Query", {"KeyCondition": "artist = {'S': 'a'}"}),
    ("WHERE 'a' = artist", "Query", {"KeyCondition": "artist = {'S': 'a'}"}),
    (
        "WHERE artist = 'a' AND title > 'b'",
        "Query",
        {"KeyCondition": "artist = {'S': 'a'} AND title > {'S': 'b'}"},
    ),
    (
        "WHERE artist = 'a' AND begins_with(title, 'b') AND year = 1997",
        "Query",
        {
            "KeyCondition": "artist = {'S': 'a'} AND begins_with(title, {'S': 'b'})",
            "Filter": "(year = {'N': '1997'})",
        },
    ),
    (
        "WHERE artist = 'a' AND title BETWEEN 'b' AND 'c'",
        "Query",
        {"KeyCondition": "artist = {'S': 'a'} AND title BETWEEN {'S': 'b'} AND {'S': 'c'}"},
    ),
    (
        "WHERE artist = 'a' AND contains(title, 'b')",
        "Scan",
        {"Filter": "(artist = {'S': 'a'}) AND (contains(title, {'S': 'b'}))"},
    ),
    (
        "WHERE artist = 'a' OR year = -1.5",
        "Scan",
        {"Filter": "((artist = {'S': 'a'}) OR (year = {'N': '-1.5'}))"},
    ),
    ("WHERE artist IN ['a', 'b']", "Scan", {"Filter": "(artist IN ({'S': 'a'}, {'S': 'b'}))"}),
    (
        'WHERE NOT (a.b[1] <> true OR size("c d") >= 3)',
        "Scan",
        {"Filter": "(NOT ((a.b[1] <> {'BOOL': True}) OR (size(c d) >= {'N': '3'})))"},
    ),
    (
        "WHERE a IS MISSING AND b IS NOT MISSING AND c IS NULL",
        "Scan",
        {"Filter": "(attribute_not_exists(a)) AND (attribute_exists(b)) AND (attribute_type(c, {'S': 'NULL'}))"},
    ),
    (
        "WHERE a = 'it''s' AND b != <<1, 2>>",
        "Scan",
        {"Filter": "(a = {'S': \"it's\"}) AND (b <> {'NS': ['1', '2']})"},
    ),
    (
        "WHERE artist = 'a' AND artist = 'b'",
        "Scan",
        {"Filter": "(artist = {'S': 'a'}) AND (artist = {'S': 'b'})"},
    ),
]


@pytest.mark.parametrize(("where", "operation", "expected"), SELECTS, ids=[case[0] for case in SELECTS])
def test_a_selection_queries_where_it_can(where: str, operation: str, expected: dict[str, str]) -> None:
    native = translated(f'SELECT * FROM "music" {where}')
    assert native.operation == operation
    assert expressions(native) == expected


def test_parameters_are_taken_in_the_order_of_the_text() -> None:
    native = translated(
        "UPDATE music SET a = ?, b = b + ? REMOVE c WHERE artist = ? AND title = ? AND d < ?",
        *({"S": str(number)} for number in range(5)),
    )
    assert native.operation == "UpdateItem"
    assert native.body["Key"] == {"artist": {"S": "2"}, "title": {"S": "3"}}
    assert expressions(native) == {
        "Update": "SET a = {'S': '0'}, b = b + {'S': '1'} REMOVE c",
        "Condition": "(attribute_exists(artist)) AND (d < {'S': '4'})",
    }


def test_a_projection_and_an_order() -> None:
    native = translated("SELECT year, \"a b\" FROM music WHERE artist = 'a' ORDER BY title DESC")
    assert native.body["ScanIndexForward"] is False
    assert expressions(native)["Projection"] == "year, a b"
    assert translated("SELECT * FROM music WHERE artist = 'a' ORDER BY title").body["ScanIndexForward"] is True


@pytest.mark.parametrize(
    ("where", "key"),
    [
        ("artist = 'a' AND title = 'b'", {"artist": {"S": "a"}, "title": {"S": "b"}}),
        ("artist = 'a'", None),
        ("artist = 'a' AND title > 'b'", None),
        ("artist = 'a' AND title = 'b' AND c = 'd'", None),
        ("artist = 'a' OR title = 'b'", None),
    ],
)
def test_the_whole_key_is_known_only_where_it_is_all_that_is_asked(where: str, key: object) -> None:
    assert translated(f"SELECT * FROM music WHERE {where}").key == key


def test_an_insertion_is_of_what_is_not_there() -> None:
    native = translated(
        "INSERT INTO music VALUE {'artist': 'a', 'n': {'m': [1, -2, null, false]}, 's': <<'x'>>, 'p': ?}",
        {"B": "eA=="},
    )
    assert native.operation == "PutItem"
    assert native.body["Item"] == {
        "artist": {"S": "a"},
        "n": {"M": {"m": {"L": [{"N": "1"}, {"N": "-2"}, {"NULL": True}, {"BOOL": False}]}}},
        "s": {"SS": ["x"]},
        "p": {"B": "eA=="},
    }
    assert expressions(native) == {"Condition": "attribute_not_exists(artist)"}


def test_a_deletion_asks_only_what_it_says() -> None:
    plain = translated("DELETE FROM music WHERE artist = 'a' AND title = 'b'")
    assert (plain.operation, plain.body) == ("DeleteItem", {"Key": {"artist": {"S": "a"}, "title": {"S": "b"}}})
    asking = translated("DELETE FROM music WHERE artist = 'a' AND title = 'b' AND n > 5 RETURNING ALL OLD *")
    assert expressions(asking) == {"Condition": "(n > {'N': '5'})"}
    assert asking.body["ReturnValues"] == "ALL_OLD"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT a.b FROM music", "what is inside an attribute"),
        ("SELECT COUNT(*) FROM music", "unexpected ("),
        ("SELECT * FROM music WHERE", "unexpected end"),
        ("SELECT * FROM music WHERE a", "unexpected end"),
        ("SELECT * FROM music WHERE a = 'b' c", "unexpected c"),
        ("SELECT * FROM music WHERE a = ?", "Number of parameters"),
        ("SELECT * FROM music WHERE upper(a) = 'B'", "The function upper"),
        ("SELECT * FROM music WHERE size(a, b) = 1", "unexpected"),
        ("SELECT * FROM music WHERE a = <<1, 'b'>>", "members of one kind"),
        ("SELECT * FROM music ORDER BY artist", "at least one non-optional hash key"),
        ("SELECT * FROM music WHERE artist = 'a' ORDER BY n", "must be part of the primary key"),
        ("SELECT * FROM music WHERE " + "(" * 3000 + "a = 1" + ")" * 3000, "nested too deeply"),
        ("SELECT * FROM music WHERE a = '" + "x" * 8192 + "'", "less than or equal to 8192"),
        ("INSERT INTO music VALUE 'a'", "VALUE is no tuple"),
        ("INSERT INTO music VALUE {'a': 1, 'a': 2}", "given twice"),
        ("INSERT INTO music VALUE {'a': 1} WHERE a = 1", "unexpected WHERE"),
        ("UPDATE music SET a = 1 WHERE artist = 'a'", "mandatory equality on all key attributes"),
        ("UPDATE music SET a = 1 WHERE artist = 'a' OR title = 'b'", "mandatory equality"),
        ("UPDATE music SET a = set_add(a, <<1>>) WHERE artist = 'a' AND title = 'b'", "The function set_add"),
        ("DELETE FROM music WHERE artist = 'a' AND title > 'b'", "mandatory equality on all key attributes"),
        ("DELETE FROM music WHERE artist = 'a' AND title = 'b' RETURNING ALL NEW *", "can only return ALL OLD"),
    ],
    ids=lambda text: text[:50],
)
def test_what_cannot_be_done_is_refused(text: str, said: str) -> None:
    with pytest.raises(AwsError) as caught:
        translated(text)
    assert caught.value.code == "ValidationException"
    assert said in caught.value.message


def test_no_parameter_is_left() -> None:
    with pytest.raises(AwsError, match="Number of parameters"):
        translated("SELECT * FROM music", {"S": "a"})
