"""Which table a statement is about, and what is refused because it could be about two."""

from __future__ import annotations

import pytest

from skywalk.edge.services.dynamodb.partiql import parse_statement
from skywalk.values.errors import AwsError


@pytest.mark.parametrize(
    ("text", "action", "table", "index_name"),
    [
        ('SELECT * FROM "music"', "Select", "music", None),
        ("select * from music", "Select", "music", None),
        ('SELECT a, "b".c FROM "music" WHERE artist = \'x\'', "Select", "music", None),
        ('SELECT * FROM "music"."by-year" WHERE y = ?', "Select", "music", "by-year"),
        ("SELECT * FROM music.by_year ORDER BY y DESC", "Select", "music", "by_year"),
        ('SELECT "FROM" FROM "music" WHERE a = \' FROM "other"\'', "Select", "music", None),
        ("SELECT * FROM \"music\" WHERE a = 'it''s FROM \"other\"'", "Select", "music", None),
        (
            'SELECT * FROM "arn:aws:dynamodb:r:1:table/m"',
            "Select",
            "arn:aws:dynamodb:r:1:table/m",
            None,
        ),
        ("\n  INSERT INTO \"music\" VALUE {'pk': 'a', 'n': 5}", "Insert", "music", None),
        ("Update \"music\" SET a = 'INTO' SET b = ? WHERE pk = 'x'", "Update", "music", None),
        ("UPDATE music REMOVE a WHERE pk = ?", "Update", "music", None),
        ("DELETE FROM \"music\" WHERE pk = 'SELECT'", "Delete", "music", None),
        ('SELECT * FROM "a""b"', "Select", 'a"b', None),
    ],
)
def test_a_statement_has_one_table(text: str, action: str, table: str, index_name: str | None) -> None:
    statement = parse_statement(text)
    assert statement.action == f"dynamodb:PartiQL{action}"
    assert (statement.table, statement.index_name) == (table, index_name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "DROP TABLE music",
        "SELECT *",
        'SELECT * FROM "music", "other"',
        'SELECT * FROM "music" JOIN "other" ON 1 = 1',
        'SELECT * FROM "music" WHERE a IN (SELECT b FROM "other")',
        'SELECT (SELECT a FROM "other") FROM "music"',
        'SELECT * FROM "music" AS m',
        'SELECT * FROM "music"."i"."j"',
        'SELECT * FROM "music"; SELECT * FROM "other"',
        "SELECT * FROM 'music'",
        "SELECT * FROM ?",
        'SELECT * FROM "music" -- WHERE a = 1',
        'SELECT * FROM "music" /* x */ WHERE a = 1',
        'SELECT * FROM "music',
        'SELECT * FROM "music" WHERE a = \'x',
        'INSERT "music" VALUE {}',
        'INSERT INTO "music"."i" VALUE {}',
        'INSERT INTO "music" SELECT * FROM "other"',
        'UPDATE "music"',
        'UPDATE FROM "music" SET a = 1',
        'DELETE "music" WHERE a = 1',
        'DELETE FROM "music"',
        "EXISTS(SELECT * FROM \"music\" WHERE pk = 'a')",
        'UPDATE "music" SET a = 1 WHERE EXISTS (SELECT * FROM "other")',
    ],
)
def test_what_could_be_about_another_table_is_refused(text: str) -> None:
    with pytest.raises(AwsError) as caught:
        parse_statement(text)
    assert caught.value.code == "ValidationException"
