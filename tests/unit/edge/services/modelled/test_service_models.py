"""Models are read as botocore has them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from botocore.model import Shape as BotocoreShape

from skywalk.edge.services.modelled.service_models import Shape, service_model
from support.modelled_requests import SERVICES, botocore_model


@pytest.mark.parametrize("service", SERVICES)
def test_shapes_are_botocore_s(service: str) -> None:
    theirs, ours = botocore_model(service), service_model(service)
    assert set(ours.operation_names) == set(theirs.operation_names)
    for name in ours.operation_names:
        operation, expected = ours.operation(name), theirs.operation_model(name)
        assert operation is not None
        assert (operation.method, operation.uri) == (expected.http["method"], expected.http["requestUri"])
        for shape, other in ((operation.input, expected.input_shape), (operation.output, expected.output_shape)):
            assert (shape is None) == (other is None)
            if shape is not None:
                compare(shape, other, set())


def compare(ours: Shape, theirs: BotocoreShape, seen: set[str]) -> None:
    assert (ours.name, ours.kind) == (theirs.name, theirs.type_name)
    if ours.name in seen:
        return
    seen.add(ours.name)
    assert (ours.least, ours.most) == (theirs.metadata.get("min"), theirs.metadata.get("max"))
    assert list(ours.enum) == list(theirs.metadata.get("enum", ()))
    if ours.kind == "structure":
        assert list(ours.required) == theirs.required_members
        assert list(ours.members) == list(theirs.members)
        for name, member in ours.members.items():
            other = theirs.members[name]
            assert member.wire_name == other.serialization.get("name")
            assert member.location == (other.serialization.get("location"))
            compare(member.shape, other, seen)
    elif ours.of is not None:
        compare(ours.of.shape, theirs.member if ours.kind == "list" else theirs.value, seen)


def test_errors_by_name_and_by_code() -> None:
    by_name, by_code = (
        service_model("cloudwatch").error_shape(one) for one in ("ResourceNotFound", "InvalidParameterValue")
    )
    assert by_name is not None
    assert by_name.kind == "structure"
    assert by_code is not None
    assert by_code.name == "InvalidParameterValueException"
    assert service_model("cloudwatch").error_shape("None") is None


def test_botocore_itself_is_not_loaded() -> None:
    program = (
        "import sys; from skywalk.edge.services.modelled.pipeline import serving; "
        "from skywalk.edge.services.modelled.service_models import service_model; "
        "service_model('sqs').operation('SendMessage'); print('botocore' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
