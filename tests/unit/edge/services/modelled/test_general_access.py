"""What operations ask for that no table speaks of."""

from __future__ import annotations

import random
from typing import Any

import pytest

from skywalk.edge.services.modelled.access import Asker, NameNotUsable, wanted
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.service_models import JSON, Shape, service_model
from skywalk.values.modelled_services import modelled_services

HERE = "us-east-1:123456789012"
ASKER = Asker("123456789012", "us-east-1")
ROLE = "arn:aws:iam::123456789012:role/r"


def checks(service: str, operation: str, /, **parameters: Any) -> list[str]:
    """`glue:GetTable table/db/t`; of another service's ARN, or another account's, the whole."""
    row = modelled_services()[service]
    model = next(one for one in map(service_model, row.models) if operation in one.operation_names)
    found = model.operation(operation)
    assert found is not None
    asked = wanted(service, row.signing_name, Understood(model, JSON, found, parameters), ASKER)
    own = f"arn:aws:{row.signing_name}:{HERE}:"
    return [f"{one.action} {one.resource.removeprefix(own)}" for one in asked]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        (
            "glue",
            "GetTable",
            {"DatabaseName": "db", "Name": "t"},
            ["glue:GetTable database/db", "glue:GetTable catalog", "glue:GetTable table/db/t"],
        ),
        (
            "glue",
            "GetTables",
            {"DatabaseName": "db"},
            ["glue:GetTables database/db", "glue:GetTables catalog", "glue:GetTables table/db/*"],
        ),
        ("glue", "GetConnections", {}, ["glue:GetConnections catalog", "glue:GetConnections connection/*"]),
        ("glue", "TagResource", {"ResourceArn": f"arn:aws:glue:{HERE}:job/j"}, ["glue:TagResource job/j"]),
        ("glue", "TagResource", {"ResourceArn": f"arn:aws:lambda:{HERE}:job/j"}, ["glue:TagResource *"]),
        (
            "glue",
            "TagResource",
            {"ResourceArn": "arn:aws:glue::123456789012:job/j"},
            ["glue:TagResource arn:aws:glue::123456789012:job/j", "glue:TagResource job/j"],
        ),
        (
            "glue",
            "TagResource",
            {"ResourceArn": "arn:aws:glue:us-east-1::job/j"},
            ["glue:TagResource job/j", "glue:TagResource *"],
        ),
        (
            "ecs",
            "DeleteCluster",
            {"cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/c"},
            ["ecs:DeleteCluster arn:aws:ecs:eu-west-1:123456789012:cluster/c", "ecs:DeleteCluster cluster/c"],
        ),
        ("glue", "GetUsageProfile", {"Name": "n"}, ["glue:GetUsageProfile usageProfile/*"]),
        ("glue", "CreateGlossary", {"Name": "n"}, ["glue:CreateGlossary *"]),  # newer than the reference
        ("ecs", "RunTask", {"taskDefinition": "f", "cluster": "c"}, ["ecs:RunTask task-definition/f:*"]),
        ("ecs", "RunTask", {"taskDefinition": "f:3", "cluster": "c"}, ["ecs:RunTask task-definition/f:3"]),
        ("ecs", "UpdateService", {"service": "s"}, ["ecs:UpdateService service/default/s"]),
        (
            "ecs",
            "UpdateService",
            {"service": "s", "cluster": f"arn:aws:ecs:{HERE}:cluster/c"},
            ["ecs:UpdateService service/c/s"],
        ),
        (
            "ecs",
            "DescribeTasks",
            {"cluster": "c", "tasks": ["a", "b"]},
            ["ecs:DescribeTasks task/c/a", "ecs:DescribeTasks task/c/b"],
        ),
        ("athena", "StartQueryExecution", {"QueryString": "q"}, ["athena:StartQueryExecution workgroup/primary"]),
        ("athena", "GetQueryExecution", {"QueryExecutionId": "q"}, ["athena:GetQueryExecution workgroup/*"]),
        ("kinesis-firehose", "PutRecord", {"DeliveryStreamName": "d"}, ["firehose:PutRecord deliverystream/d"]),
        ("kinesis-streams", "PutRecord", {"StreamName": "s"}, ["kinesis:PutRecord stream/s"]),
        ("kinesis-streams", "UpdateShardCount", {"StreamName": "s"}, ["kinesis:UpdateShardCount stream/s"]),
        (
            "kinesis-streams",
            "UpdateStreamMode",
            {"StreamARN": "arn:aws:kinesis:us-east-1:123456789012:stream/s"},
            ["kinesis:UpdateStreamMode stream/s"],
        ),
        (
            "swf",
            "TagResource",
            {"resourceArn": "arn:aws:swf:us-east-1:123456789012:/domain/shop"},
            ["swf:TagResource *", "swf:TagResource arn:aws:swf::123456789012:/domain/shop"],
        ),
        (
            "wafv2",
            "GetWebACL",
            {"Name": "n", "Id": "1"},
            ["wafv2:GetWebACL regional/webacl/n/1", "wafv2:GetWebACL global/webacl/n/1"],
        ),
        (
            "kinesis-streams",
            "PutRecord",
            {"StreamARN": "arn:aws:kinesis:us-east-1:210987654321:stream/s"},
            ["kinesis:PutRecord arn:aws:kinesis:us-east-1:210987654321:stream/s"],
        ),
        (
            "events",
            "PutEvents",
            {"Entries": [{"EventBusName": "b"}, {}]},
            ["events:PutEvents event-bus/b", "events:PutEvents event-bus/default"],
        ),
        ("events", "PutRule", {"Name": "r"}, ["events:PutRule rule/r"]),
        ("events", "DeleteEventBus", {"Name": "b"}, ["events:DeleteEventBus event-bus/b"]),
        ("events", "DescribeEventBus", {}, ["events:DescribeEventBus event-bus/default"]),
        (
            "events",
            "DescribeEventBus",
            {"Name": f"arn:aws:events:{HERE}:event-bus/b"},
            ["events:DescribeEventBus event-bus/b"],
        ),
        ("cloudtrail", "StopLogging", {"Name": "t-1"}, ["cloudtrail:StopLogging trail/t-1"]),
        ("events", "PutRule", {"Name": "r", "EventBusName": "b"}, ["events:PutRule rule/b/r"]),
        (
            "states",
            "StartExecution",
            {"stateMachineArn": f"arn:aws:states:{HERE}:stateMachine:m"},
            ["states:StartExecution stateMachine:m"],
        ),
        ("rds", "DeleteDBInstance", {"DBInstanceIdentifier": "i"}, ["rds:DeleteDBInstance db:i"]),
        ("rds", "StartDBCluster", {"DBClusterIdentifier": "c"}, ["rds:StartDBCluster cluster:c"]),
        (
            "autoscaling",
            "DeletePolicy",
            {"AutoScalingGroupName": "g", "PolicyName": "p"},
            ["autoscaling:DeletePolicy autoScalingGroup:*:autoScalingGroupName/g"],
        ),
        ("apigateway", "GetRestApi", {"restApiId": "x"}, ["apigateway:GET arn:aws:apigateway:us-east-1::/restapis/x"]),
        ("apigateway", "GetRestApis", {}, ["apigateway:GET arn:aws:apigateway:us-east-1::/restapis"]),
        ("cassandra", "GetTable", {"keyspaceName": "k", "tableName": "t"}, ["cassandra:Select /keyspace/k/table/t"]),
        ("apigateway", "GetPortal", {"PortalId": "p"}, ["apigateway:GetPortal /portals/p"]),
        ("tagging", "GetResources", {}, ["tag:GetResources *"]),
        (
            "bedrock-runtime",
            "Converse",
            {"modelId": "m"},
            ["bedrock:InvokeModel arn:aws:bedrock:us-east-1::foundation-model/m"],
        ),
        ("bedrock-runtime", "Converse", {"modelId": "us.m"}, ["bedrock:InvokeModel *"]),
        ("sqs-fips", "SendMessage", {"QueueUrl": "https://x/123456789012/q"}, ["sqs:SendMessage q"]),
    ],
)
def test_what_is_asked_for(service: str, operation: str, parameters: dict[str, Any], expected: list[str]) -> None:
    assert sorted(checks(service, operation, **parameters)) == sorted(expected)


