"""Names are written in one way before anything is decided."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.modelled.access import Asker
from skywalk.edge.services.modelled.plain_names import write_plainly
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.service_models import JSON, service_model
from skywalk.edge.services.modelled.serving import serving
from skywalk.values.errors import AwsError

ASKER = Asker("123456789012", "us-east-1")
PLAIN = "https://sqs.us-east-1.amazonaws.com/123456789012/q"


def written(service: str, operation: str, queue_path: str = "", **parameters: Any) -> dict[str, Any]:
    model = service_model(serving(service).models[0])
    found = model.operation(operation)
    assert found is not None
    understood = Understood(model, JSON, found, parameters, queue_path=queue_path)
    write_plainly(service, understood, ASKER)
    return understood.parameters


@pytest.mark.parametrize("url", ["q", "http://localhost:4599/123456789012/q", f"{PLAIN}/", PLAIN])
def test_a_queue(url: str) -> None:
    assert written("sqs", "SendMessage", QueueUrl=url) == {"QueueUrl": PLAIN}


def test_a_queue_by_the_path_it_was_sent_to() -> None:
    assert written("sqs", "SendMessage", "/123456789012/q") == {"QueueUrl": PLAIN}
    assert written("sqs", "ListQueues", "/123456789012/q") == {}
    assert written("sqs", "SendMessage") == {}


def test_an_address_of_nothing() -> None:
    with pytest.raises(AwsError) as caught:
        written("sqs", "SendMessage", QueueUrl="https://x/a/b/q")
    assert (caught.value.code, caught.value.status) == ("InvalidAddress", 404)


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("f", "f"),
        ("f:PROD", "f:PROD"),
        ("f:$LATEST", "f:$LATEST"),
        ("210987654321:function:f", "arn:aws:lambda:us-east-1:210987654321:function:f"),
        ("210987654321:function:f:1", "arn:aws:lambda:us-east-1:210987654321:function:f:1"),
        ("arn:aws:lambda:us-east-1:123456789012:function:f", "arn:aws:lambda:us-east-1:123456789012:function:f"),
    ],
)
def test_a_function(given: str, plain: str) -> None:
    assert written("lambda", "GetFunction", FunctionName=given) == {"FunctionName": plain}


ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"


@pytest.mark.parametrize("name", ["f", ARN, "123456789012:function:f"])
def test_a_function_s_qualifier_is_given_once(name: str) -> None:
    plain = "f" if name == "f" else ARN
    for given in (name, f"{name}:prod"):
        found = written("lambda", "GetFunction", FunctionName=given, Qualifier="prod")
        assert found == {"FunctionName": plain, "Qualifier": "prod"}
    with pytest.raises(AwsError) as caught:
        written("lambda", "GetFunction", FunctionName=f"{name}:prod", Qualifier="1")
    assert (caught.value.code, caught.value.status) == ("InvalidParameterValueException", 400)


@pytest.mark.parametrize("operation", ["UpdateFunctionCode", "PutFunctionConcurrency", "UpdateAlias", "PublishVersion"])
@pytest.mark.parametrize("name", ["f", ARN, "123456789012:function:f"])
def test_what_is_done_to_a_function_is_done_to_no_version(operation: str, name: str) -> None:
    plain = "f" if name == "f" else ARN
    for given in (name, f"{name}:$LATEST"):
        assert written("lambda", operation, FunctionName=given) == {"FunctionName": plain}
    with pytest.raises(AwsError, match="permitted on Lambda functions only") as caught:
        written("lambda", operation, FunctionName=f"{name}:1")
    assert (caught.value.code, caught.value.status) == ("InvalidParameterValueException", 400)


def test_versions_of_functions_that_are_asked_for() -> None:
    for operation in ("InvokeAsync", "CreateEventSourceMapping", "GetFunction"):
        assert written("lambda", operation, FunctionName="f:1") == {"FunctionName": "f:1"}
    for parameters in ({"FunctionName": "f:$LATEST"}, {"FunctionName": "f", "Qualifier": "$LATEST"}):
        with pytest.raises(AwsError, match="cannot be deleted without deleting the function"):
            written("lambda", "DeleteFunction", **parameters)
    assert written("lambda", "DeleteFunction", FunctionName="f:1") == {"FunctionName": "f:1"}


@pytest.mark.parametrize("given", ["function:f:1", "a/b", "a b", "1:function:f"])
def test_what_is_no_function_s_name(given: str) -> None:
    with pytest.raises(AwsError) as caught:
        written("lambda", "GetFunction", FunctionName=given)
    assert caught.value.code == "ValidationException"


def test_groups_of_logs_by_their_arns() -> None:
    own, other = (f"arn:aws:logs:us-east-1:{account}:log-group:/g" for account in ("123456789012", "210987654321"))
    for given in (own, f"{own}:*", "/g"):
        assert written("logs", "FilterLogEvents", logGroupIdentifier=given) == {"logGroupName": "/g"}
    for parameters in (
        {"logGroupIdentifier": other},
        {"logGroupIdentifier": own.replace("us-east-1", "eu-west-1")},
        {"logGroupIdentifier": own, "logGroupName": "/h"},
        {"logGroupName": "/h"},
    ):
        assert written("logs", "FilterLogEvents", **parameters) == parameters
    # Of operations that know no names, nothing is changed.
    assert written("logs", "GetTransformer", logGroupIdentifier=own) == {"logGroupIdentifier": own}


def test_parameters_by_their_arns() -> None:
    beginning = "arn:aws:ssm:us-east-1:123456789012:parameter"
    assert written("ssm", "GetParameters", Names=[f"{beginning}/a", f"{beginning}/a/b", "c"]) == {
        "Names": ["a", "/a/b", "c"]
    }
    other = "arn:aws:ssm:us-east-1:210987654321:parameter/a"
    assert written("ssm", "GetParameter", Name=other) == {"Name": other}


def test_a_bus_by_its_arn() -> None:
    own, other = (f"arn:aws:events:us-east-1:{account}:event-bus/shop" for account in ("123456789012", "210987654321"))
    assert written("events", "PutRule", Name="r", EventBusName=own) == {"Name": "r", "EventBusName": "shop"}
    assert written("events", "PutRule", EventBusName=other) == {"EventBusName": other}
    entries = [{"EventBusName": own}, {"Source": "a"}]
    assert written("events", "PutEvents", Entries=entries)["Entries"] == [{"EventBusName": "shop"}, {"Source": "a"}]


BUS = "arn:aws:events:us-east-1:123456789012:event-bus"
ECS = "arn:aws:ecs:us-east-1:123456789012"
RDS = "arn:aws:rds:us-east-1:123456789012"
TASKS = f"{ECS}:task-definition"
FILES, GROUPS, MODELS, PIPELINES = (
    f"arn:aws:{one}:us-east-1:123456789012"
    for one in ("elasticfilesystem", "resource-groups", "sagemaker", "codepipeline")
)
NETWORKS = "arn:aws:networkmanager::123456789012"


@pytest.mark.parametrize(
    ("service", "operation", "code", "parameters"),
    [
        ("ecs", "DeleteCluster", "InvalidParameterException", {"cluster": "x/prod"}),
        ("ecs", "DescribeClusters", "InvalidParameterException", {"clusters": ["a", "x/prod"]}),
        ("ecs", "UpdateCluster", "InvalidParameterException", {"cluster": "arn:aws:ecs:us-east-1:1:cluster/x/prod"}),
        ("ecs", "DescribeTaskDefinition", "InvalidParameterException", {"taskDefinition": "x/web:1"}),
        ("events", "PutRule", "ValidationException", {"Name": "r", "EventBusName": "x/prod"}),
        ("events", "PutRule", "ValidationException", {"Name": "r", "EventBusName": f"{BUS}/x/prod"}),
        ("events", "PutEvents", "ValidationException", {"Entries": [{"EventBusName": "x/prod"}]}),
        ("events", "CreateArchive", "ValidationException", {"EventSourceArn": f"{BUS}/x/prod"}),
        ("events", "StartReplay", "ValidationException", {"Destination": {"Arn": f"{BUS}/x/prod"}}),
        ("databrew", "UpdateRecipe", "ValidationException", {"Name": "x/prod"}),
        ("databrew", "UpdateRecipe", "ValidationException", {"Name": "arn:aws:databrew:us-east-1:1:recipe/prod"}),
        ("ecs", "DeleteCluster", "InvalidParameterException", {"cluster": "arn:/prod"}),
        ("codepipeline", "TagResource", "InvalidArnException", {"resourceArn": f"{PIPELINES}:x:prod"}),
        ("codepipeline", "TagResource", "InvalidArnException", {"resourceArn": "prod"}),
        ("elasticfilesystem", "DeleteAccessPoint", "BadRequest", {"AccessPointId": "x/fsap-1"}),
        ("elasticfilesystem", "CreateAccessPoint", "BadRequest", {"FileSystemId": f"{FILES}:x/fs-1"}),
        ("elasticfilesystem", "TagResource", "BadRequest", {"ResourceId": f"{FILES}:x/fs-1"}),
        ("networkmanager", "TagResource", "ValidationException", {"ResourceArn": "global-network/a"}),
        ("networkmanager", "TagResource", "ValidationException", {"ResourceArn": f"{NETWORKS}:x:global-network/a"}),
        ("redshift", "CreateTags", "InvalidParameterValue", {"ResourceName": f"{ECS}:parametergroup:prod"}),
        ("resource-groups", "GetGroup", "BadRequestException", {"Group": ECS + ":group/prod"}),
        ("sagemaker.api", "AddTags", "ValidationException", {"ResourceArn": "model/prod"}),
        ("sagemaker.api", "AddTags", "ValidationException", {"ResourceArn": f"{MODELS}:x:model/prod"}),
        ("ecs", "DeleteCluster", "InvalidParameterException", {"cluster": f"{ECS}:service/prod"}),
        ("ecs", "DeleteCluster", "InvalidParameterException", {"cluster": f"{ECS.replace('ecs', 'sqs')}:cluster/prod"}),
        ("ecs", "DescribeTaskDefinition", "InvalidParameterException", {"taskDefinition": "web:01"}),
        ("ecs", "DescribeTaskDefinition", "InvalidParameterException", {"taskDefinition": "web:+1"}),
        ("ecs", "DeleteTaskDefinitions", "InvalidParameterException", {"taskDefinitions": ["web:1", "web: 1"]}),
        ("ecs", "DescribeTaskDefinition", "InvalidParameterException", {"taskDefinition": f"{ECS}:cluster/web:1"}),
        ("ecs", "DescribeTaskDefinition", "InvalidParameterException", {"taskDefinition": f"{TASKS}/web:01"}),
        ("events", "PutRule", "ValidationException", {"EventBusName": BUS.replace("events", "sqs") + "/prod"}),
        ("events", "PutRule", "ValidationException", {"EventBusName": BUS.replace("event-bus", "archive") + "/prod"}),
        ("events", "PutRule", "ValidationException", {"EventBusName": BUS.replace("us-east-1", "") + "/prod"}),
        ("events", "PutEvents", "ValidationException", {"Entries": [{"EventBusName": "arn:x/prod"}]}),
        ("events", "StartReplay", "ValidationException", {"EventSourceArn": f"{BUS}/prod"}),
        ("rds", "CopyDBParameterGroup", "InvalidParameterValue", {"SourceDBParameterGroupIdentifier": f"{RDS}:x:prod"}),
        (
            "rds",
            "CopyDBClusterParameterGroup",
            "InvalidParameterValue",
            {"SourceDBClusterParameterGroupIdentifier": f"{RDS}:pg:prod"},
        ),
    ],
)
def test_a_name_of_several_parts_is_none(service: str, operation: str, code: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(AwsError) as caught:
        written(service, operation, **parameters)
    assert (caught.value.code, caught.value.status) == (code, 400)


def test_a_name_of_one_part() -> None:
    cluster = {"cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/prod"}
    assert written("ecs", "UpdateCluster", **cluster) == cluster
    assert written("databrew", "UpdateRecipe", Name="our recipe") == {"Name": "our recipe"}
    for name in ("web", "web:12", f"{TASKS}/web:3", f"{TASKS}/web"):
        assert written("ecs", "DescribeTaskDefinition", taskDefinition=name) == {"taskDefinition": name}
    archive = {"EventSourceArn": BUS.replace("event-bus", "archive") + "/prod"}
    assert written("events", "StartReplay", **archive) == archive


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("codepipeline", "TagResource", {"resourceArn": f"{PIPELINES}:prod"}),
        ("elasticfilesystem", "DeleteFileSystem", {"FileSystemId": "fs-1"}),
        ("elasticfilesystem", "TagResource", {"ResourceId": f"{FILES}:access-point/fsap-1"}),
        ("networkmanager", "TagResource", {"ResourceArn": f"{NETWORKS}:device/a/b"}),
        ("resource-groups", "GetGroup", {"Group": f"{GROUPS}:group/prod"}),
        ("resource-groups", "GetGroup", {"GroupName": "prod"}),
        ("sagemaker.api", "AddTags", {"ResourceArn": f"{MODELS}:model-package/prod/1"}),
    ],
)
def test_names_in_their_service_s_form(service: str, operation: str, parameters: dict[str, Any]) -> None:
    assert written(service, operation, **parameters) == parameters


def test_schemas_and_registries_go_by_their_names() -> None:
    glue = "arn:aws:glue:us-east-1:123456789012"
    found = written("glue", "GetSchema", SchemaId={"SchemaArn": f"{glue}:schema/r/s"})
    assert found == {"SchemaId": {"RegistryName": "r", "SchemaName": "s"}}
    found = written("glue", "CreateSchema", SchemaName="s", RegistryId={"RegistryArn": f"{glue}:registry/r"})
    assert found == {"SchemaName": "s", "RegistryId": {"RegistryName": "r"}}
    for other in (
        {"SchemaArn": f"{glue}:schema/x/r/s"},
        {"SchemaArn": f"{glue}:schema/r/s", "SchemaName": "t"},
        {"SchemaArn": f"{glue.replace('1234', '4321')}:schema/r/s"},
    ):
        assert written("glue", "GetSchema", SchemaId=other) == {"SchemaId": other}


def test_groups_of_rds_have_no_case() -> None:
    given = {"DBParameterGroupName": "PROD"}
    assert written("rds", "DeleteDBParameterGroup", **given) == {"DBParameterGroupName": "prod"}
    given = {"SourceDBParameterGroupIdentifier": "arn:aws:rds:us-east-1:123456789012:pg:PROD"}
    assert written("rds", "CopyDBParameterGroup", **given)["SourceDBParameterGroupIdentifier"].endswith(":pg:prod")
