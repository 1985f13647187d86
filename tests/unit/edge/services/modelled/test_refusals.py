"""What skywalk says of itself."""

from __future__ import annotations

import pytest

from skywalk.edge.services.modelled.refusals import no_backend, not_embedded, not_implemented


@pytest.mark.parametrize(
    ("service", "setting"), [("athena", "[backends.athena]"), ("iot.data", '[backends."iot.data"]')]
)
def test_the_setting_that_gives_a_service_its_backend(service: str, setting: str) -> None:
    error = no_backend(service)
    assert error.status == 503
    assert f"The setting {setting} with a url in config.toml" in error.message


def test_pretended_and_never_done() -> None:
    assert not_embedded("lambda", "Invoke", "functions are not run").status == 503
    assert not_implemented("kms", "Encapsulate").status == 501