def test_a_role_that_is_handed_over_needs_pass_role() -> None:
    row = modelled_services()["glue"]
    model = service_model("glue")
    operation = model.operation("CreateJob")
    assert operation is not None
    asked = wanted("glue", "glue", Understood(model, JSON, operation, {"Name": "j", "Role": ROLE}), ASKER)
    assert row.signing_name == "glue"
    assert [(one.action, one.resource, dict(one.keys)) for one in asked] == [
        ("glue:CreateJob", f"arn:aws:glue:{HERE}:job/j", {}),
        ("iam:PassRole", ROLE, {"iam:passedtoservice": "glue.amazonaws.com"}),
    ]


def test_a_role_may_be_handed_over_by_its_name() -> None:
    asked = [f"iam:PassRole {ROLE}"]
    assert checks("glue", "CreateJob", Name="j", Role="r")[1:] == asked
    assert checks("ecs", "RegisterTaskDefinition", family="f", taskRoleArn="/r", executionRoleArn="r")[1:] == asked
    assert checks("ssm", "CreateActivation", IamRole="service-role/r")[1:] == [
        "iam:PassRole arn:aws:iam::123456789012:role/service-role/r"
    ]
    # Others take ARNs alone, or mean something else.
    assert checks("glue", "CreateJob", Name="j", ExecutionRole="r") == ["glue:CreateJob job/j"]
    assert len(checks("bedrock-runtime", "Converse", modelId="m", messages=[{"role": "user"}])) == 1


