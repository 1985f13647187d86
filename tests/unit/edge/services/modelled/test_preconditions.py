"""What AWS refuses that its models do not say."""

from __future__ import annotations

from typing import Any

import pytest

from skywalk.edge.services.modelled.preconditions import check_preconditions
from skywalk.edge.services.modelled.protocols.understood import Understood
from skywalk.edge.services.modelled.service_models import QUERY, service_model
from skywalk.values.errors import AwsError


def check(service: str, operation: str, parameters: dict[str, Any]) -> None:
    model = service_model(service)
    found = model.operation(operation)
    assert found is not None
    check_preconditions(service, Understood(model, QUERY, found, parameters), "ValidationError")


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code", "words"),
    [
        ("cloudformation", "DescribeStacks", {"StackName": "\0"}, "ValidationError", "Value at 'stackName' failed"),
        (
            "cloudformation",
            "CreateStack",
            {"StackName": "s", "Tags": [{"Key": "a", "Value": "x\x1f"}]},
            "ValidationError",
            "Value at 'tags.1.member.value' failed",
        ),
        ("sns", "CreateTopic", {"Name": "n", "Attributes": {"a\ufffe": "b"}}, "ValidationError", "'attributes'"),
        ("kms", "GenerateRandom", {}, "ValidationException", "NumberOfBytes is required"),
        (
            "secretsmanager",
            "GetRandomPassword",
            {f"Exclude{one}": True for one in ("Lowercase", "Numbers", "Punctuation", "Uppercase")},
            "InvalidParameterException",
            "every type of character is excluded",
        ),
        ("secretsmanager", "TagResource", {"Tags": [{"Value": "x"}]}, "InvalidParameterException", "must have a key"),
        ("secretsmanager", "CreateSecret", {"Tags": [{}]}, "InvalidParameterException", "must have a key"),
    ],
)
def test_refusals(service: str, operation: str, parameters: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(AwsError, match=words) as caught:
        check(service, operation, parameters)
    assert (caught.value.code, caught.value.status) == (code, 400)


def test_a_tag_without_a_value_has_an_empty_one() -> None:
    parameters: dict[str, Any] = {"Tags": [{"Key": "a"}]}
    check("secretsmanager", "TagResource", parameters)
    assert parameters == {"Tags": [{"Key": "a", "Value": ""}]}


def test_what_is_well_is_let_through() -> None:
    check("kms", "GenerateRandom", {"NumberOfBytes": 1})
    check("secretsmanager", "GetRandomPassword", {"ExcludeNumbers": True})
    check("cloudformation", "CreateStack", {"StackName": "s", "TemplateBody": "é \U0001f642\r\n\t"})
    check("secretsmanager", "CreateSecret", {"SecretString": "\0"})  # JSON carries it
