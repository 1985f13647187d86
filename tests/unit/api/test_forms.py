"""Generated writers: what they write is what the general one does, and what they cannot write is left to it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from skywalk.api import xml
from skywalk.api.forms import USES_BEFORE_GENERATED, FormMember, Write, generate_writer
from skywalk.api.model import ShapeError
from skywalk.api.xml import serialize
from skywalk.values.constant import constant
from support.wire_examples import AWKWARD_TEXT, example, operation_model, served_operations

OFTEN = USES_BEFORE_GENERATED + 1


class State(StrEnum):
    AVAILABLE = "available"


@pytest.fixture(autouse=True)
def new_writers() -> None:
    """Each test begins with writers that have not written anything."""
    xml._compiler.cache_clear()
    xml._result_writer.cache_clear()


@pytest.mark.parametrize(("service", "operation"), served_operations())
def test_every_answer_is_the_same_the_first_time_and_later(service: str, operation: str) -> None:
    result = example(operation_model(service, operation).output_shape)
    assert len({serialize(service, operation, result, "r") for _ in range(OFTEN)}) == 1


def written(vpc: dict[str, Any]) -> bytes:
    return serialize("ec2", "CreateVpc", {"Vpc": vpc}, "r")


USUAL: dict[str, Any] = {"VpcId": "vpc-1", "IsDefault": True, "Tags": [], "State": "pending"}


@pytest.mark.parametrize(
    "unusual",
    [
        {"State": State.AVAILABLE},
        {"State": None},
        {"IsDefault": None},
        {"Tags": None},
        {"VpcId": AWKWARD_TEXT},
        {"Tags": [{"Key": "a", "Value": "<b>"}]},
        {"Tags": [constant({"Key": "a", "Value": "<b>"})]},
        {"Tags": ({"Key": "a"},)},
    ],
)
def test_unusual_members(unusual: dict[str, Any]) -> None:
    expected = written({**USUAL, **unusual})
    for _ in range(OFTEN):
        written(USUAL)
    assert written({**USUAL, **unusual}) == expected
    assert written({**USUAL, **unusual}) == expected  # a constant is known by now


def test_members_in_another_order() -> None:
    for _ in range(OFTEN):
        written(USUAL)
    assert b"<isDefault>true</isDefault><vpcId>vpc-1</vpcId>" in written({"IsDefault": True, "VpcId": "vpc-1"})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"VpcId": 7}, "7 is no text"),
        ({"IsDefault": 1}, "1 is neither true nor false"),
        ({"IsDefault": "true"}, "'true' is neither true nor false"),
        ({"Tags": {"a": "b"}}, "{'a': 'b'} is no TagList"),
        ({"Colour": "red"}, "Vpc has no member 'Colour'"),
    ],
)
def test_what_does_not_fit_is_an_error_every_time(wrong: dict[str, Any], message: str) -> None:
    for _ in range(OFTEN):
        written(USUAL)
    for _ in range(OFTEN):
        with pytest.raises(ShapeError) as caught:
            written({**USUAL, **wrong})
        assert str(caught.value) == message


def test_neighbouring_texts_and_what_stands_between_them() -> None:
    def write_item(value: Any, out: list[str]) -> None:
        out += ("<item/>", "")

    def write_generally(value: Any, out: list[str]) -> None:
        raise AssertionError(value)

    members = [
        FormMember("<name>", "</name>", "string", _never),
        FormMember("<on>", "</on>", "boolean", _never),
        FormMember("<item>", "</item>", None, write_item),
        FormMember("<count>", "</count>", "integer", _never),
    ]
    write = generate_writer("<x>", members, "</x>", write_generally)
    out: list[str] = []
    write({"Name": "&", "On": False, "Item": {}, "Count": 12}, out)
    assert out == [
        "<x><name>",
        "&",
        "</name><on>",
        "false",
        "</on>",
        "",
        "<item/>",
        "",
        "<count>",
        "12",
        "</count></x>",
        "",
    ]


def test_unusual_members_are_left_to_the_general_writer() -> None:
    seen: list[Any] = []
    general: Write = lambda value, out: seen.append(value)  # noqa: E731
    write = generate_writer("<x>", [FormMember("<n>", "</n>", "integer", _never)], "</x>", general)
    out: list[str] = []
    for value in (True, "1", 1.0, None):
        write({"N": value}, out)
    assert (len(seen), out) == (4, [])


def _never(value: Any, out: list[str]) -> None:
    raise AssertionError(f"{value!r} is written with its neighbours")
