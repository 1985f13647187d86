"""Which actions on which resources are asked for, operation by operation."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from skywalk.edge.services.modelled.access import Asker, NameNotUsable, Wanted, _checked_table, checked_services, wanted
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.service_models import JSON, service_model
from skywalk.values.modelled_services import modelled_services
from support.modelled_requests import SERVICES, botocore_model, value_of

HERE = "us-east-1:123456789012"
ASKER = Asker("123456789012", "us-east-1")
KEY = "7c21cf95-d88d-49c3-a640-aa9585cb7daf"
BLOB = base64.b64encode(KEY.encode() + b"\x80...").decode()


def asked(service: str, operation: str, /, **parameters: Any) -> list[Wanted]:
    row = modelled_services()[service]
    model = service_model(row.models[0])
    found = model.operation(operation)
    assert found is not None
    return list(wanted(service, row.signing_name, Understood(model, JSON, found, parameters), ASKER))


def checks(service: str, operation: str, /, **parameters: Any) -> list[tuple[str, str]]:
    return [(one.action, one.resource) for one in asked(service, operation, **parameters)]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "action", "resource"),
    [
        ("sqs", "CreateQueue", {"QueueName": "q"}, "sqs:CreateQueue", f"arn:aws:sqs:{HERE}:q"),
        (
            "sqs",
            "SendMessageBatch",
            {"QueueUrl": f"https://x/{ASKER.account_id}/q"},
            "sqs:SendMessage",
            f"arn:aws:sqs:{HERE}:q",
        ),
        (
            "sqs",
            "DeleteMessage",
            {"QueueUrl": "https://x/210987654321/q"},
            "sqs:DeleteMessage",
            "arn:aws:sqs:us-east-1:210987654321:q",
        ),
        (
            "sqs",
            "GetQueueUrl",
            {"QueueName": "q", "QueueOwnerAWSAccountId": "210987654321"},
            "sqs:GetQueueUrl",
            "arn:aws:sqs:us-east-1:210987654321:q",
        ),
        ("sqs", "ListQueues", {}, "sqs:ListQueues", "*"),
        ("sns", "CreateTopic", {"Name": "t"}, "sns:CreateTopic", f"arn:aws:sns:{HERE}:t"),
        ("sns", "Publish", {"TargetArn": f"arn:aws:sns:{HERE}:t"}, "sns:Publish", f"arn:aws:sns:{HERE}:t"),
        ("sns", "PublishBatch", {"TopicArn": f"arn:aws:sns:{HERE}:t"}, "sns:Publish", f"arn:aws:sns:{HERE}:t"),
        ("sns", "Publish", {"PhoneNumber": "1"}, "sns:Publish", "*"),
        (
            "sns",
            "Unsubscribe",
            {"SubscriptionArn": f"arn:aws:sns:{HERE}:t:s"},
            "sns:Unsubscribe",
            f"arn:aws:sns:{HERE}:t",
        ),
        ("kms", "Encrypt", {"KeyId": KEY}, "kms:Encrypt", f"arn:aws:kms:{HERE}:key/{KEY}"),
        ("kms", "Decrypt", {"CiphertextBlob": BLOB}, "kms:Decrypt", f"arn:aws:kms:{HERE}:key/{KEY}"),
        ("kms", "Decrypt", {"CiphertextBlob": "AAAA"}, "kms:Decrypt", "*"),
        ("kms", "CreateKey", {}, "kms:CreateKey", "*"),
        ("kms", "ListAliases", {"KeyId": KEY}, "kms:ListAliases", "*"),
        (
            "secretsmanager",
            "CreateSecret",
            {"Name": "a/b"},
            "secretsmanager:CreateSecret",
            f"arn:aws:secretsmanager:{HERE}:secret:a/b-??????",
        ),
        ("ssm", "GetParameter", {"Name": "/a/b:3"}, "ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/a/b"),
        (
            "ssm",
            "GetParameter",
            {"Name": f"arn:aws:ssm:{HERE}:parameter/a:prod"},
            "ssm:GetParameter",
            f"arn:aws:ssm:{HERE}:parameter/a",
        ),
        ("ssm", "GetParametersByPath", {"Path": "/a"}, "ssm:GetParametersByPath", f"arn:aws:ssm:{HERE}:parameter/a"),
        ("ssm", "GetDocument", {"Name": "d"}, "ssm:GetDocument", f"arn:aws:ssm:{HERE}:document/d"),
        (
            "ssm",
            "AddTagsToResource",
            {"ResourceType": "Document", "ResourceId": "d"},
            "ssm:AddTagsToResource",
            f"arn:aws:ssm:{HERE}:document/d",
        ),
        ("ssm", "AddTagsToResource", {"ResourceType": "OpsItem", "ResourceId": "d"}, "ssm:AddTagsToResource", "*"),
        ("ssm", "DescribeParameters", {}, "ssm:DescribeParameters", "*"),
        (
            "logs",
            "CreateLogGroup",
            {"logGroupName": "/g"},
            "logs:CreateLogGroup",
            f"arn:aws:logs:{HERE}:log-group:/g:log-stream:",
        ),
        (
            "logs",
            "PutLogEvents",
            {"logGroupName": "/g", "logStreamName": "s"},
            "logs:PutLogEvents",
            f"arn:aws:logs:{HERE}:log-group:/g:log-stream:s",
        ),
        (
            "logs",
            "FilterLogEvents",
            {"logGroupIdentifier": f"arn:aws:logs:{HERE}:log-group:/g:*"},
            "logs:FilterLogEvents",
            f"arn:aws:logs:{HERE}:log-group:/g:log-stream:",
        ),
        ("logs", "DescribeLogGroups", {}, "logs:DescribeLogGroups", f"arn:aws:logs:{HERE}:log-group::log-stream:"),
        (
            "ecr.api",
            "CreateRepository",
            {"repositoryName": "a/b"},
            "ecr:CreateRepository",
            f"arn:aws:ecr:{HERE}:repository/a/b",
        ),
        (
            "ecr.api",
            "BatchGetImage",
            {"repositoryName": "r", "registryId": "210987654321"},
            "ecr:BatchGetImage",
            "arn:aws:ecr:us-east-1:210987654321:repository/r",
        ),
        ("ecr.api", "DescribeRepositories", {}, "ecr:DescribeRepositories", f"arn:aws:ecr:{HERE}:repository/*"),
        ("ecr.api", "GetAuthorizationToken", {}, "ecr:GetAuthorizationToken", "*"),
        ("lambda", "Invoke", {"FunctionName": "f"}, "lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:f"),
        (
            "lambda",
            "GetFunction",
            {"FunctionName": f"arn:aws:lambda:{HERE}:function:f", "Qualifier": "P"},
            "lambda:GetFunction",
            f"arn:aws:lambda:{HERE}:function:f:P",
        ),
        ("lambda", "ListFunctions", {}, "lambda:ListFunctions", "*"),
        (
            "lambda",
            "GetLayerVersion",
            {"LayerName": "l", "VersionNumber": 3},
            "lambda:GetLayerVersion",
            f"arn:aws:lambda:{HERE}:layer:l:3",
        ),
        (
            "cloudformation",
            "CreateStack",
            {"StackName": "s"},
            "cloudformation:CreateStack",
            f"arn:aws:cloudformation:{HERE}:stack/s/*",
        ),
        ("cloudformation", "DescribeStacks", {}, "cloudformation:DescribeStacks", "*"),
        ("monitoring", "PutMetricData", {"Namespace": "n"}, "cloudwatch:PutMetricData", "*"),
        (
            "monitoring",
            "PutMetricAlarm",
            {"AlarmName": "a"},
            "cloudwatch:PutMetricAlarm",
            f"arn:aws:cloudwatch:{HERE}:alarm:a",
        ),
        ("monitoring", "DescribeAlarms", {}, "cloudwatch:DescribeAlarms", f"arn:aws:cloudwatch:{HERE}:alarm:*"),
        (
            "monitoring",
            "GetDashboard",
            {"DashboardName": "d"},
            "cloudwatch:GetDashboard",
            "arn:aws:cloudwatch::123456789012:dashboard/d",
        ),
        ("athena", "ListWorkGroups", {}, "athena:ListWorkGroups", "*"),
    ],
)
def test_one_action_on_one_resource(
    service: str, operation: str, parameters: dict[str, Any], action: str, resource: str
) -> None:
    assert checks(service, operation, **parameters) == [(action, resource)]


def test_several_resources_are_several_checks() -> None:
    assert checks("ssm", "GetParameters", Names=["/a", "b", "/a"]) == [
        ("ssm:GetParameters", f"arn:aws:ssm:{HERE}:parameter/a"),
        ("ssm:GetParameters", f"arn:aws:ssm:{HERE}:parameter/b"),
    ]
    assert [resource for _, resource in checks("monitoring", "DeleteAlarms", AlarmNames=["a", "b"])] == [
        f"arn:aws:cloudwatch:{HERE}:alarm:a",
        f"arn:aws:cloudwatch:{HERE}:alarm:b",
    ]
    assert checks("kms", "CreateAlias", AliasName="alias/x", TargetKeyId=KEY) == [
        ("kms:CreateAlias", f"arn:aws:kms:{HERE}:alias/x"),
        ("kms:CreateAlias", f"arn:aws:kms:{HERE}:key/{KEY}"),
    ]
    assert checks("kms", "ReEncrypt", DestinationKeyId=KEY, CiphertextBlob=BLOB) == [
        ("kms:ReEncryptTo", f"arn:aws:kms:{HERE}:key/{KEY}"),
        ("kms:ReEncryptFrom", f"arn:aws:kms:{HERE}:key/{KEY}"),
    ]
    role = "arn:aws:iam::123456789012:role/r"
    assert checks("lambda", "CreateFunction", FunctionName="f", Role=role) == [
        ("lambda:CreateFunction", f"arn:aws:lambda:{HERE}:function:f"),
        ("iam:PassRole", role),
    ]


def test_names_within_structures() -> None:
    found = checks("glue", "UpdateTable", DatabaseName="shop", TableInput={"Name": "sales"})
    assert [resource for _, resource in found] == [
        f"arn:aws:glue:{HERE}:{one}" for one in ("catalog", "database/shop", "table/shop/sales")
    ]
    found = checks("glue", "GetSchema", SchemaId={"RegistryName": "events", "SchemaName": "sale"})
    assert [resource for _, resource in found] == [
        f"arn:aws:glue:{HERE}:{one}" for one in ("registry/events", "schema/events/sale")
    ]


@pytest.mark.parametrize("end", ["schema/dev/events/sale", "x/events/sale", "schema/events/sale:1", "schema/sale"])
def test_what_is_no_schema_s_arn(end: str) -> None:
    """The backend looks at the last two parts alone."""
    with pytest.raises(NameNotUsable):
        checks("glue", "GetSchema", SchemaId={"SchemaArn": f"arn:aws:glue:{HERE}:{end}"})


def test_a_recorder_is_asked_for_by_its_name() -> None:
    for recorder, name in (({"name": "shut"}, "shut"), ({}, "default")):
        assert checks("config", "PutConfigurationRecorder", ConfigurationRecorder=recorder) == [
            ("config:PutConfigurationRecorder", f"arn:aws:config:{HERE}:configuration-recorder/{name}/*")
        ]


def test_packages_of_models() -> None:
    for name, end in (("shut", "shut/*"), ("shut/1", "shut/1"), (f"arn:aws:sagemaker:{HERE}:model-package/a/2", "a/2")):
        found = checks("sagemaker.api", "DescribeModelPackage", ModelPackageName=name)
        assert found == [("sagemaker:DescribeModelPackage", f"arn:aws:sagemaker:{HERE}:model-package/{end}")]
    with pytest.raises(NameNotUsable):
        checks("sagemaker.api", "UpdateModelPackage", ModelPackageArn="shut")


def test_registries() -> None:
    assert checks("glue", "GetRegistry", RegistryId={"RegistryName": "r"}) == [
        ("glue:GetRegistry", f"arn:aws:glue:{HERE}:registry/r")
    ]
    with pytest.raises(NameNotUsable):
        checks("glue", "DeleteRegistry", RegistryId={"RegistryArn": f"arn:aws:glue:{HERE}:registry/x/r"})
    default = f"arn:aws:glue:{HERE}:registry/default-registry"
    assert checks("glue", "DeleteRegistry", RegistryId={}) == [("glue:DeleteRegistry", default)]
    assert ("glue:CreateSchema", default) in checks("glue", "CreateSchema", SchemaName="s", RegistryId={})


def test_alarms_that_are_asked_for_by_a_prefix_are_any() -> None:
    every = [("cloudwatch:DescribeAlarms", f"arn:aws:cloudwatch:{HERE}:alarm:*")]
    assert checks("monitoring", "DescribeAlarms", AlarmNames=["a"]) != every
    for prefix in ("ActionPrefix", "AlarmNamePrefix"):
        assert checks("monitoring", "DescribeAlarms", AlarmNames=["a"], **{prefix: "x"}) == every


def test_two_names_of_one_thing_are_two_checks() -> None:
    secret = f"arn:aws:logs:{HERE}:log-group:/secret"
    for operation in ("DescribeLogStreams", "FilterLogEvents"):
        assert [resource for _, resource in checks(
            "logs", operation, logGroupName="/mine", logGroupIdentifier=secret
        )] == [f"arn:aws:logs:{HERE}:log-group:/mine:log-stream:", f"{secret}:log-stream:"]  # fmt: skip
    several = {"logGroupName": "/a", "logGroupNames": ["/b"], "logGroupIdentifiers": [secret], "queryString": "q"}
    assert [resource for _, resource in checks("logs", "StartQuery", **several)] == [
        f"arn:aws:logs:{HERE}:log-group:/a:log-stream:",
        f"arn:aws:logs:{HERE}:log-group:/b:log-stream:",
        f"{secret}:log-stream:",
    ]


def test_the_values_of_several_secrets() -> None:
    secret = f"arn:aws:secretsmanager:{HERE}:secret:"
    assert checks("secretsmanager", "BatchGetSecretValue", SecretIdList=["a", "b"]) == [
        ("secretsmanager:BatchGetSecretValue", "*"),
        ("secretsmanager:GetSecretValue", f"{secret}a"),
        ("secretsmanager:GetSecretValue", f"{secret}b"),
    ]
    assert checks("secretsmanager", "BatchGetSecretValue", Filters=[{"Key": "name", "Values": ["a"]}]) == [
        ("secretsmanager:BatchGetSecretValue", "*"),
        ("secretsmanager:ListSecrets", "*"),
        ("secretsmanager:GetSecretValue", f"{secret}*"),
    ]


TAGS = [{"Key": "team", "Value": "a"}]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "tags", "action"),
    [
        ("sqs", "CreateQueue", {"QueueName": "q"}, {"tags": {"team": "a"}}, "sqs:TagQueue"),
        ("sns", "CreateTopic", {"Name": "t"}, {"Tags": TAGS}, "sns:TagResource"),
        ("kms", "CreateKey", {}, {"Tags": [{"TagKey": "team", "TagValue": "a"}]}, "kms:TagResource"),
        ("secretsmanager", "CreateSecret", {"Name": "s"}, {"Tags": TAGS}, "secretsmanager:TagResource"),
        ("ssm", "PutParameter", {"Name": "/p"}, {"Tags": TAGS}, "ssm:AddTagsToResource"),
        ("logs", "CreateLogGroup", {"logGroupName": "/g"}, {"tags": {"team": "a"}}, "logs:TagResource"),
        ("ecr.api", "CreateRepository", {"repositoryName": "r"}, {"tags": TAGS}, "ecr:TagResource"),
        ("lambda", "CreateFunction", {"FunctionName": "f"}, {"Tags": {"team": "a"}}, "lambda:TagResource"),
        ("monitoring", "PutMetricAlarm", {"AlarmName": "a"}, {"Tags": TAGS}, "cloudwatch:TagResource"),
    ],
)
def test_tags_of_what_is_made_need_a_permission_of_their_own(
    service: str, operation: str, parameters: dict[str, Any], tags: dict[str, Any], action: str
) -> None:
    ((making, resource),) = checks(service, operation, **parameters)
    first, second = asked(service, operation, **parameters, **tags)
    assert [(one.action, one.resource) for one in (first, second)] == [(making, resource), (action, resource)]
    assert first.keys["aws:requesttag/team"] == second.keys["aws:requesttag/team"] == "a"
    ((name, given),) = tags.items()
    assert checks(service, operation, **parameters, **{name: type(given)()}) == [(making, resource)]


def test_what_is_of_no_region_has_none_in_its_arn() -> None:
    dashboard = "arn:aws:cloudwatch::123456789012:dashboard/d"
    found = checks("monitoring", "ListTagsForResource", ResourceARN=dashboard)
    assert found == [("cloudwatch:ListTagsForResource", dashboard)]
    assert checks("monitoring", "GetDashboard", DashboardName=dashboard) == [("cloudwatch:GetDashboard", dashboard)]


def test_what_is_to_be_looked_up() -> None:
    assert asked("kms", "Encrypt", KeyId="alias/x") == [
        Wanted("kms:Encrypt", f"arn:aws:kms:{HERE}:key/alias/x", "key", "alias/x")
    ]
    (secret,) = asked("secretsmanager", "GetSecretValue", SecretId="db")
    assert (secret.lookup, secret.name) == ("secret", "db")


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("sns", "Publish", {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:t"}),
        ("sns", "Publish", {"TopicArn": f"arn:aws:sqs:{HERE}:t"}),
        ("sns", "Unsubscribe", {"SubscriptionArn": "arn:aws:sns:eu-west-1:123456789012:t:s"}),
        ("sns", "Unsubscribe", {"SubscriptionArn": "PendingConfirmation"}),
        ("kms", "Encrypt", {"KeyId": f"arn:aws:other:{HERE}:key/{KEY}"}),
        ("kms", "Encrypt", {"KeyId": f"arn:aws:kms:{HERE}:xkey/{KEY}"}),
        ("kms", "Encrypt", {"KeyId": f"arn:aws:kms::123456789012:key/{KEY}"}),
        ("kms", "Encrypt", {"KeyId": f"arn:aws:kms:us-east-1::key/{KEY}"}),
        ("kms", "Encrypt", {"KeyId": f"arn:aws:kms:::key/{KEY}"}),
        ("lambda", "GetFunction", {"FunctionName": "arn:aws:lambda::123456789012:function:f"}),
        ("lambda", "GetFunction", {"FunctionName": "arn:aws:lambda:us-east-1::function:f"}),
        ("monitoring", "ListTagsForResource", {"ResourceARN": f"arn:aws:cloudwatch:{HERE}:dashboard/d"}),
        ("lambda", "GetFunction", {"FunctionName": f"arn:aws:lambda:{HERE}:layer:f"}),
        ("lambda", "CreateFunction", {"FunctionName": "f", "Role": "arn:aws:iam::123456789012:user/r"}),
        ("ssm", "GetParameter", {"Name": "arn:aws:ssm:eu-west-1:123456789012:parameter/a"}),
        ("logs", "FilterLogEvents", {"logGroupIdentifier": "arn:aws:logs:eu-west-1:123456789012:log-group:/g"}),
        ("lambda", "GetLayerVersion", {"LayerName": "a:b", "VersionNumber": 1}),
        ("lambda", "TagResource", {"Resource": f"arn:aws:lambda:{HERE}:function:f:1"}),
        ("sqs", "GetQueueUrl", {"QueueName": "q", "QueueOwnerAWSAccountId": "123456789012:x"}),
        ("ecr.api", "ListImages", {"repositoryName": "r", "registryId": "123456789012:x"}),
    ],
)
def test_names_that_a_backend_could_read_otherwise(service: str, operation: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(NameNotUsable):
        asked(service, operation, **parameters)


def test_every_operation_has_something_to_ask_for() -> None:
    """Whatever is in its parameters: an action of the service's prefix, or PassRole."""
    for service in checked_services():
        folder = modelled_services()[service].models[0]
        assert folder in SERVICES
        for name in service_model(folder).operation_names:
            shape = botocore_model(folder).operation_model(name).input_shape
            parameters = (
                {}
                if shape is None
                else {key: value for key, value in value_of(shape, 0).items() if isinstance(value, str | list)}
            )
            try:
                found = asked(service, name, **parameters)
            except NameNotUsable:
                continue
            prefix = {"monitoring": "cloudwatch", "ecr.api": "ecr"}.get(service, service)
            assert found
            assert {one.action.partition(":")[0] for one in found} <= {prefix, "iam"}


def test_the_rows_speak_of_operations_and_parameters_that_there_are() -> None:
    for service, table in _checked_table().items():
        model = service_model(modelled_services()[service].models[0])
        for operation in table.get("actions", {}):
            assert model.operation(operation) is not None, operation
        for row in table["resources"]:
            for operation in row.get("operations", ()):
                found = model.operation(operation)
                assert found is not None, (service, operation)
                parameter = row.get("parameter", "none").removesuffix("[]")
                members = found.input.members if found.input else {}
                assert parameter == "none" or parameter in members, (service, operation, parameter)
