"""Each service's own words."""

from __future__ import annotations

from skywalk.edge.services.modelled.serving import serving


def test_services_have_their_own_words() -> None:
    assert (serving("monitoring").signing_name, serving("monitoring").models) == ("monitoring", ("cloudwatch",))
    assert (serving("ecr.api").signing_name, serving("ecr.api").validation_code) == ("ecr", "InvalidParameterException")
    assert serving("sns").denied_code == "AuthorizationError"
    assert serving("lambda").limit_bytes > serving("kms").limit_bytes


def test_a_service_that_nobody_knows() -> None:
    assert (serving("what").models, serving("what").signing_name) == ((), "what")
