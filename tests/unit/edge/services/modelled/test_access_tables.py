"""The ten services' tables, operation by operation, beside the Service Authorization Reference: each action is there,
and what is asked for is of the types that the action has."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.modelled.access import Asker, Wanted, action_of, checked_services, wanted
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.service_models import JSON, Operation, ServiceModel, Shape, service_model
from skywalk.policy.authorization_reference import ActionEntry, action_entry
from skywalk.values.modelled_services import modelled_services

ASKER = Asker("123456789012", "us-east-1")
HERE = "us-east-1:123456789012"

NEWER_THAN_THE_REFERENCE = {
    "cloudformation": {"RemoveAlias", "SetAlias"},
    "ecr.api": {"ListImageReferrers"},
    "lambda": {"DeleteDurableExecution", "PauseDurableExecution", "ResumeDurableExecution"},
    "logs": {"GetLogObject"},
    "monitoring": {
        "AssociateDatasetKmsKey",
        "DeleteMetricDataQueryDefinition",
        "DescribeAlarmContributors",
        "DisassociateDatasetKmsKey",
        "GetMetricDataQueryDefinition",
        "ListMetricDataQueryDefinitions",
        "PutMetricDataQueryDefinition",
    },
    "secretsmanager": {
        "AssociateCrossAccountReplica",
        "DisassociateCrossAccountReplica",
        "ListResourcePolicies",
    },
    "ssm": {"DeregisterDefaultHostManagementConfiguration", "RegisterDefaultHostManagementConfiguration"},
}
"""Their actions are called as they are."""

OF_SEVERAL_ACTIONS = {("kms", "ReEncrypt")}
"""ReEncryptFrom and ReEncryptTo."""

VALUES = {
    "AliasName": "alias/a",
    "Arn": f"arn:aws:lambda:{HERE}:layer:l:1",
    "QueueOwnerAWSAccountId": "123456789012",
    "QueueUrl": "https://sqs/123456789012/q",
    "Role": "arn:aws:iam::123456789012:role/r",
    "registryId": "123456789012",
}
WITHOUT = {"Qualifier"}
"""A qualifier makes another type of it: an alias or a version of a function."""

OF_ANOTHER_FORM = {
    ("lambda", "DeleteProvisionedConcurrencyConfig"): "the qualifier is left out here, and AWS asks for one",
    ("lambda", "GetProvisionedConcurrencyConfig"): "the same",
    ("lambda", "PutProvisionedConcurrencyConfig"): "the same",
    ("logs", "DescribeLogGroups"): "AWS asks for all groups, log-group::log-stream:, which the reference does not have",
}
LOG_STREAMS = ":log-stream:"
"""How CloudWatch Logs writes a group that it asks about; the reference has its ARN alone."""

ON_EVERYTHING = {
    ("kms", "Decrypt"): "the sample is no ciphertext, and what is in it is the key",
    ("logs", "UpdateDeliveryConfiguration"): "the id of a delivery is not its name",
}
"""In spite of a type that is required."""


_OF_EVERY_ARN = {"Partition": "aws", "Region": ASKER.region, "Account": ASKER.account_id}


def sample(name: str, shape: Shape, arn: str) -> Any:
    if name in VALUES:
        return VALUES[name]
    if shape.kind == "string":
        return arn if name.lower().endswith(("arn", "resource")) else "x"
    if shape.kind == "list" and shape.of is not None and shape.of.shape.kind == "string":
        return [arn if name.lower().endswith("arns") else "x"]
    return 1 if shape.kind in ("integer", "long") else None


def arn_of(service: str, operation: Operation) -> str:
    """Of the first type that the action has."""
    entry = action_entry(*action_of(service, modelled_services()[service].signing_name, operation))
    kinds = () if entry is None else (*entry.required, *entry.optional)
    parts = kinds[0].parts if kinds else ("x",)
    return "".join(part if index % 2 == 0 else _OF_EVERY_ARN.get(part, "x") for index, part in enumerate(parts))


def asked(service: str, model: ServiceModel, operation: Operation) -> tuple[Wanted, ...]:
    members = {} if operation.input is None else operation.input.members
    arn = arn_of(service, operation)
    given = {name: sample(name, one.shape, arn) for name, one in members.items() if name not in WITHOUT}
    parameters = {name: value for name, value in given.items() if value is not None}
    understood = Understood(model, JSON, operation, parameters)
    return wanted(service, modelled_services()[service].signing_name, understood, ASKER)


def operations(service: str) -> list[tuple[ServiceModel, Operation]]:
    model = service_model(modelled_services()[service].models[0])
    found = ((model, model.operation(name)) for name in model.operation_names)
    return [(one, operation) for one, operation in found if operation is not None]


@pytest.mark.parametrize("service", sorted(checked_services()))
def test_every_action_is_there(service: str) -> None:
    signing_name = modelled_services()[service].signing_name
    missing = {
        operation.name
        for _, operation in operations(service)
        if action_entry(*action_of(service, signing_name, operation)) is None
        and (service, operation.name) not in OF_SEVERAL_ACTIONS
    }
    assert missing == NEWER_THAN_THE_REFERENCE.get(service, set())


@pytest.mark.parametrize("service", sorted(checked_services()))
def test_what_is_asked_for_is_of_the_action_s_types(service: str) -> None:
    for model, operation in operations(service):
        for one in asked(service, model, operation):
            entry = action_entry(*one.action.split(":"))
            if entry is None or (service, operation.name) in OF_ANOTHER_FORM:
                continue
            if one.resource == "*":
                assert not entry.required or (service, operation.name) in ON_EVERYTHING, (service, operation.name)
            else:
                assert is_of(entry, one.resource), (service, operation.name, one.resource)


def is_of(entry: ActionEntry, arn: str) -> bool:
    kinds = (*entry.required, *entry.optional)
    plain = arn.partition(LOG_STREAMS)[0]
    return any(kind.pattern.fullmatch(arn) or kind.pattern.fullmatch(plain) for kind in kinds)
