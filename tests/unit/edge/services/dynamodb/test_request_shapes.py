"""The generated table, as it is loaded."""

from __future__ import annotations

from skywalk.edge.services.dynamodb.operations import OPERATIONS
from skywalk.edge.services.dynamodb.request_shapes import INPUTS


def test_every_served_operation_has_an_input_with_its_parameters() -> None:
    assert {name: frozenset(shape.members) for name, shape in INPUTS.items()} == {
        name: operation.parameters for name, operation in OPERATIONS.items()
    }


def test_a_shape_has_the_constraints_of_the_model() -> None:
    limit = INPUTS["ListTables"].members["Limit"]
    assert (limit.kind, limit.least, limit.most) == ("integer", 1, 100)
    item = INPUTS["PutItem"].members["Item"]
    assert item.kind == "map"
    assert item.of is not None
    assert item.of.kind == "attribute"
    assert INPUTS["PutItem"].required == ("TableName", "Item")
