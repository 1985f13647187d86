"""What is asked for a resource's tags, and where they are in an answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from skywalk.edge.services.modelled import resource_tags
from skywalk.edge.services.modelled.resource_tags import asked_service, prefixes, question, tags_in
from skywalk.edge.services.modelled.service_models import Operation, service_model
from skywalk.edge.services.modelled.serving import serving
from skywalk.policy.keys.of_modelled import RESOURCE_TAGS
from skywalk.values.arn import parse_arn
from skywalk.values.embedded_services import embedded_services

ROWS = json.loads(Path(resource_tags.__file__).with_name("resource_tags.json").read_bytes())
HERE = "us-east-1:123456789012"
KEY = "us-east-1:123456789012:key/1"


def asked(service: str, arn: str, *, is_embedded: bool = True) -> tuple[str, dict[str, Any]] | None:
    parsed = parse_arn(arn)
    assert parsed is not None
    found = question(service, parsed, "us-east-1", is_embedded=is_embedded)
    return None if found is None else (found.operation, found.parameters)


@pytest.mark.parametrize(
    ("service", "resource", "operation", "parameters"),
    [
        ("glue", f"glue:{HERE}:database/d", "GetTags", {"ResourceArn": f"arn:aws:glue:{HERE}:database/d"}),
        ("cloudtrail", f"cloudtrail:{HERE}:t", "ListTags", {"ResourceIdList": [f"arn:aws:cloudtrail:{HERE}:t"]}),
        ("elasticfilesystem", f"elasticfilesystem:{HERE}:file-system/f", "ListTagsForResource", {"ResourceId": "f"}),
        ("codebuild", f"codebuild:{HERE}:project/p", "BatchGetProjects", {"names": ["p"]}),
        ("lambda", f"lambda:{HERE}:function:f:7", "ListTags", {"Resource": f"arn:aws:lambda:{HERE}:function:f"}),
        ("cloudformation", f"cloudformation:{HERE}:stack/s/*", "DescribeStacks", {"StackName": "s"}),
        ("swf", "swf::123456789012:/domain/d", "ListTagsForResource", {"resourceArn": f"arn:aws:swf:{HERE}:/domain/d"}),
        (
            "apigateway",
            "apigateway:us-east-1::/v2/apis/a/routes/r",
            "GetTags",
            {"ResourceArn": "arn:aws:apigateway:us-east-1::/apis/a"},
        ),
        (
            "apigateway",
            "apigateway:us-east-1::/v2/tags/arn:aws:apigateway:us-east-1::/apis/a",
            "GetTags",
            {"ResourceArn": "arn:aws:apigateway:us-east-1::/apis/a"},
        ),
        (
            "ecs",
            f"ecs:{HERE}:task-definition/web:*",
            "DescribeTaskDefinition",
            {"taskDefinition": "web", "include": ["TAGS"]},
        ),
        (
            "ssm",
            f"ssm:{HERE}:parameter/a/b",
            "ListTagsForResource",
            {"ResourceType": "Parameter", "ResourceId": "/a/b"},
        ),
        ("ssm", f"ssm:{HERE}:parameter/a", "ListTagsForResource", {"ResourceType": "Parameter", "ResourceId": "a"}),
        (
            "sqs",
            f"sqs:{HERE}:jobs",
            "ListQueueTags",
            {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/jobs"},
        ),
        (
            "logs",
            f"logs:{HERE}:log-group:g:log-stream:s",
            "ListTagsForResource",
            {"resourceArn": f"arn:aws:logs:{HERE}:log-group:g"},
        ),
        (
            "sagemaker.api",
            f"sagemaker:{HERE}:model-package/g/3",
            "ListTags",
            {"ResourceArn": f"arn:aws:sagemaker:{HERE}:model-package-group/g"},
        ),
    ],
)
def test_one_resource_s(service: str, resource: str, operation: str, parameters: dict[str, Any]) -> None:
    assert asked(service, f"arn:aws:{resource}") == (operation, parameters)


@pytest.mark.parametrize(
    ("service", "resource"),
    [
        ("glue", "table/d/*"),
        ("glue", "catalog"),
        ("lambda", "layer:l"),
        ("scheduler", "schedule/default/s"),
        ("kms", "alias/a"),
        ("events", "archive/a"),
        ("pinpoint", "apps/a/eventstream"),
        ("ebs", "snapshot/s"),
    ],
)
def test_what_has_no_tags_of_its_own_is_not_asked_about(service: str, resource: str) -> None:
    assert asked(service, f"arn:aws:x:{HERE}:{resource}") is None


def test_what_the_embedded_backend_keeps_no_tags_of() -> None:
    agent = f"arn:aws:datasync:{HERE}:agent/a"
    assert asked("datasync", agent) is None
    assert asked("datasync", agent, is_embedded=False) == ("ListTagsForResource", {"ResourceArn": agent})


def test_the_embedded_backend_tells_a_hub_s_tags_with_the_hub() -> None:
    hub = f"arn:aws:securityhub:{HERE}:hub/default"
    assert asked("securityhub", hub) == ("DescribeHub", {"HubArn": hub})
    assert asked("securityhub", hub, is_embedded=False) == ("ListTagsForResource", {"ResourceArn": hub})


def test_who_is_asked() -> None:
    assert asked_service("acm", "acm-pca") == "acm-pca"
    assert asked_service("sagemaker.metrics", "sagemaker") == "sagemaker.api"
    assert asked_service("bedrock-agent", "bedrock") == "bedrock-agent"
    assert asked_service("bedrock-runtime", "bedrock") == "bedrock"
    assert asked_service("kms-fips", "kms") == "kms-fips"
    assert asked("kms-fips", f"arn:aws:kms:{KEY}") == ("ListResourceTags", {"KeyId": f"arn:aws:kms:{KEY}"})


def test_policies_may_name_the_tags_of_what_is_asked_about() -> None:
    assert prefixes() == RESOURCE_TAGS.keys()


@pytest.mark.parametrize("service", ROWS)
def test_the_models_have_what_is_asked(service: str) -> None:
    assert service in embedded_services()
    for row in ROWS[service]:
        found = [one for one in map(service_model, serving(service).models) if has(one.operation(row["ask"]), row)]
        assert found, row


def has(operation: Operation | None, row: dict[str, Any]) -> bool:
    shape = None if operation is None else operation.input
    return shape is not None and set(shape.required) <= row["with"].keys() <= shape.members.keys()


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        ({"Tags": {"team": "blue"}}, "Tags"),
        ({"Tags": [{"Key": "team", "Value": "blue"}]}, "Tags"),
        ({"tags": [{"key": "team", "value": "blue"}]}, "tags"),
        ({"Tags": [{"TagKey": "team", "TagValue": "blue"}]}, "Tags"),
        ({"TagsModel": {"tags": {"team": "blue"}}}, "TagsModel.tags"),
        ({"Stacks": [{"Tags": [{"Key": "team", "Value": "blue"}]}]}, "Stacks.Tags"),
        ({"TaggedResources": [{"Tag": {"Key": "team", "Value": "blue"}}]}, "TaggedResources.Tag"),
    ],
)
def test_tags_wherever_they_are(answer: dict[str, Any], path: str) -> None:
    assert tags_in(answer, tuple(path.split("."))) == {"team": "blue"}


@pytest.mark.parametrize("answer", [{}, {"Stacks": None}, {"Stacks": []}, {"Stacks": [{}]}, {"Stacks": "x"}])
def test_no_tags(answer: dict[str, Any]) -> None:
    assert tags_in(answer, ("Stacks", "Tags")) == {}


def test_a_tag_without_a_value() -> None:
    assert tags_in({"Tags": [{"Key": "team"}]}, ("Tags",)) == {"team": ""}
