"""Routes: the most particular one is meant, and paths are decoded once."""

from __future__ import annotations

import pytest

from skywalk.edge.services.modelled.protocols.rest_protocol import find, parse
from skywalk.edge.services.modelled.service_models import service_model
from skywalk.values.errors import AwsError


@pytest.mark.parametrize(
    ("method", "target", "operation"),
    [
        ("GET", "/2015-03-31/functions", "ListFunctions"),
        ("GET", "/2015-03-31/functions/", "ListFunctions"),
        ("GET", "/2015-03-31/functions/f", "GetFunction"),
        ("GET", "/2018-10-31/layers?find=LayerVersion&Arn=a", "GetLayerVersionByArn"),
        ("GET", "/2018-10-31/layers?find=Other", "ListLayers"),
        ("GET", "/2019-09-30/functions/f/provisioned-concurrency?List=ALL", "ListProvisionedConcurrencyConfigs"),
        ("GET", "/2019-09-30/functions/f/provisioned-concurrency?Qualifier=1", "GetProvisionedConcurrencyConfig"),
        ("POST", "/2015-03-31/functions/f/invocations", "Invoke"),
    ],
)
def test_the_most_particular_route(method: str, target: str, operation: str) -> None:
    path, _, query = target.partition("?")
    assert find(service_model("lambda"), method, path, query).operation.name == operation


def test_services_of_xml_and_their_discriminators() -> None:
    cloudfront = service_model("cloudfront")
    for query, operation in (("Operation=Tag", "TagResource"), ("Operation=Untag", "UntagResource")):
        assert find(cloudfront, "POST", "/2020-05-31/tagging", query).operation.name == operation
    assert find(cloudfront, "POST", "/2020-05-31/distribution", "").operation.name == "CreateDistribution"
    with_tags = find(cloudfront, "POST", "/2020-05-31/distribution", "WithTags")
    assert with_tags.operation.name == "CreateDistributionWithTags"
    control = service_model("s3control")
    assert find(control, "GET", "/v20180820/accesspoint/a/policy", "").operation.name == "GetAccessPointPolicy"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("PATCH", "/2015-03-31/functions/f"),
        ("GET", "/2015-03-31/functions/f/g/h"),
        ("GET", "/2015-03-31"),
    ],
)
def test_no_route(method: str, path: str) -> None:
    with pytest.raises(AwsError) as caught:
        find(service_model("lambda"), method, path, "")
    assert (caught.value.code, caught.value.status) == ("UnknownOperationException", 404)


def parameters(target: str, body: bytes = b"", **headers: str) -> dict[str, object]:
    path, _, query = target.partition("?")
    model = service_model("lambda")
    return parse(model, find(model, "GET", path, query), headers, body).parameters


def test_labels_are_decoded_once() -> None:
    assert parameters("/2015-03-31/functions/a%2Fb%252F") == {"FunctionName": "a/b%2F"}


def test_text_of_the_query_string_is_what_its_member_is() -> None:
    assert parameters("/2015-03-31/functions?MaxItems=7&Marker=&Other=x") == {"MaxItems": 7, "Marker": ""}


@pytest.mark.parametrize("target", ["/2015-03-31/functions?MaxItems=x", "/2015-03-31/functions?MaxItems=1&MaxItems=2"])
def test_what_cannot_be_read(target: str) -> None:
    with pytest.raises(AwsError, match=r"MaxItems|'x'"):
        parameters(target)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(AwsError, match="path"):
        parameters("/2015-03-31/functions/%ff")
    with pytest.raises(AwsError, match="query string"):
        parameters("/2015-03-31/functions?Marker=%ff")


def test_of_the_body_only_what_belongs_there() -> None:
    model = service_model("lambda")
    found = find(model, "PUT", "/2015-03-31/functions/f/configuration", "")
    body = b'{"FunctionName":"other","Timeout":3,"Unknown":1,"Description":null}'
    assert parse(model, found, {}, body).parameters == {"FunctionName": "f", "Timeout": 3}
