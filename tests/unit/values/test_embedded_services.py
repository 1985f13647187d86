"""Which embedded backend has a service's data."""

from __future__ import annotations

import pytest

from skywalk.values.embedded_services import embedded_backend_of


@pytest.mark.parametrize(
    ("service", "backend"),
    [
        ("s3", "s3"),
        ("dynamodb", "dynamodb"),
        ("dynamodb-streams", "dynamodb"),
        ("sqs", "modelled"),
        ("execute-nothing", None),
    ],
)
def test_the_backend_that_has_the_data(service: str, backend: str | None) -> None:
    assert embedded_backend_of(service) == backend
