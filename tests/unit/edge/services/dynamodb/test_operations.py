"""The table of operations against AWS's own model."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import Loader

from skywalk.edge.services.dynamodb.operations import NOT_SERVED, OPERATIONS

MODEL: dict[str, Any] = Loader().load_service_model("dynamodb", "service-2")


def test_every_operation_of_the_model_is_served_or_refused_by_name() -> None:
    assert set(MODEL["operations"]) == OPERATIONS.keys() | NOT_SERVED
    assert not OPERATIONS.keys() & NOT_SERVED


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_parameter_of_the_model_is_known(name: str) -> None:
    shape = MODEL["shapes"][MODEL["operations"][name]["input"]["shape"]]
    assert OPERATIONS[name].parameters == set(shape.get("members", {}))