def test_roles_are_found_at_any_depth_and_once() -> None:
    overrides = {"taskRoleArn": ROLE, "executionRoleArn": ROLE}
    asked = checks("ecs", "RunTask", taskDefinition="f:1", overrides=overrides)
    assert asked == ["ecs:RunTask task-definition/f:1", f"iam:PassRole {ROLE}"]


def test_a_role_that_is_handed_to_an_operation_newer_than_the_reference() -> None:
    assert checks("glue", "CreateGlossary", RoleArn=ROLE) == ["glue:CreateGlossary *", f"iam:PassRole {ROLE}"]
    assert checks("glue", "GetAsset", RoleArn=ROLE) == ["glue:GetAsset *"]


def test_an_arn_of_another_role_parameter_of_what_only_reads_is_not_handed_over() -> None:
    assert checks("glue", "GetJob", JobName="j", Role=ROLE) == ["glue:GetJob job/j"]


def test_nothing_that_a_request_says_makes_it_fail() -> None:
    """Three operations of every service, with whatever their models allow."""
    dice = random.Random(7)
    for service, row in modelled_services().items():
        if service.endswith("-fips"):
            continue
        model = service_model(dice.choice(row.models))
        for name in dice.sample(model.operation_names, min(3, len(model.operation_names))):
            operation = model.operation(name)
            assert operation is not None
            parameters = {} if operation.input is None else anything(operation.input, dice)
            try:
                asked = wanted(service, row.signing_name, Understood(model, JSON, operation, parameters), ASKER)
            except NameNotUsable:
                continue
            assert asked
            assert all(one.resource == "*" or one.resource.startswith("arn:aws:") for one in asked), (service, name)


def anything(shape: Shape, dice: random.Random, depth: int = 0) -> Any:
    if shape.kind == "structure":
        if depth > 4:
            return {}
        return {
            name: anything(one.shape, dice, depth + 1) for name, one in shape.members.items() if dice.random() < 0.8
        }
    if shape.of is not None and shape.kind == "list":
        return [anything(shape.of.shape, dice, depth + 1) for _ in range(dice.randint(0, 2))]
    if shape.of is not None:
        return {"k": anything(shape.of.shape, dice, depth + 1)}
    if shape.kind == "string":
        return dice.choice(["x", "a/b", "a:b", "*", "", f"arn:aws:glue:{HERE}:job/x", "arn:"])
    return {"boolean": True, "double": 1.5, "float": 1.5}.get(shape.kind, 3)
