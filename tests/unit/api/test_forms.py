"""Generated writers: what they write is what the general one does, and what they cannot write is left to it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from skywalk.api import xml
from skywalk.api.forms import USES_BEFORE_GENERATED, WriteValues, generate_writer
from skywalk.api.model import ServiceModel, ShapeError
from skywalk.api.xml import _Compiler, serialize
from skywalk.values.constant import constant
from skywalk.values.template import Blank
from support.wire_examples import AWKWARD_TEXT, example, operation_model, served_operations

OFTEN = USES_BEFORE_GENERATED + 1


class State(StrEnum):
    AVAILABLE = "available"


@pytest.fixture(autouse=True)
def new_writers() -> None:
    """Each test begins with writers that have not written anything."""
    xml._compiler.cache_clear()


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


# --- generated writers alone ---------------------------------------------------------------------------------------

TABLE: dict[str, Any] = {
    "protocol": "ec2",
    "version": "1",
    "namespace": "urn:x/",
    "operations": {},
    "in": {},
    "out": {
        "Text": {"s": "string"},
        "Flag": {"s": "boolean"},
        "Number": {"s": "integer"},
        "Time": {"s": "timestamp"},
        "Texts": {"l": "Text", "i": "item"},
        "Flat": {"l": "Text"},
        "Map": {"k": ["Text", "key"], "v": ["Text", "value"], "i": "entry"},
        "Thing": {
            "m": {
                "Name": ["Text", "name"],
                "On": ["Flag", "on"],
                "Count": ["Number", "count"],
                "Time": ["Time", "time"],
                "Names": ["Texts", "names"],
                "Others": ["Flat", "other"],
                "Inside": ["Thing", "inside"],
                "Map": ["Map", "map"],
            }
        },
    },
}


def writer_of(members: dict[str, Any], count: int) -> WriteValues:
    return generate_writer(_Compiler(ServiceModel("x", TABLE)), "Thing", "x", members, count)


def test_values_stand_between_the_markup_and_free_texts_are_collected() -> None:
    write = writer_of(
        {
            "Name": Blank(1),
            "On": Blank(0),
            "Inside": {"Name": "a&b", "Count": Blank(2), "Names": [Blank(1), "c", Blank(3)], "On": None},
            "Others": [Blank(3)],
            "Map": {"k": "<"},
        },
        4,
    )
    texts: list[str] = []
    assert write((True, "&", 12, "d"), texts) == (
        "<x><name>&</name><on>true</on><inside><name>a&amp;b</name><count>12</count>"
        "<names><item>&</item><item>c</item><item>d</item></names></inside>"
        "<other>d</other><map><entry><key>k</key><value>&lt;</value></entry></map></x>"
    )
    assert texts == ["&", "d"]


def test_blanks_for_what_is_no_single_value() -> None:
    write = writer_of({"Names": Blank(0), "Inside": Blank(1), "Map": Blank(2)}, 3)
    texts: list[str] = []
    assert write((["a", "&"], {"Name": "b"}, {"c": "d"}), texts) == (
        "<x><names><item>a</item><item>&</item></names><inside><name>b</name></inside>"
        "<map><entry><key>c</key><value>d</value></entry></map></x>"
    )
    assert texts == ["a", "&", "b", "c", "d"]
    assert write(([], constant({"Name": "<"}), {}), []) == (
        "<x><names></names><inside><name>&lt;</name></inside><map></map></x>"
    )


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Name", 7),
        ("On", 1),
        ("On", "true"),
        ("Count", True),
        ("Count", "1"),
        ("Count", 1.0),
        ("Time", "now"),
        *[(name, None) for name in ("Name", "On", "Count", "Time", "Names", "Inside", "Map")],
        ("Names", 0),
    ],
)
def test_values_that_cannot_be_joined(name: str, wrong: Any) -> None:
    with pytest.raises(TypeError):
        writer_of({name: Blank(0)}, 1)((wrong,), [])


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Colour": Blank(0)}, "Thing has no member 'Colour'"),
        ({"Name": {"Inside": Blank(0)}}, "a form of Text cannot be written"),
        ({"Map": {"a": Blank(0)}}, "a form of Map cannot be written"),
        ({"Inside": [Blank(0)]}, "a list of Thing cannot be written"),
    ],
)
def test_forms_that_do_not_fit(members: dict[str, Any], message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        writer_of(members, 1)
    assert str(caught.value) == message
