"""What the embedded backend is not asked for, and why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from skywalk.backends.moto_modelled import SERVICES
from skywalk.edge.services.modelled.access import Asker, checked_services
from skywalk.edge.services.modelled.embedded import check_embedded, embedded_services
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.service_models import JSON, service_model
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


def test_every_service_is_asked_for_by_moto_s_name_and_mapped() -> None:
    assert {one.moto_name for one in embedded_services().values()} == SERVICES
    assert embedded_services().keys() == checked_services()


def test_every_operation_is_of_the_model_and_in_one_list() -> None:
    for service, embedded in embedded_services().items():
        names = set(service_model(modelled_services()[service].models[0]).operation_names)
        assert embedded.served <= names
        assert embedded.pretended.keys() <= names
        assert not embedded.served & embedded.pretended.keys()
        for rule in embedded.rules:
            assert set(rule["operations"]) <= embedded.served, rule


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
        ("kms", "CreateKey", {"MultiRegion": True}),
        ("kms", "Sign", {"MessageType": "DIGEST"}),
        ("secretsmanager", "BatchGetSecretValue", {"Filters": [{"Key": "name", "Values": ["a"]}]}),
        ("ecr.api", "SetRepositoryPolicy", {"policyText": DENY}),
        ("logs", "PutResourcePolicy", {"policyDocument": DENY}),
        ("ssm", "PutParameter", {"KeyId": "alias/own"}),
        ("lambda", "CreateFunction", {"Role": ROLE, "Code": {"S3Bucket": "b"}}),
        ("lambda", "CreateFunction", {"Role": ROLE, "PackageType": "Image"}),
        ("lambda", "CreateFunction", {"Role": ROLE, "VpcConfig": {"SubnetIds": ["subnet-1"]}}),
        ("cloudformation", "CreateStack", {"TemplateURL": "https://s3/x"}),
        ("cloudformation", "CreateStack", {"RoleARN": ROLE}),
        ("monitoring", "PutMetricAlarm", {"AlarmActions": ["arn:aws:sns:us-east-1:123456789012:t"]}),
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
        ("kms", "CreateKey", {"Policy": DENY, "MultiRegion": False}),
        ("ecr.api", "SetRepositoryPolicy", {"policyText": ALLOW}),
        ("lambda", "CreateFunction", {"Role": ROLE, "Code": {"ZipFile": "YQ=="}, "VpcConfig": {"SubnetIds": []}}),
        ("monitoring", "PutMetricAlarm", {"AlarmActions": []}),
    ],
)
def test_what_is_done(service: str, operation: str, parameters: dict[str, Any]) -> None:
    check(service, operation, **parameters)
