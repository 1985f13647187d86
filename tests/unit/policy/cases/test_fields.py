from __future__ import annotations

import json
import random
from typing import Any

import pytest

from skywalk.policy.cases.errors import CaseError
from skywalk.policy.cases.fields import RECENT, FieldTexts, parse_json


def split(*texts: str) -> dict[str, str]:
    """Of the last one."""
    fields = FieldTexts(("p", "q"))
    return [fields.split(text) for text in texts][-1]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("{}", {}),
        (
            ' { "p" : {"a": 1} , "x":[1, 2.50,"}"]\t,"q":"\\u0022"}\r\n',
            {"p": '{"a": 1}', "x": '[1, 2.50,"}"]', "q": '"\\u0022"'},
        ),
        ('{"\\u0070": true, "x": null}', {"p": "true", "x": "null"}),
    ],
)
def test_fields_are_as_they_are_written(text: str, fields: dict[str, str]) -> None:
    assert split(text) == fields


def test_what_was_there_before_is_the_same_text() -> None:
    fields = FieldTexts(("p",))
    first = fields.split('{"p": {"long": "policy"}, "x": 1}')
    assert fields.split('{"y": 2, "p":{"long": "policy"}}')["p"] is first["p"]
    for number in range(RECENT):
        fields.split(json.dumps({"p": {"n": number}}))
    again = fields.split('{"p": {"long": "policy"}}')
    assert again == {"p": '{"long": "policy"}'}
    assert again["p"] is not first["p"]


def test_a_text_that_begins_like_another_is_not_it() -> None:
    assert split('{"p": {"a": 1}}', '{"p": {"a": 12}}') == {"p": '{"a": 12}'}
    assert split('{"p": 1}', '{"p": 12}') == {"p": "12"}
    assert split('{"p": "a"}', '{"p": "ab"}') == {"p": '"ab"'}


@pytest.mark.parametrize(
    "text", ["", "{", '{"p"', '{"p":', '{"p": {}', '{"p": {},}', '{"p": {}} x', "{p: 1}", '{"p" 1}']
)
def test_what_is_not_json(text: str) -> None:
    with pytest.raises(CaseError, match=r"^not JSON: "):
        split('{"p": {}}', text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "a case is a JSON object"),
        ("7", "a case is a JSON object"),
        ('{"p": 1, "p": 2}', "'p' is twice in one object"),
        ('{"x": NaN}', "not JSON: NaN"),
    ],
)
def test_what_is_no_case(text: str, said: str) -> None:
    with pytest.raises(CaseError) as refused:
        split(text)
    assert str(refused.value) == said


def test_values_are_read_strictly() -> None:
    assert parse_json('{"a": [1, "x"]}') == {"a": [1, "x"]}
    with pytest.raises(CaseError, match="'a' is twice in one object"):
        parse_json('[{"a": 1, "b": 2, "a": 3}]')


def test_any_objects_come_apart_as_json_has_them() -> None:
    chance, fields = random.Random(7), FieldTexts(("p", "q"))
    values: list[Any] = [
        {},
        [],
        "",
        "a",
        {"a": [1, {"b": "}"}]},
        [[]],
        1,
        -1.5,
        None,
        True,
        '\u00e4\\"',
        {"a": 1},
        {"a": 12},
    ]
    for _ in range(2000):
        case = {name: chance.choice(values) for name in chance.sample(["p", "q", "x", "\u00e4"], chance.randint(0, 4))}
        spaces = chance.choice([(",", ":"), (", ", ": "), (" ,\n", " :\t ")])
        text = json.dumps(case, separators=spaces, ensure_ascii=chance.random() < 0.5)
        assert {name: json.loads(one) for name, one in fields.split(text).items()} == case
