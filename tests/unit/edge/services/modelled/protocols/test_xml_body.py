from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.modelled.protocols.rest_protocol import find, parse
from skywalk.edge.services.modelled.protocols.xml_body import read_structure
from skywalk.edge.services.modelled.service_models import service_model
from skywalk.values.errors import AwsError

NAMESPACE = 'xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"'


def read(operation: str, content: str) -> dict[str, Any]:
    found = service_model("cloudfront").operation(operation)
    assert found is not None
    assert found.input is not None
    return read_structure(found.input, content.encode())


def test_structures_numbers_and_lists() -> None:
    keys = "<Items><PublicKey>a</PublicKey><PublicKey>b</PublicKey><Other>c</Other></Items>"
    content = f"<X {NAMESPACE}><KeyGroupConfig><Name>n</Name>{keys}</KeyGroupConfig></X>"
    assert read("CreateKeyGroup", content) == {"KeyGroupConfig": {"Name": "n", "Items": ["a", "b"]}}
    paths = "<Paths><Quantity>1</Quantity><Items><Path>/x</Path></Items></Paths>"
    content = f"<X><InvalidationBatch>{paths}<CallerReference>r</CallerReference></InvalidationBatch></X>"
    batch = {"Paths": {"Quantity": 1, "Items": ["/x"]}, "CallerReference": "r"}
    assert read("CreateInvalidation", content) == {"InvalidationBatch": batch}


def test_what_is_in_the_path_is_not_in_the_body() -> None:
    assert read("UpdateFunction", "<X><Name>other</Name><FunctionCode>YQ==</FunctionCode></X>") == {
        "FunctionCode": "YQ=="
    }


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<X><Name>a</Name><Name>b</Name></X>", "SerializationException"),
        ("<X>", "MalformedXML"),
        ("not XML", "MalformedXML"),
        ('<!DOCTYPE x [<!ENTITY e "e">]><X><Name>&e;</Name></X>', "MalformedXML"),
    ],
)
def test_what_cannot_be_read(content: str, code: str) -> None:
    with pytest.raises(AwsError) as caught:
        read("CreateFunction", content)
    assert caught.value.code == code


def test_a_request_is_read_and_passed_as_it_came() -> None:
    model = service_model("cloudfront")
    content = b"<CreateFunctionRequest><Name>f</Name><FunctionCode>YQ==</FunctionCode></CreateFunctionRequest>"
    understood = parse(model, find(model, "POST", "/2020-05-31/function", ""), {}, content)
    assert understood.parameters == {"Name": "f", "FunctionCode": "YQ=="}
    assert understood.content == content
