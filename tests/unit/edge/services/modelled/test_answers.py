from __future__ import annotations

from skywalk.edge.services.modelled.answers import returned_headers
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.service_models import service_model

ANSWERED = {
    "content-type": "text/plain",
    "etag": "E1",
    "version-number": "1",
    "x-amz-id-2": "a",
    "x-amzn-requestid": "moto's own",
    "server": "moto",
}


def returned(folder: str, operation: str) -> set[str]:
    model = service_model(folder)
    asked = model.operation(operation)
    assert asked is not None
    return {name for name, _ in returned_headers(Understood(model, model.protocols[0], asked, {}), ANSWERED)}


def test_an_operation_s_own_headers_are_returned() -> None:
    always = {"content-type", "x-amz-id-2"}
    assert returned("appconfig", "GetHostedConfigurationVersion") == {*always, "version-number"}
    assert returned("cloudfront", "GetDistribution") == {*always, "etag"}
    assert returned("appconfig", "DeleteApplication") == always
