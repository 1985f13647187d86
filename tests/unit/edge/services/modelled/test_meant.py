"""Which of several services that sign as one a request means."""

from __future__ import annotations

import pytest

from skywalk.edge.services.modelled.meant import service_meant
from skywalk.http1.request import RequestHead


@pytest.mark.parametrize(
    ("signing_name", "method", "path", "target", "service"),
    [
        ("sqs", "POST", "/", "AmazonSQS.ListQueues", "sqs"),
        ("sqs", "POST", "/", "", "sqs"),
        ("x", "GET", "/", "", None),
        ("servicediscovery", "POST", "/", "Route53AutoNaming_v20170314.DiscoverInstances", "servicediscovery"),
        ("servicecatalog", "POST", "/", "AWS242ServiceCatalogService.ListPortfolios", "servicecatalog"),
        ("servicecatalog", "GET", "/applications", "", "servicecatalog-appregistry"),
        ("servicecatalog", "GET", "/nothing", "", "servicecatalog"),
        ("bedrock", "GET", "/custom-models", "", "bedrock"),
        ("bedrock", "POST", "/agents/", "", "bedrock-agent"),
        ("bedrock", "POST", "/model/m/converse", "", "bedrock-runtime"),
        ("sagemaker", "POST", "/", "SageMaker.ListModels", "sagemaker.api"),
        ("sagemaker", "PUT", "/BatchPutMetrics", "", "sagemaker.metrics"),
        ("sagemaker", "POST", "/endpoints/e/invocations", "", "sagemaker.runtime"),
        ("appconfig", "POST", "/configurationsessions", "", "appconfigdata"),
    ],
)
def test_the_one_that_has_the_operation(
    signing_name: str, method: str, path: str, target: str, service: str | None
) -> None:
    headers = [("host", "127.0.0.1:4599")] + ([("x-amz-target", target)] if target else [])
    assert service_meant(signing_name, RequestHead(method, path, "1.1", headers)) == service
