"""What the embedded backend is not asked for, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from skywalk.edge.services.modelled import embedded
from skywalk.edge.services.modelled.access import Asker, action_of, checked_services, is_told
from skywalk.edge.services.modelled.embedded import check_embedded, embedded_service
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.service_models import JSON, ServiceModel, service_model
from skywalk.policy.authorization_reference import action_entry
from skywalk.values.embedded_services import embedded_services
from skywalk.values.errors import AwsError
from skywalk.values.modelled_services import modelled_services

ASKER = Asker("123456789012", "us-east-1")
ROLE = "arn:aws:iam::123456789012:role/r"
DENY = json.dumps({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]})
ALLOW = DENY.replace("Deny", "Allow")


def check(service: str, operation: str, **parameters: Any) -> None:
    model = service_model(modelled_services()[service].models[0])
    found = model.operation(operation)
    assert found is not None
    check_embedded(service, Understood(model, JSON, found, parameters), ASKER, {ROLE})


def refusal(service: str, operation: str, **parameters: Any) -> tuple[int, str]:
    with pytest.raises(AwsError) as caught:
        check(service, operation, **parameters)
    return caught.value.status, caught.value.message


def test_every_service_has_a_table() -> None:
    tables = {path.stem for path in Path(embedded.__file__).with_name("embedded_operations").glob("*.json")}
    assert embedded_services().keys() == tables
    assert checked_services() <= tables
    assert tables <= modelled_services().keys()


@pytest.mark.parametrize("service", sorted(embedded_services()))
def test_every_operation_of_moto_s_is_in_one_list(service: str) -> None:
    known, models = embedded_service(service), models_of(service)
    names = {name for model in models for name in model.operation_names}
    assert known.served
    assert known.served <= names
    assert known.pretended.keys() <= names
    assert not known.served & known.pretended.keys()
    for rule in known.rules:
        assert set(rule["operations"]) <= known.served, rule
        assert rule["rule"] in embedded._RULES, rule


@pytest.mark.parametrize("service", sorted(embedded_services()))
def test_what_a_served_operation_needs_is_known(service: str) -> None:
    """Its action is one of the Service Authorization Reference's, or a table says which."""
    signing_name, unknown = modelled_services()[service].signing_name, []
    for name in embedded_service(service).served:
        found = next(found for model in models_of(service) if (found := model.operation(name)) is not None)
        prefix, action = action_of(service, signing_name, found)
        if action_entry(prefix, action) is None and not is_told(service, found):
            unknown.append(name)
    assert unknown == []


def models_of(service: str) -> list[ServiceModel]:
    return [service_model(folder) for folder in modelled_services()[service].models]


@pytest.mark.parametrize(
    ("service", "operation", "reason"),
    [
        ("ecr.api", "InitiateLayerUpload", "there is no registry to push images to or pull them from"),
        ("ecr.api", "PutImage", "there is no registry to push images to or pull them from"),
        ("lambda", "Invoke", "functions are not run"),
        ("lambda", "InvokeWithResponseStream", "functions are not run"),
        ("ssm", "SendCommand", "no command runs in an instance"),
        ("logs", "PutMetricFilter", "no metrics are made of log events"),
        ("kms", "CreateGrant", "grants are not evaluated yet"),
        ("cloudformation", "CreateStackSet", "stacks of several accounts and regions are not made"),
        ("monitoring", "PutInsightRule", "insight rules are not evaluated"),
        ("sns", "CreatePlatformApplication", "no message is sent to mobile devices"),
    ],
)
def test_what_would_only_be_pretended(service: str, operation: str, reason: str) -> None:
    told = f"The embedded backend of {service} does not do {operation}: {reason}."
    assert refusal(service, operation) == (503, told)


def test_what_nobody_ever_did() -> None:
    assert refusal("kms", "Encapsulate") == (501, "The embedded backend of kms does not implement Encapsulate.")


QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("sns", "Subscribe", {"Protocol": "email", "Endpoint": "a@b"}),
        ("sns", "Subscribe", {"Protocol": "lambda", "Endpoint": QUEUE}),
        ("sns", "Subscribe", {"Protocol": "sqs", "Endpoint": QUEUE.replace("1234", "4321")}),
        ("sns", "Subscribe", {"Protocol": "sqs", "Endpoint": QUEUE.replace("east", "west")}),
        ("sns", "Publish", {"PhoneNumber": "1"}),
        ("sns", "Publish", {"TargetArn": "arn:aws:sns:us-east-1:123456789012:endpoint/GCM/a/b"}),
        ("sns", "CreateTopic", {"Name": "t", "DataProtectionPolicy": DENY}),
        ("kms", "CreateKey", {"MultiRegion": True}),
        ("kms", "Sign", {"MessageType": "DIGEST"}),
        ("kms", "Encrypt", {"KeyId": "k", "DryRun": True}),
        ("kms", "ListKeys", {"ResourceOwners": ["SELF", "OTHER_ACCOUNTS_VIA_RAM"]}),
        ("kms", "Decrypt", {"CiphertextBlob": "YQ==", "Recipient": {"AttestationDocument": "YQ=="}}),
        ("cloudformation", "DeleteStack", {"StackName": "s", "RetainResources": ["Q"]}),
        ("cloudformation", "DeleteStack", {"StackName": "s", "DeletionMode": "FORCE_DELETE_STACK"}),
        ("logs", "CreateLogGroup", {"logGroupName": "g", "deletionProtectionEnabled": True}),
        ("logs", "DescribeLogGroups", {"logGroupIdentifiers": ["g"]}),
        ("secretsmanager", "CreateSecret", {"CrossAccountPrimaryARN": QUEUE}),
        ("backup", "DescribeBackupVault", {"BackupVaultAccountId": "999988887777"}),
        ("logs", "DescribeLogGroups", {"accountIdentifiers": ["999988887777"]}),
        ("logs", "DescribeLogGroups", {"includeLinkedAccounts": True}),
        ("monitoring", "GetMetricData", {"MetricDataQueries": [{"Id": "a"}, {"AccountId": "999988887777"}]}),
        ("monitoring", "ListMetrics", {"OwningAccount": "999988887777"}),
        ("monitoring", "ListMetrics", {"IncludeLinkedAccounts": True}),
        ("secretsmanager", "BatchGetSecretValue", {"Filters": [{"Key": "name", "Values": ["a"]}]}),
        ("ecr.api", "SetRepositoryPolicy", {"policyText": DENY}),
        ("logs", "PutResourcePolicy", {"policyDocument": DENY}),
        ("ssm", "PutParameter", {"KeyId": "alias/own"}),
        ("ssm", "GetParameter", {"Name": "/aws/reference/secretsmanager/prod"}),
        ("ssm", "GetParameterHistory", {"Name": "/aws/reference/secretsmanager/prod:1"}),
        ("ssm", "GetParameters", {"Names": ["a", "/aws/reference/secretsmanager/prod"]}),
        ("ssm", "ListTagsForResource", {"ResourceId": "/aws/reference/secretsmanager/prod"}),
        ("lambda", "CreateFunction", {"Role": ROLE, "Code": {"S3Bucket": "b"}}),
        ("lambda", "CreateFunction", {"Role": ROLE, "PackageType": "Image"}),
        ("lambda", "CreateFunction", {"Role": ROLE, "VpcConfig": {"SubnetIds": ["subnet-1"]}}),
        ("cloudformation", "CreateStack", {"TemplateURL": "https://s3/x"}),
        ("cloudformation", "CreateStack", {"RoleARN": ROLE}),
        ("monitoring", "PutMetricAlarm", {"AlarmActions": ["arn:aws:sns:us-east-1:123456789012:t"]}),
        ("apigateway", "CreateModel", {"restApiId": "a"}),
        ("cloudfront", "CreateKeyGroup", {"KeyGroupConfig": {"Comment": "c"}}),
        ("events", "PutTargets", {"Targets": [{"Arn": QUEUE}, {"Arn": QUEUE.replace("sqs", "lambda")}]}),
        ("events", "PutTargets", {"Targets": [{"Arn": QUEUE, "InputPath": "$"}]}),
        ("scheduler", "CreateSchedule", {}),
        ("scheduler", "CreateSchedule", {"State": "ENABLED"}),
    ],
)
def test_parameters_that_are_not_obeyed(service: str, operation: str, parameters: dict[str, Any]) -> None:
    status, message = refusal(service, operation, **parameters)
    assert status == 503
    assert message.startswith(f"The embedded backend of {service} does not do {operation} with ")


def test_a_role_that_is_not_there() -> None:
    with pytest.raises(AwsError) as caught:
        check("lambda", "CreateFunction", Role=ROLE + "2")
    assert caught.value.code == "InvalidParameterValueException"


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("sns", "Subscribe", {"Protocol": "sqs", "Endpoint": QUEUE}),
        ("sns", "SetTopicAttributes", {"AttributeName": "DisplayName", "AttributeValue": DENY}),
        ("sns", "Publish", {"TargetArn": "arn:aws:sns:us-east-1:123456789012:t"}),
        ("sqs", "CreateQueue", {"Attributes": {"Policy": DENY}}),
        ("ssm", "GetParameters", {"Names": ["/aws/reference/x", "secretsmanager"]}),
        ("kms", "CreateKey", {"Policy": DENY, "MultiRegion": False}),
        ("ecr.api", "SetRepositoryPolicy", {"policyText": ALLOW}),
        ("lambda", "CreateFunction", {"Role": ROLE, "Code": {"ZipFile": "YQ=="}, "VpcConfig": {"SubnetIds": []}}),
        ("monitoring", "PutMetricAlarm", {"AlarmActions": []}),
        ("events", "PutTargets", {"Targets": [{"Arn": QUEUE}]}),
        ("scheduler", "CreateSchedule", {"State": "DISABLED"}),
    ],
)
def test_what_is_done(service: str, operation: str, parameters: dict[str, Any]) -> None:
    check(service, operation, **parameters)
